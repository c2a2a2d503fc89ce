"""The ends of a process: each flushes the clients that were used in it."""

from __future__ import annotations

import atexit
import os
import sys
from typing import Any, Callable

_registered: set[tuple[int, int]] = set()


def at_exit(end: Callable[[], object]) -> None:
    """At the interpreter's end; in child processes of multiprocessing and Celery too, which end without it."""
    key = (os.getpid(), id(end))
    atexit.unregister(end)
    atexit.register(end)
    if key in _registered:
        return
    _registered.add(key)
    _at_end_of_child(end)
    _at_end_of_celery(end)


def _at_end_of_child(end: Callable[[], object]) -> None:
    """A child that multiprocessing forked calls its own finalizers and then `os._exit`."""
    process: Any = sys.modules.get("multiprocessing.process")
    if process is None or process.parent_process() is None:
        return
    from multiprocessing.util import Finalize

    Finalize(None, end, exitpriority=10)


def _at_end_of_celery(end: Callable[[], object]) -> None:
    """A process of Celery's pool ends with `os._exit` too, after this signal."""
    signals: Any = sys.modules.get("celery.signals")
    if signals is not None:
        signals.worker_process_shutdown.connect(lambda **_: end(), weak=False)

"""
Celery: an event for each task that ran.

    seismo.celery.connect(seismo.Client(…))
"""

from __future__ import annotations

import time
from typing import Any

from celery import signals

from .client import Client
from .request_events import RequestEvents, since_ms

#: Where a task's start is kept on its request.
_STARTED_AT = "_seismo_started_at"


def connect(client: Client, **options: Any) -> None:
    """
    Sends ``name``, ``queue``, ``ms``, ``state`` (``SUCCESS``, ``FAILURE``, ``RETRY``, …) and ``retries`` of each task, and an ``error`` for
    each that failed. Call it where the Celery application is made.

    :param options: of :class:`seismo.request_events.RequestEvents`. ``user``, ``data`` and ``skip`` get the task, whose ``request`` has its
        arguments; what ``skip`` lists are names of tasks.
    """
    tasks = _Tasks(client, RequestEvents(client, **{"event": "task", **options}))
    signals.task_prerun.connect(tasks.before, weak=False)
    signals.task_postrun.connect(tasks.after, weak=False)
    signals.task_failure.connect(tasks.failed, weak=False)
    # A process of the pool ends without `atexit`.
    signals.worker_process_shutdown.connect(tasks.flush, weak=False)
    signals.worker_shutdown.connect(tasks.flush, weak=False)


class _Tasks:
    def __init__(self, client: Client, events: RequestEvents[Any]) -> None:
        self._client = client
        self._events = events

    def before(self, task: Any = None, **_: Any) -> None:
        if self._events.wants(task, task.name):
            setattr(task.request, _STARTED_AT, time.perf_counter())

    def after(self, task: Any = None, state: str | None = None, **_: Any) -> None:
        started_at = getattr(task.request, _STARTED_AT, None)
        if started_at is None:
            return
        properties = {
            "name": task.name,
            "queue": _queue_of(task),
            "ms": since_ms(started_at),
            "state": state,
            "retries": task.request.retries,
        }
        self._events.send(task, properties)

    def failed(self, sender: Any = None, exception: BaseException | None = None, **_: Any) -> None:
        if exception is not None:
            self._events.failed(sender, exception, {"task": sender.name, "queue": _queue_of(sender)})

    def flush(self, **_: Any) -> None:
        self._client.flush()


def _queue_of(task: Any) -> str | None:
    """Of the default exchange, the key of the route is the name of the queue."""
    info = task.request.delivery_info or {}
    queue = info.get("routing_key")
    return None if queue is None else str(queue)

"""What a program raised, as the properties of an event ``error``."""

from __future__ import annotations

import hashlib
import re
import sysconfig
from types import TracebackType
from typing import Any

_TEXT_MAX_LENGTH = 200
_HASH_LENGTH = 14
_SURROGATES = re.compile("[\ud800-\udfff]")
#: Code of others changes with their versions.
_FOREIGN = tuple(
    {path for name in ("stdlib", "platstdlib", "purelib", "platlib") for path in [sysconfig.get_path(name)] if path}
)


def thrown_of(error: BaseException, with_message: bool = True) -> dict[str, Any]:
    """
    ``name``, ``message``, ``at`` (file and line) and ``stack``: a hash that is the same for errors from the same place. Messages hold what
    differs from one time to the next, lines change with every release, folders with every machine. Never raises.
    """
    name = type(error).__qualname__
    frames, at = _frames_of(error.__traceback__)
    stack = hashlib.sha256(",".join([name, *frames]).encode("utf-8", "replace")).hexdigest()[:_HASH_LENGTH]
    thrown: dict[str, Any] = {"name": name, "stack": stack}
    if at is not None:
        thrown["at"] = at
    if with_message:
        thrown["message"] = _message_of(error)
    return thrown


def _frames_of(traceback: TracebackType | None) -> tuple[list[str], str | None]:
    """The innermost first; of the program's own code alone, unless it is installed like a library."""
    frames: list[tuple[str, str, int]] = []
    while traceback is not None:
        code = traceback.tb_frame.f_code
        frames.append((code.co_filename, code.co_name, traceback.tb_lineno))
        traceback = traceback.tb_next
    own = [frame for frame in frames if not frame[0].startswith((*_FOREIGN, "<frozen"))] or frames
    named = [(re.split(r"[/\\]", path)[-1], name, line) for path, name, line in reversed(own)]
    at = f"{named[0][0]}:{named[0][2]}" if named else None
    return [f"{name}@{file}" for file, name, _ in named], at


def _message_of(error: BaseException) -> str:
    try:
        return _SURROGATES.sub("", str(error)[:_TEXT_MAX_LENGTH])
    except Exception:
        return "unreadable"

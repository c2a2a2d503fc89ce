"""Drops in the log: each kind at once, then at most once a minute with their number, and what is left at the end."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections import Counter
from collections.abc import Iterable
from typing import Optional

from .delivery.queue import Drop

_INTERVAL_S = 60.0
#: Names of one line. A program has a few dozen of them.
_NAMES_MAX = 3
_NAMES_KNOWN_MAX = 100

log = logging.getLogger("seismo")


class _Kind:
    """Drops with one reason and code that are not logged yet."""

    def __init__(self) -> None:
        self.logged_at = float("-inf")
        self.count = 0
        self.names: Counter[str] = Counter()
        self.last: Optional[Drop] = None

    def add(self, name: str, drop: Drop) -> None:
        self.count += 1
        self.last = drop
        if name in self.names or len(self.names) < _NAMES_KNOWN_MAX:
            self.names[name] += 1


class DropLog:
    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._kinds: dict[tuple[str, Optional[str]], _Kind] = {}

    def add(self, drops: Iterable[tuple[Optional[bytes], Drop]]) -> None:
        """:param drops: with the events as JSON"""
        with self._lock:
            for text, drop in drops:
                self._kinds.setdefault((drop.reason, drop.code), _Kind()).add(_name_of(text), drop)
            now = time.monotonic()
            lines = [self._line(kind) for kind in self._kinds.values() if now - kind.logged_at >= _INTERVAL_S]
        _log(lines)

    def close(self) -> None:
        """Logs what was not logged because its minute is not over."""
        with self._lock:
            lines = [self._line(kind) for kind in self._kinds.values()]
        _log(lines)

    def _line(self, kind: _Kind) -> Optional[str]:
        if kind.last is None:
            return None
        drop, count = kind.last, kind.count
        names = [f"{name} ({n})" if n > 1 else name for name, n in kind.names.most_common(_NAMES_MAX)]
        more = ["…"] if len(kind.names) > _NAMES_MAX else []
        why = [part for part in (drop.reason, drop.code, drop.detail) if part]
        kind.logged_at = time.monotonic()
        kind.count = 0
        kind.names.clear()
        kind.last = None
        return f"{count} {'event' if count == 1 else 'events'} dropped: {', '.join([*names, *more, *why])}"


def _log(lines: Iterable[Optional[str]]) -> None:
    for line in lines:
        if line is not None:
            log.warning("%s", line)


def _name_of(text: Optional[bytes]) -> str:
    event = json.loads(text or b"{}")
    name = event.get("event") if isinstance(event, dict) else None
    return name if isinstance(name, str) else "(no name)"

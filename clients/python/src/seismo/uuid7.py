"""Ids of events."""

from __future__ import annotations

import os
import threading

#: Two bits that say what kind of id it is, and two of chance.
_VARIANT = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}


class UuidSource:
    """
    UUIDv7 (RFC 9562): 48 bits of time, 12 bits that count within the millisecond, so that ids are in the order of their making and cost
    the server half the space of random ones, and 62 bits of chance. One for each process: a forked child must not repeat its parent's.
    """

    def __init__(self) -> None:
        # A signal handler may interrupt and call again.
        self._lock = threading.RLock()
        self._last = 0

    def next(self, now_ms: int) -> str:
        with self._lock:
            # The clock went back, or 4,096 ids were made in one millisecond: time goes on from the last one.
            self._last = last = max(now_ms << 12, self._last + 1)
        time = f"{last >> 12:012x}"
        chance = os.urandom(8).hex()
        return f"{time[:8]}-{time[8:]}-7{last & 0xFFF:03x}-{_VARIANT[chance[0]]}{chance[1:4]}-{chance[4:]}"

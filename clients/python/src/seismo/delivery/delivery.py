"""When the next batch is sent, and what its answer means: in order, one at a time, again until each event is answered for."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Callable

from .answer import Answer, Verdict, verdict_of
from .queue import Drop, Item, Queue

#: Tries in a row of a batch that is damaged on its way.
DAMAGED_MAX = 5
#: However long the server says to wait, an hour is enough.
RETRY_AFTER_MAX_MS = 3_600_000
#: The key is wrong or not allowed to do that.
_DENIED = (401, 403)
#: After a refusal for its size the batch grows again, by so many events each time.
GROWTH_EVENTS = 10

log = logging.getLogger("seismo")


@dataclass(frozen=True)
class DeliveryOptions:
    batch_max_events: int
    batch_max_bytes: int
    batch_max_wait_ms: float
    retry_min_ms: float
    retry_max_ms: float
    max_age_ms: float
    #: Whether waiting events outlive the process: those of a key that the server does not accept are kept for a better one.
    is_durable: bool = False


class Delivery:
    """Clock and chance are handed in. Not for several threads at once: the worker's lock protects it."""

    def __init__(
        self,
        queue: Queue,
        options: DeliveryOptions,
        clock_ms: Callable[[], float],
        now_ms: Callable[[], float],
        random: Callable[[], float],
    ) -> None:
        self._queue = queue
        self._options = options
        self._clock_ms = clock_ms
        self._now_ms = now_ms
        self._random = random
        self._batch_max = options.batch_max_events
        self._failures = 0
        self._damaged = 0
        #: Since when events wait for others.
        self._waiting_since: float | None = None
        #: No request before this.
        self._not_before = 0.0
        #: The server said so: a flush keeps to it too.
        self._told_before = 0.0

    @property
    def is_full(self) -> bool:
        """Whether a batch need not wait for more: there is enough, or the program waits for space."""
        queue = self._queue
        return (
            len(queue.waiting) >= self._batch_max
            or queue.bytes >= self._options.batch_max_bytes
            or len(queue.blocked) > 0
        )

    def due_in_ms(self, is_flushing: bool) -> float | None:
        """How long until the next batch; None when nothing waits."""
        if not self._queue.waiting:
            self._waiting_since = None
            return None
        now = self._clock_ms()
        if self._waiting_since is None:
            self._waiting_since = now
        ready = 0.0 if is_flushing or self.is_full else self._waiting_since + self._options.batch_max_wait_ms
        return max(ready, self._not_before) - now

    def hurry(self) -> None:
        """A flush does not wait for the back-off to end."""
        self._not_before = self._told_before

    def take(self) -> list[Item]:
        oldest_at = self._now_ms() - self._options.max_age_ms
        self._waiting_since = None
        return self._queue.take(self._batch_max, self._options.batch_max_bytes, oldest_at)

    def conclude(self, answer: Answer) -> None:
        queue, options = self._queue, self._options
        verdict = Verdict.RETRY if self._is_kept(answer) else verdict_of(answer)
        if verdict is Verdict.DAMAGED:
            self._damaged += 1
        if verdict is Verdict.TAKEN:
            self._failures = self._damaged = 0
            self._not_before = self._told_before = 0
            self._batch_max = min(options.batch_max_events, self._batch_max + GROWTH_EVENTS)
            refusals = answer.rejected or []
            queue.finish({each.index: Drop("refused", each.code, each.detail) for each in refusals})
        elif verdict is Verdict.SPLIT and len(queue.in_flight) > 1:
            self._batch_max = len(queue.in_flight) // 2
            queue.put_back()
        elif verdict is Verdict.RETRY or (verdict is Verdict.DAMAGED and self._damaged < DAMAGED_MAX):
            if verdict is Verdict.RETRY:
                self._damaged = 0
            self._wait_after(answer)
            queue.put_back()
        else:
            self._damaged = 0
            queue.finish(all_dropped=Drop("refused", answer.code or f"HTTP_{answer.status}", answer.detail))

    def _is_kept(self, answer: Answer) -> bool:
        """The events are on disk, and the next start may have the right key."""
        return self._options.is_durable and answer.status in _DENIED

    def _wait_after(self, answer: Answer) -> None:
        options = self._options
        told = min(answer.retry_after_ms, RETRY_AFTER_MAX_MS)
        backoff = min(options.retry_max_ms, options.retry_min_ms * 2 ** min(self._failures, 30))
        if self._is_kept(answer):
            backoff = options.retry_max_ms
        self._failures += 1
        # Half of it by chance, so that clients that failed together do not come back together.
        wait = told if told > 0 else backoff / 2
        wait += self._random() * (options.retry_min_ms if told > 0 else backoff) / 2
        self._not_before = self._clock_ms() + wait
        self._told_before = self._not_before if told > 0 else 0
        log.warning(
            "%s, will be tried again in %.1f s: status %d, %s",
            "the server does not accept the key, the events are kept on disk"
            if self._is_kept(answer)
            else "posting failed",
            wait / 1000,
            answer.status,
            answer.code or answer.detail or "no answer of Seismo",
        )

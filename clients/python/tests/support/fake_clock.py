"""A delivery without threads, whose clock the test advances."""

from __future__ import annotations

from typing import Callable, Optional, Union

from seismo.delivery.answer import Answer
from seismo.delivery.delivery import Delivery, DeliveryOptions
from seismo.delivery.queue import Drop, Item, Keeper, Queue

Reply = Union[Answer, BaseException, None]


def taken(texts: list[str]) -> Answer:
    return Answer(200, accepted=len(texts), rejected=[])


class Run:
    """
    The server answers as told, at once, or when the test says so (None). Chance is one half, so that a wait is three quarters of the
    back-off.
    """

    def __init__(
        self,
        answer: Callable[[list[str], int], Reply] = lambda texts, _: taken(texts),
        *,
        random: float = 0.5,
        when_full: str = "drop_oldest",
        keeper: Optional[Keeper] = None,
        queue_max_events: int = 1_000,
        queue_max_bytes: int = 1_000_000,
        **options: float,
    ) -> None:
        self.now = 1_767_323_045_000.0
        self._start = self.now
        self._answer = answer
        self.sent: list[list[str]] = []
        self.sent_at: list[float] = []
        self.dropped: list[tuple[Optional[str], Drop]] = []
        self.waits: list[float] = []
        self.flushing = False
        self.queue = Queue(queue_max_events, queue_max_bytes, when_full)
        if keeper is not None:
            self.queue.use(keeper)
        given = {
            "batch_max_events": 10,
            "batch_max_bytes": 1_000,
            "batch_max_wait_ms": 1_000,
            "retry_min_ms": 1_000,
            "retry_max_ms": 60_000,
            "max_age_ms": 6 * 86_400_000,
            **options,
        }
        self.delivery = Delivery(
            self.queue,
            DeliveryOptions(**given),  # type: ignore[arg-type]
            lambda: self.now,
            lambda: self.now,
            lambda: random,
        )

    def add(self, *texts: str) -> None:
        for text in texts:
            self.queue.add(Item(text.encode(), int(self.now)))
            self._collect()
            self.delivery.due_in_ms(self.flushing)

    def flush(self) -> None:
        self.flushing = True
        self.delivery.hurry()

    def advance(self, ms: float) -> None:
        """As the worker does, until so much time has passed."""
        end = self.now + ms
        while not self.queue.in_flight:
            due = self.delivery.due_in_ms(self.flushing)
            if due is None or self.now + max(due, 0) > end:
                break
            self.now += max(due, 0)
            self._send()
        self.now = end
        self._collect()

    def reply(self, answer: Reply) -> None:
        before = self.now
        result = Answer(0) if isinstance(answer, BaseException) or answer is None else answer
        self.delivery.conclude(result)
        if not self.queue.in_flight and self.delivery._not_before > before:
            self.waits.append(self.delivery._not_before - before)
        self._collect()

    @property
    def waiting(self) -> list[str]:
        return [(item.text or b"").decode() for item in [*self.queue.in_flight, *self.queue.waiting]]

    def _send(self) -> None:
        batch = self.delivery.take()
        self._collect()
        if not batch:
            return
        texts = [self.queue.read(item).decode() for item in batch]
        self.sent.append(texts)
        self.sent_at.append(self.now - self._start)
        answer = self._answer(texts, len(self.sent) - 1)
        if answer is not None:
            self.reply(answer)

    def _collect(self) -> None:
        outcomes, self.queue.outcomes = self.queue.outcomes, []
        self.dropped += [(text.decode() if text else None, drop) for _, text, drop in outcomes if drop is not None]

"""Events that wait, bounded by count and bytes."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Callable, Optional, Protocol


@dataclass(frozen=True)
class Drop:
    """
    Why an event was given up.

    ``reason`` is ``queue_full``, ``too_old`` (it waited longer than the server recognizes ids), ``refused`` (by the server),
    ``invalid`` (JSON cannot represent it) or ``closed``.
    """

    reason: str
    #: The server's code of a refusal (docs/errors.md), or ``HTTP_404`` where it was not Seismo that answered.
    code: Optional[str] = None
    detail: Optional[str] = None


Done = Callable[[Optional[Drop]], None]


class Item:
    """One event on its way."""

    __slots__ = ("at", "done", "on_placed", "placed", "seq", "size", "text")

    def __init__(self, text: bytes, at: int, done: Done | None = None) -> None:
        #: JSON; None while it is held on disk alone.
        self.text: bytes | None = text
        self.size = len(text)
        #: When it was tracked, in ms since 1970.
        self.at = at
        #: Called once with what became of it: None when the server has it.
        self.done = done
        #: Its position in the order of tracking; 0 before and after.
        self.seq = 0
        #: False while it waits for space (``block``).
        self.placed = True
        self.on_placed: Callable[[], None] | None = None


class Keeper(Protocol):
    """Where a queue is kept beyond the memory of the process."""

    #: What an earlier process left, oldest first.
    left: list[Item]

    def added(self, item: Item) -> None: ...
    def removed(self, gone: Iterable[Item]) -> None: ...
    def keeps(self, item: Item) -> bool:
        """Whether it outlives this process."""
        ...

    def read(self, item: Item) -> bytes:
        """The text of an item that is not held in memory."""
        ...

    def close(self) -> None: ...
    def abandon(self) -> None:
        """In a forked child: lets go of the parent's files without touching them."""
        ...


Outcome = tuple[Item, Optional[bytes], Optional[Drop]]


class Queue:
    """Not for several threads at once: the worker's lock protects it."""

    def __init__(self, max_events: int, max_bytes: int, when_full: str = "drop_oldest") -> None:
        self._max_events = max_events
        self._max_bytes = max_bytes
        self._when_full = when_full
        self._keeper: Keeper | None = None
        self._seq = 0
        self._closed = False
        self.bytes = 0
        self.waiting: deque[Item] = deque()
        #: Part of a request whose answer has not come.
        self.in_flight: list[Item] = []
        #: With ``block``: those that wait for space.
        self.blocked: deque[Item] = deque()
        #: What became of events and was not reported yet.
        self.outcomes: list[Outcome] = []

    def __len__(self) -> int:
        return len(self.waiting) + len(self.in_flight)

    def use(self, keeper: Keeper) -> None:
        self._keeper = keeper
        for item in keeper.left:
            self._push(item)

    def next_seq(self) -> int:
        self._seq += 1
        return self._seq

    def first_seq(self) -> int | None:
        """Of the oldest event that is neither stored nor dropped."""
        for items in (self.in_flight, self.waiting, self.blocked):
            if items:
                return items[0].seq
        return None

    def add(self, item: Item) -> None:
        """Gives the event a place, drops the oldest for it, drops the event itself, or lets it wait (``item.placed``)."""
        if self._closed:
            self._settle(item, Drop("closed"))
        elif item.size > self._max_bytes:
            self._settle(item, Drop("queue_full"))
        elif self._when_full == "block" and (self.blocked or not self._fits(item)):
            # Its position in the order is here, and a flush waits for it.
            item.seq = self.next_seq()
            item.placed = False
            self.blocked.append(item)
        elif self._when_full == "drop_newest" and not self._fits(item):
            self._settle(item, Drop("queue_full"))
        else:
            self._push(item)
            if self._keeper is not None:
                self._keeper.added(item)
            while len(self) > self._max_events or self.bytes > self._max_bytes:
                self._remove([self.waiting.popleft()], Drop("queue_full"))

    def take(self, max_events: int, max_bytes: int, oldest_at: float) -> list[Item]:
        """The oldest events become the batch in flight. Those tracked before ``oldest_at`` are dropped."""
        batch: list[Item] = []
        old: list[Item] = []
        size = 0
        waiting = self.waiting
        while waiting and len(batch) < max_events:
            item = waiting[0]
            if item.at < oldest_at:
                old.append(waiting.popleft())
                continue
            if batch and size + item.size > max_bytes:
                break
            batch.append(waiting.popleft())
            # And the comma.
            size += item.size + 1
        self.in_flight = batch
        self._remove(old, Drop("too_old"))
        return batch

    def put_back(self) -> None:
        """The batch in flight was not taken and is sent again."""
        self.waiting.extendleft(reversed(self.in_flight))
        self.in_flight = []

    def finish(self, drops: dict[int, Drop] | None = None, all_dropped: Drop | None = None) -> None:
        """
        The batch in flight was answered for.

        :param drops: by position in the batch
        """
        batch, self.in_flight = self.in_flight, []
        if all_dropped is not None:
            self._remove(batch, all_dropped)
            return
        for index, drop in (drops or {}).items():
            if 0 <= index < len(batch):
                self._remove([batch[index]], drop)
        self._remove([item for item in batch if item.seq], None)

    def read(self, item: Item) -> bytes:
        if item.text is not None:
            return item.text
        return self._keeper.read(item) if self._keeper is not None else b"null"

    def close(self) -> None:
        """Takes nothing more in and drops what is there, unless it is kept on disk."""
        self._closed = True
        while self.blocked:
            item = self.blocked.popleft()
            _place(item)
            self._settle(item, Drop("closed"))
        leaving = [item for item in self._all() if self._keeper is None or not self._keeper.keeps(item)]
        gone = set(map(id, leaving))
        self.in_flight = [item for item in self.in_flight if id(item) not in gone]
        self.waiting = deque(item for item in self.waiting if id(item) not in gone)
        self._remove(leaving, Drop("closed"))

    def _all(self) -> Iterator[Item]:
        yield from self.in_flight
        yield from self.waiting

    def _fits(self, item: Item) -> bool:
        return len(self) < self._max_events and self.bytes + item.size <= self._max_bytes

    def _push(self, item: Item) -> None:
        if not item.seq:
            item.seq = self.next_seq()
        self.waiting.append(item)
        self.bytes += item.size

    def _remove(self, gone: list[Item], drop: Drop | None) -> None:
        if not gone:
            return
        texts = [self.read(item) if drop is not None else None for item in gone]
        for item in gone:
            self.bytes -= item.size
            item.seq = 0
        if self._keeper is not None:
            self._keeper.removed(gone)
        for item, text in zip(gone, texts):
            self._settle(item, drop, text)
        self._admit()

    def _settle(self, item: Item, drop: Drop | None, text: bytes | None = None) -> None:
        if drop is not None or item.done is not None:
            self.outcomes.append((item, text if text is not None else item.text, drop))

    def _admit(self) -> None:
        while self.blocked and not self._closed and self._fits(self.blocked[0]):
            item = self.blocked.popleft()
            self._push(item)
            if self._keeper is not None:
                self._keeper.added(item)
            _place(item)


def _place(item: Item) -> None:
    item.placed = True
    if item.on_placed is not None:
        item.on_placed()

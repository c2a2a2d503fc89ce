"""
Keeps events in files until they have left: each is written before ``track`` returns, so that they outlive the process however it ends.
They are not forced to the platter: a power failure may cost the last seconds.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ..delivery.queue import Item
from .segment import EventLine, append, event_line, left_line, read_event, read_lines
from .slot import Slot, take_abandoned, take_slot

#: A file is not written to beyond this.
SEGMENT_MAX_BYTES = 4 * 1024 * 1024
#: What of the texts is held in memory as well.
MEMORY_MAX_BYTES = 4 * 1024 * 1024

_SEGMENT_NAME = re.compile(r"(\d{12})\.events")

log = logging.getLogger("seismo")


@dataclass
class _Segment:
    path: Path
    bytes: int = 0
    #: Events in it that have not left.
    live: int = 0


@dataclass(frozen=True)
class _Place:
    segment: _Segment
    number: int
    offset: int
    length: int
    #: Whether its text is counted as held in memory.
    held: bool


class DiskKeeper:
    """:raises OSError: when the directory cannot be made or written to"""

    def __init__(
        self,
        directory: str | os.PathLike[str],
        segment_max_bytes: int = SEGMENT_MAX_BYTES,
        memory_max_bytes: int = MEMORY_MAX_BYTES,
    ) -> None:
        self._directory = Path(directory).absolute()
        self._segment_max_bytes = segment_max_bytes
        self._memory_max_bytes = memory_max_bytes
        self._slot: Slot = take_slot(self._directory)
        self._segments: list[_Segment] = []
        self._places: dict[int, _Place] = {}
        self._memory_bytes = 0
        self._last_number = 0
        self._last_segment = 0
        self._file: int | None = None
        self._is_failing = False
        self.left: list[Item] = []
        self._load()
        self._adopt()
        self._remove_empty()

    def added(self, item: Item) -> None:
        self._last_number += 1
        number = self._last_number
        line = event_line(number, item.at, item.text or b"")
        segment = self._write(line)
        if segment is not None:
            self._keep(item, segment, number, segment.bytes - len(line), len(line))

    def removed(self, gone: Iterable[Item]) -> None:
        numbers: list[int] = []
        for item in gone:
            place = self._places.pop(id(item), None)
            if place is None:
                continue
            place.segment.live -= 1
            if place.held:
                self._memory_bytes -= item.size
            numbers.append(place.number)
        for first, last in _runs_of(numbers):
            self._write(left_line(first, last))
        self._remove_empty()

    def keeps(self, item: Item) -> bool:
        return id(item) in self._places

    def read(self, item: Item) -> bytes:
        place = self._places.get(id(item))
        text: bytes | None = None
        try:
            if place is not None:
                text = read_event(place.segment.path, place.offset, place.length)
            if text is None:
                log.error("an event on disk is damaged")
        except OSError as error:
            log.error("an event on disk cannot be read: %s", error)
        # The server rejects it with its code, and the rest of the batch is stored.
        return b"null" if text is None else text

    def close(self) -> None:
        self._close_file()
        self._remove_empty()
        self._slot.release()

    def abandon(self) -> None:
        self._close_file()

    def _load(self) -> None:
        by_name: dict[str, _Segment] = {}
        for name in _segment_names(self._slot.path):
            segment = by_name[name] = _Segment(self._slot.path / name)
            self._segments.append(segment)
            self._last_segment = int(name[:12])
        for name, line in _live_events(self._slot.path):
            item = _item_of(line)
            self._keep(item, by_name[name], line.number, line.offset, line.length)
            self.left.append(item)
            self._last_number = max(self._last_number, line.number)

    def _adopt(self) -> None:
        """
        What processes wrote that are gone: written to our files, then theirs are removed. A crash between repeats, and the server counts
        once.
        """
        for other in take_abandoned(self._directory):
            for _, line in _live_events(other.path):
                item = _item_of(line)
                self.added(item)
                self.left.append(item)
            for name in _segment_names(other.path):
                (other.path / name).unlink(missing_ok=True)
            other.release()

    def _keep(self, item: Item, segment: _Segment, number: int, offset: int, length: int) -> None:
        """Holds the text in memory too while there is room."""
        held = self._memory_bytes + item.size <= self._memory_max_bytes
        if held:
            self._memory_bytes += item.size
        else:
            item.text = None
        segment.live += 1
        self._places[id(item)] = _Place(segment, number, offset, length, held)

    def _write(self, line: bytes) -> _Segment | None:
        try:
            current = self._segments[-1] if self._segments else None
            if self._file is None or current is None or current.bytes + len(line) > self._segment_max_bytes:
                current = self._rotate()
            assert self._file is not None
            append(self._file, line)
        except OSError as error:
            if not self._is_failing:
                log.error("events cannot be written to disk and wait in memory: %s", error)
            self._is_failing = True
            # What is there now may be half a line: the next one begins another file.
            self._close_file()
            return None
        current.bytes += len(line)
        self._is_failing = False
        return current

    def _rotate(self) -> _Segment:
        self._close_file()
        self._last_segment += 1
        segment = _Segment(self._slot.path / f"{self._last_segment:012d}.events")
        self._file = os.open(segment.path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_APPEND, 0o600)
        self._segments.append(segment)
        return segment

    def _close_file(self) -> None:
        file, self._file = self._file, None
        try:
            if file is not None:
                os.close(file)
        except OSError as error:
            log.error("a file of the queue cannot be closed: %s", error)

    def _remove_empty(self) -> None:
        """A file may go when it holds nothing that waits and no older file is there, whose events it may be about."""
        try:
            if not self._places and self._segments and self._segments[-1].bytes > self._segment_max_bytes // 16:
                self._close_file()
            while self._segments and self._segments[0].live == 0 and (len(self._segments) > 1 or self._file is None):
                self._segments.pop(0).path.unlink(missing_ok=True)
        except OSError as error:
            log.error("a file of the queue cannot be removed: %s", error)


def _item_of(line: EventLine) -> Item:
    return Item(line.text, line.at)


def _segment_names(path: Path) -> list[str]:
    return sorted(name for name in os.listdir(path) if _SEGMENT_NAME.fullmatch(name))


def _live_events(path: Path) -> Iterator[tuple[str, EventLine]]:
    """In the order of their writing."""
    found: dict[int, tuple[str, EventLine]] = {}
    for name in _segment_names(path):
        lines, damaged = read_lines(path / name)
        if damaged > 0:
            log.error("%d lines of the queue on disk are damaged and were left out: %s", damaged, path / name)
        for line in lines:
            if isinstance(line, EventLine):
                found[line.number] = (name, line)
            else:
                for number in range(line.first, line.last + 1):
                    found.pop(number, None)
    return iter(found.values())


def _runs_of(numbers: list[int]) -> list[tuple[int, int]]:
    """``[1, 2, 3, 7]`` → ``[(1, 3), (7, 7)]``"""
    runs: list[tuple[int, int]] = []
    for number in numbers:
        if runs and runs[-1][1] == number - 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return runs

"""
A file of lines: ``crc number at json`` for an event, ``crc -from -to`` for events that have left. The checksum covers the rest of the
line; an event's JSON holds no line break. Appended to and never changed. The Node client writes and reads the same.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Union
from zlib import crc32

#: Eight hex digits and a space.
_CRC_LENGTH = 9
_LEFT = re.compile(rb"-(\d+) -(\d+)")
_EVENT = re.compile(rb"(\d+) (\d+) (\{.*\})", re.DOTALL)


@dataclass(frozen=True)
class EventLine:
    #: Its position in the order of writing.
    number: int
    at: int
    text: bytes
    offset: int
    length: int


@dataclass(frozen=True)
class LeftLine:
    first: int
    last: int


Line = Union[EventLine, LeftLine]


def event_line(number: int, at: int, text: bytes) -> bytes:
    return _line_of(b"%d %d %s" % (number, at, text))


def left_line(first: int, last: int) -> bytes:
    return _line_of(b"-%d -%d" % (first, last))


def _line_of(content: bytes) -> bytes:
    return b"%08x %s\n" % (crc32(content), content)


def read_lines(path: Path) -> tuple[list[Line], int]:
    """The intact lines, and how many are not: the last one of a process that was killed, or damage to the disk."""
    lines: list[Line] = []
    damaged = 0
    offset = 0
    for raw in _split(path.read_bytes()):
        line = _parse(raw[:-1], offset) if raw.endswith(b"\n") else None
        if line is None:
            damaged += 1
        else:
            lines.append(line)
        offset += len(raw)
    return lines, damaged


def _split(data: bytes) -> list[bytes]:
    """At line feeds alone: JSON may hold other characters that Python takes for the end of a line."""
    lines = [each + b"\n" for each in data.split(b"\n")]
    last = lines.pop()[:-1]
    return [*lines, last] if last else lines


def _parse(line: bytes, offset: int) -> Line | None:
    content = line[_CRC_LENGTH:]
    if line[:_CRC_LENGTH] != b"%08x " % crc32(content):
        return None
    event = _EVENT.fullmatch(content)
    if event is not None:
        number, at, text = event.groups()
        return EventLine(int(number), int(at), text, offset, len(line) + 1)
    left = _LEFT.fullmatch(content)
    return None if left is None else LeftLine(int(left[1]), int(left[2]))


def read_event(path: Path, offset: int, length: int) -> bytes | None:
    """An event's JSON; None when it is not there as it was written."""
    with path.open("rb") as file:
        file.seek(offset)
        line = _parse(file.read(length)[:-1], offset)
    return line.text if isinstance(line, EventLine) and line.length == length else None


def append(file: int, line: bytes) -> None:
    """:raises OSError: when not all of it could be written"""
    written = os.write(file, line)
    if written != len(line):
        raise OSError(f"Only {written} of {len(line)} bytes were written.")

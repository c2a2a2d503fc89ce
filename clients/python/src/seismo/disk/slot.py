"""A folder that belongs to one client of one process until it is released or the process ends, however it ends."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

try:
    import fcntl
except ImportError:
    fcntl = None  # type: ignore[assignment]

LOCK = "lock"
#: Held while folders are taken. Processes of a server that start together after a crash find the same abandoned folders.
_GUARD = "guard"
#: Paths of locks to the process that holds them: a lock with our id may be an earlier process's, as in a container that starts again.
_held: dict[str, int] = {}
_EMPTY_MAX_SECONDS = 60


class Slot:
    def __init__(self, path: Path) -> None:
        self.path = path

    def release(self) -> None:
        lock = self.path / LOCK
        _held.pop(str(lock), None)
        lock.unlink(missing_ok=True)


def take_slot(directory: Path) -> Slot:
    """
    The first free folder of ``0``, ``1``, … in the directory: several processes may be given the same one.

    :raises OSError: when the directory cannot be made or written to
    """
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _guarded(directory):
        number = 0
        while True:
            slot = _try_take(directory / str(number))
            if slot is not None:
                return slot
            number += 1


def take_abandoned(directory: Path) -> list[Slot]:
    """The folders that dead processes left."""
    with _guarded(directory):
        names = sorted((name for name in os.listdir(directory) if name.isdecimal()), key=int)
        return [slot for name in names for slot in [_try_take(directory / name)] if slot is not None]


def _try_take(path: Path) -> Slot | None:
    path.mkdir(exist_ok=True, mode=0o700)
    lock = path / LOCK
    found = _holder(lock)
    if not (_create(lock) if found is None else not found.is_alive and _replace(lock, found)):
        return None
    _held[str(lock)] = os.getpid()
    return Slot(path)


def _create(lock: Path) -> bool:
    """:returns: False if it exists"""
    try:
        file = os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(file, "w") as writer:
        writer.write(str(os.getpid()))
    return True


@dataclass(frozen=True)
class _Holder:
    is_alive: bool
    #: Of this very file: another one at the same path has another number or time.
    file: str


def _replace(lock: Path, dead: _Holder) -> bool:
    """
    Replaces the lock of a dead process. Clients in Node know nothing of the guard, and may have found the lock too: only the
    one that creates the claim on this very file may replace it, and only if the file is still there once it has the claim.
    A claim is a lock too: that of a dead process is replaced.
    """
    claim = lock.with_name(f"claim-{dead.file}")
    claimant = _holder(claim)
    if not (_create(claim) if claimant is None else not claimant.is_alive and _replace(claim, claimant)):
        return False
    try:
        now = _holder(lock)
        if now is None or now.file != dead.file:
            return False
        own = lock.with_name(f"own-{os.getpid()}-{os.urandom(6).hex()}")
        _create(own)
        own.replace(lock)
        return True
    finally:
        claim.unlink(missing_ok=True)


def _holder(lock: Path) -> _Holder | None:
    """The process that wrote the lock; None if there is none."""
    try:
        with lock.open() as file:
            status = os.fstat(file.fileno())
            text = file.read()
    except FileNotFoundError:
        return None
    # A lock is created and then written: for a moment, it is empty.
    is_alive = time.time() - status.st_mtime < _EMPTY_MAX_SECONDS if text == "" else _is_alive(lock, text)
    return _Holder(is_alive, f"{status.st_ino}-{status.st_mtime_ns}")


def _is_alive(lock: Path, text: str) -> bool:
    try:
        pid = int(text)
    except ValueError:
        return False
    if pid <= 0:
        return False
    if pid == os.getpid():
        return _held.get(str(lock)) == pid
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        # It lives, and is somebody else's.
        return True
    return True


@contextmanager
def _guarded(directory: Path) -> Iterator[None]:
    assert fcntl is not None, "Options rejects a directory on Windows."
    with (directory / _GUARD).open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield

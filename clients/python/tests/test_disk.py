"""The queue on disk: the same cases as the Node client's, and files that each of the two reads from the other."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import pytest

from seismo.delivery.queue import Drop, Item, Queue
from seismo.disk import slot as slots
from seismo.disk.keeper import DiskKeeper
from seismo.disk.slot import take_abandoned, take_slot


class Opened:
    def __init__(self, directory: Path, queue_max_events: int = 1_000_000, **options: int) -> None:
        self.keeper = DiskKeeper(directory, **options)
        self.queue = Queue(queue_max_events, 10**9)
        self.queue.use(self.keeper)

    def add(self, *texts: str) -> None:
        for text in texts:
            self.queue.add(Item(text.encode(), 500))

    def store(self, count: int) -> None:
        self.queue.take(count, 10**9, 0)
        self.queue.finish()

    @property
    def texts(self) -> list[str]:
        return [self.queue.read(item).decode() for item in [*self.queue.in_flight, *self.queue.waiting]]

    @property
    def dropped(self) -> list[tuple[str, Drop]]:
        return [(text.decode(), drop) for _, text, drop in self.queue.outcomes if text is not None and drop is not None]


def event(n: int, padding: int = 0) -> str:
    return f'{{"n":{n},"text":"Zoë 🦊 {"x" * padding}"}}'


def events(first: int, end: int, padding: int = 0) -> list[str]:
    return [event(n, padding) for n in range(first, end)]


def files_of(directory: Path) -> list[str]:
    return sorted(name for name in os.listdir(directory) if name not in ("lock", "guard"))


def killed(directory: Path) -> Path:
    """What a process leaves that was killed: its files, and a lock of a process that is gone."""
    copy = directory.with_name(f"{directory.name}-copy")
    shutil.copytree(directory, copy)
    for slot in files_of(copy):
        (copy / slot / "lock").write_text("999999999")
    return copy


def test_finds_what_a_killed_process_left_in_order_with_its_times(tmp_path, caplog):
    first = Opened(tmp_path / "a")
    first.add(*events(0, 5))
    first.store(2)
    first.add(event(5))
    again = Opened(killed(tmp_path / "a"))
    assert again.texts == events(2, 6)
    assert [item.at for item in again.queue.waiting] == [500] * 4
    again.add(event(6))
    again.store(4)
    assert Opened(killed(tmp_path / "a-copy")).texts == [event(6)]
    assert caplog.records == []


def test_leaves_out_a_torn_last_line_and_a_damaged_one_and_keeps_all_others(tmp_path, caplog):
    first = Opened(tmp_path / "a")
    first.add(*events(0, 4))
    copy = killed(tmp_path / "a")
    file = copy / "0" / files_of(copy / "0")[0]
    data = bytearray(file.read_bytes())
    # A bit of the second event turns over, and the last one lacks its end.
    data[data.index(b'"n":1') + 5] ^= 1
    file.write_bytes(data[:-3])
    again = Opened(copy)
    assert again.texts == [event(0), event(2)]
    assert [record.getMessage().split(":")[0] for record in caplog.records] == [
        "2 lines of the queue on disk are damaged and were left out"
    ]
    # What is written now does not run into the torn line.
    again.add(event(9))
    assert Opened(killed(copy)).texts == [event(0), event(2), event(9)]


def test_removes_files_as_their_events_leave_and_ends_without_any(tmp_path):
    opened = Opened(tmp_path / "a", segment_max_bytes=1_000)
    slot = tmp_path / "a" / "0"
    opened.add(*events(0, 100))
    files = len(files_of(slot))
    # 100 lines of some 45 bytes in files of 1,000.
    assert files > 3
    opened.store(60)
    assert len(files_of(slot)) < files
    assert Opened(killed(tmp_path / "a")).texts == events(60, 100)
    opened.store(40)
    opened.keeper.close()
    assert os.listdir(slot) == []


def test_grows_no_further_on_disk_while_the_oldest_are_dropped(tmp_path):
    opened = Opened(tmp_path / "a", queue_max_events=100, segment_max_bytes=10_000)
    opened.add(*events(0, 100))
    opened.queue.take(10, 10**9, 0)
    opened.add(*events(100, 200))
    opened.queue.put_back()
    opened.add(*events(200, 5_000))
    slot = tmp_path / "a" / "0"
    assert len(opened.dropped) == 4_900
    assert sum((slot / name).stat().st_size for name in files_of(slot)) < 40_000
    assert Opened(killed(tmp_path / "a")).texts == events(4_900, 5_000)


def test_holds_in_memory_no_more_than_told_and_reads_the_rest_when_its_turn_comes(tmp_path):
    opened = Opened(tmp_path / "a", queue_max_events=20, memory_max_bytes=300)
    opened.add(*events(0, 20, 50))
    # Three of some 80 bytes.
    assert len([item for item in opened.queue.waiting if item.text is not None]) == 3
    assert opened.texts == events(0, 20, 50)
    opened.store(5)
    opened.add(*events(20, 26, 50))
    # The dropped one is reported with its text, wherever that was.
    assert [text for text, _ in opened.dropped] == [event(5, 50)]
    assert opened.texts == events(6, 26, 50)


def test_waits_in_memory_while_the_disk_cannot_be_written_and_says_so_once(tmp_path, caplog):
    opened = Opened(tmp_path / "a", segment_max_bytes=50)
    opened.add(event(0))
    slot = tmp_path / "a" / "0"
    shutil.rmtree(slot)
    opened.add(event(1), event(2))
    assert len([record for record in caplog.records if "wait in memory" in record.getMessage()]) == 1
    slot.mkdir()
    opened.add(event(3))
    assert opened.texts[1:] == [event(1), event(2), event(3)]
    opened.queue.close()
    assert opened.dropped == [(event(1), Drop("closed")), (event(2), Drop("closed"))]


def test_sends_the_rest_of_a_batch_when_one_of_its_events_was_damaged_on_disk(tmp_path, caplog):
    opened = Opened(tmp_path / "a", memory_max_bytes=0)
    opened.add(event(0), event(1), event(2))
    file = tmp_path / "a" / "0" / files_of(tmp_path / "a" / "0")[0]
    data = bytearray(file.read_bytes())
    data[data.index(b'"n":1') + 5] ^= 1
    file.write_bytes(data)
    assert opened.texts == [event(0), "null", event(2)]
    assert [record.getMessage() for record in caplog.records] == ["an event on disk is damaged"]


def test_gives_each_client_of_a_directory_a_folder_of_its_own_and_takes_over_what_dead_processes_left(tmp_path):
    directory = tmp_path / "a"
    one, two = Opened(directory), Opened(directory)
    one.add(event(1))
    two.add(event(2))
    assert files_of(directory) == ["0", "1"]
    assert [one.texts, two.texts] == [[event(1)], [event(2)]]
    copy = killed(directory)
    heir = Opened(copy)
    assert heir.texts == [event(1), event(2)]
    assert os.listdir(copy / "1") == []
    # Both are its own now, also for those that come after it.
    assert Opened(killed(copy)).texts == [event(1), event(2)]
    assert (copy / "0" / "lock").exists()


def test_takes_over_from_an_earlier_process_of_the_same_id_as_in_a_container_that_starts_again(tmp_path):
    Opened(tmp_path / "a").add(event(1))
    copy = tmp_path / "copy"
    shutil.copytree(tmp_path / "a", copy)
    # The lock says our id, and we do not hold it.
    assert (copy / "0" / "lock").read_text() == str(os.getpid())
    assert Opened(copy).texts == [event(1)]


def test_takes_nothing_from_a_process_that_lives(tmp_path):
    Opened(tmp_path / "a").add(event(1))
    (tmp_path / "a" / "0" / "lock").write_text(str(os.getppid()))
    other = Opened(tmp_path / "a")
    assert other.texts == []
    assert files_of(tmp_path / "a") == ["0", "1"]


DEAD = "999999999"


def an_abandoned_folder(directory: Path) -> Path:
    (directory / "0").mkdir()
    lock = directory / "0" / "lock"
    lock.write_text(DEAD)
    return lock


def test_leaves_a_lock_alone_that_a_process_without_the_guard_replaced_in_the_meantime(tmp_path):
    lock = an_abandoned_folder(tmp_path)
    dead = slots._holder(lock)
    (tmp_path / "own").write_text(str(os.getppid()))
    (tmp_path / "own").replace(lock)
    assert dead is not None
    assert not slots._replace(lock, dead)
    assert lock.read_text() == str(os.getppid())
    assert os.listdir(tmp_path / "0") == ["lock"]


def test_of_those_that_find_a_dead_process_only_the_one_with_the_claim_takes_its_folder(tmp_path):
    lock = an_abandoned_folder(tmp_path)
    status = lock.stat()
    claim = lock.with_name(f"claim-{status.st_ino}-{status.st_mtime_ns}")
    claim.write_text(str(os.getppid()))
    assert take_abandoned(tmp_path) == []
    assert lock.read_text() == DEAD
    # The one with the claim was killed, too.
    claim.write_text(DEAD)
    assert [slot.path for slot in take_abandoned(tmp_path)] == [tmp_path / "0"]
    assert lock.read_text() == str(os.getpid())
    assert os.listdir(tmp_path / "0") == ["lock"]


def test_takes_an_empty_lock_for_one_that_is_being_written_for_a_minute(tmp_path):
    lock = an_abandoned_folder(tmp_path)
    lock.write_text("")
    assert take_abandoned(tmp_path) == []
    long_ago = time.time() - 61
    os.utime(lock, (long_ago, long_ago))
    assert len(take_abandoned(tmp_path)) == 1


def test_is_not_opened_where_no_directory_can_be(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError):
        Opened(tmp_path / "file")


def test_files_and_folders_are_its_owners_alone(tmp_path):
    opened = Opened(tmp_path / "a")
    opened.add(event(1))
    slot = tmp_path / "a" / "0"
    modes = [path.stat().st_mode & 0o777 for path in (tmp_path / "a", slot, slot / "lock", slot / files_of(slot)[0])]
    assert modes == [0o700, 0o700, 0o600, 0o600]


def test_a_released_folder_is_taken_again(tmp_path):
    first = take_slot(tmp_path)
    second = take_slot(tmp_path)
    first.release()
    assert [take_slot(tmp_path).path.name, second.path.name] == ["0", "1"]

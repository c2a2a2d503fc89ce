"""One process's queue with its lock and the thread that sends."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from typing import Callable, TypeVar

from .answer import Answer
from .delivery import Delivery
from .queue import Item, Outcome, Queue

log = logging.getLogger("seismo")

#: After a fault of our own, so that it does not become a busy loop.
_PAUSE_AFTER_FAULT_S = 1.0

Post = Callable[[list[bytes]], Answer]
Report = Callable[[list[Outcome]], None]
T = TypeVar("T")


class Worker:
    """
    Adds events from any thread and sends them from one of its own, a daemon that starts with the first event.

    The lock may be entered again by the thread that holds it: a signal handler or a finalizer that tracks an event interrupts it
    anywhere. Such a call leaves its event in ``_late``, and whoever was interrupted adds it.
    """

    def __init__(self, queue: Queue, delivery: Delivery, post: Post, report: Report) -> None:
        self._queue = queue
        self._delivery = delivery
        self._post = post
        self._report = report
        self._lock = threading.RLock()
        #: For the thread: there is something to do sooner than it thought.
        self._wake = threading.Condition(self._lock)
        #: For those that wait for space or for the end of a flush.
        self._settled = threading.Condition(self._lock)
        self._thread: threading.Thread | None = None
        self._is_busy = False
        self._late: deque[Item] = deque()
        self._flushes: list[int] = []
        #: What became of events is being reported.
        self._is_reporting = False
        #: The thread waits for the first event, or for more of them.
        self._waits_for_first = False
        self._waits_for_more = False
        self._is_closed = False
        self._has_warned = False

    @property
    def pending(self) -> int:
        return len(self._queue) + len(self._queue.blocked) + len(self._late)

    def add(self, item: Item, *, may_wait: bool) -> None:
        """
        :param may_wait: with ``block`` and a full queue, returns when the event has its place
        """
        with self._lock:
            if self._is_busy:
                self._late.append(item)
                return
            self._is_busy = True
            try:
                self._queue.add(item)
                while self._late:
                    self._queue.add(self._late.popleft())
                self._see_to_sending()
                outcomes = self._take_outcomes()
            finally:
                self._is_busy = False
            if not item.placed and may_wait and self._thread not in (None, threading.current_thread()):
                while not item.placed:
                    self._settled.wait()
        if outcomes:
            self._report(outcomes)

    def start(self) -> None:
        """Sends what an earlier process left."""
        with self._lock:
            self._see_to_sending()

    def flush(self, timeout_ms: float) -> bool:
        """Returns whether all that was added before is stored or dropped, and reported."""
        deadline = time.monotonic() + timeout_ms / 1000
        if threading.current_thread() is self._thread:
            return self._is_through(self._queue.next_seq())
        with self._lock:
            if self._is_busy:
                return False
            seq = self._queue.next_seq()
            if self._is_through(seq):
                return True
            self._flushes.append(seq)
            self._delivery.hurry()
            self._see_to_sending()
            self._wake.notify()
            if self._thread is None:
                return self._send_here(seq, deadline)
            while not self._is_through(seq):
                left = deadline - time.monotonic()
                if left <= 0 or self._is_closed:
                    return False
                self._settled.wait(left)
            return True

    def close(self) -> None:
        """Drops what is left, unless it is kept on disk."""
        with self._lock:
            self._is_closed = True
            self._alone(self._queue.close)
            outcomes = self._take_outcomes()
            self._flushes.clear()
            self._wake.notify_all()
            self._settled.notify_all()
        self._report(outcomes)

    def _is_through(self, seq: int) -> bool:
        first = self._queue.first_seq()
        return (first is None or first > seq) and not self._late and not self._is_reporting

    def _see_to_sending(self) -> None:
        if self._is_closed:
            return
        if self._thread is None:
            if self._queue.waiting:
                self._start_thread()
        elif self._waits_for_first or (self._waits_for_more and self._delivery.is_full):
            self._waits_for_first = self._waits_for_more = False
            self._wake.notify()

    def _start_thread(self) -> None:
        thread = threading.Thread(target=self._run, name="seismo", daemon=True)
        try:
            thread.start()
            self._thread = thread
        except RuntimeError as error:
            # The interpreter is about to end, or the process may have no more threads: `flush` sends then.
            if not self._has_warned:
                log.warning("cannot start a thread, events are sent by flush() and close() only: %s", error)
            self._has_warned = True

    def _run(self) -> None:
        while not self._is_closed:
            try:
                batch = self._await_batch()
                if batch:
                    self._send(batch)
            except Exception:
                log.exception("fault in the client")
                with self._lock:
                    self._queue.put_back()
                time.sleep(_PAUSE_AFTER_FAULT_S)

    def _await_batch(self) -> list[bytes]:
        """The texts of the next batch, when its time has come; empty when there is something else to see to."""
        with self._lock:
            while not self._is_closed:
                due_ms = self._alone(self._due_in_ms)
                if due_ms is not None and due_ms <= 0:
                    break
                self._waits_for_first = due_ms is None
                # Where enough are there already, it is the back-off that it waits for.
                self._waits_for_more = due_ms is not None and not self._delivery.is_full
                self._wake.wait(None if due_ms is None else due_ms / 1000)
            else:
                return []
            texts, outcomes = self._alone(self._take_batch)
            self._is_reporting = True
        self._report_and_settle(outcomes)
        return texts

    def _alone(self, work: Callable[[], T]) -> T:
        """With the lock: a call that interrupts this one leaves its event in ``_late``."""
        self._is_busy = True
        try:
            return work()
        finally:
            self._is_busy = False

    def _due_in_ms(self) -> float | None:
        self._add_late()
        self._end_flushes()
        return self._delivery.due_in_ms(bool(self._flushes))

    def _take_batch(self) -> tuple[list[bytes], list[Outcome]]:
        batch = self._delivery.take()
        texts = [self._queue.read(item) for item in batch]
        return texts, self._take_outcomes()

    def _send(self, texts: list[bytes]) -> None:
        answer = self._post(texts)
        with self._lock:
            if self._is_closed:
                return
            self._alone(lambda: self._delivery.conclude(answer))
            outcomes = self._take_outcomes()
            self._is_reporting = True
        self._report_and_settle(outcomes)

    def _report_and_settle(self, outcomes: list[Outcome]) -> None:
        try:
            if outcomes:
                self._report(outcomes)
        finally:
            with self._lock:
                self._is_reporting = False
                self._settled.notify_all()

    def _add_late(self) -> None:
        while self._late:
            self._queue.add(self._late.popleft())

    def _end_flushes(self) -> None:
        first = self._queue.first_seq()
        self._flushes = [seq for seq in self._flushes if first is not None and first <= seq]

    def _take_outcomes(self) -> list[Outcome]:
        outcomes = self._queue.outcomes
        if outcomes:
            self._queue.outcomes = []
        return outcomes

    def _send_here(self, seq: int, deadline: float) -> bool:
        """Without a thread: in the caller's, which holds the lock."""
        while not self._is_through(seq) and time.monotonic() < deadline and not self._is_closed:
            due_ms = self._alone(self._due_in_ms)
            if due_ms is None:
                break
            if due_ms > 0:
                self._wake.wait(min(due_ms / 1000, max(0.0, deadline - time.monotonic())))
                continue
            texts, outcomes = self._alone(self._take_batch)
            if texts:
                answer = self._post(texts)
                self._delivery.conclude(answer)
                outcomes += self._take_outcomes()
            self._report(outcomes)
            self._settled.notify_all()
        return self._is_through(seq)

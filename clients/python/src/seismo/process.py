"""What a client has of its own in each process: the queue, the thread, connections. A forked child begins with an empty one."""

from __future__ import annotations

import gzip
import logging
import random
import threading
import time
from typing import Callable

from .access import Access
from .delivery.answer import Answer, answer_of
from .delivery.delivery import Delivery, DeliveryOptions
from .delivery.queue import Item, Keeper, Outcome, Queue
from .delivery.worker import Worker
from .disk.keeper import DiskKeeper
from .options import Options
from .transport import Transport
from .uuid7 import UuidSource

#: Smaller bodies cost more to compress than to send.
GZIP_MIN_BYTES = 1_024
#: Events compress nearly as well with the fastest level, in a quarter of the time.
_LEVEL = 1

log = logging.getLogger("seismo")


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def _clock_ms() -> float:
    return time.monotonic() * 1000


class Process:
    """Cheap to make: a thread, a connection and a directory are opened when there is something for them."""

    def __init__(self, options: Options, report: Callable[[list[Outcome]], None]) -> None:
        self._options = options
        self._transport = Transport(options.server, options.ssl_context)
        self.access = Access(options, options.send or self._transport.send)
        self.uuids = UuidSource()
        self._queue = Queue(options.queue_max_events, options.queue_max_bytes, options.when_full)
        delivery = Delivery(
            self._queue,
            DeliveryOptions(
                options.batch_max_events,
                options.batch_max_bytes,
                options.batch_max_wait_ms,
                options.retry_min_ms,
                options.retry_max_ms,
                options.max_age_ms,
                is_durable=options.directory is not None,
            ),
            _clock_ms,
            now_ms,
            random.Random().random,
        )
        self._worker = Worker(self._queue, delivery, self._post, report)
        self._keeper: Keeper | None = None
        self._opening = threading.RLock()
        self._is_opening = False
        self._is_open = options.directory is None

    @property
    def pending(self) -> int:
        return self._worker.pending

    def open(self) -> None:
        """Takes a folder of the directory, and sends what dead processes left. :raises OSError: when that cannot be"""
        with self._opening:
            # A signal handler that tracks an event meanwhile comes here too.
            if self._is_open or self._is_opening:
                return
            self._is_opening = True
            try:
                assert self._options.directory is not None
                self._keeper = DiskKeeper(self._options.directory)
                self._queue.use(self._keeper)
            finally:
                # Once: where it fails, events wait in memory.
                self._is_open = True
        self._worker.start()

    def add(self, item: Item, *, may_wait: bool) -> None:
        if not self._is_open:
            try:
                self.open()
            except OSError as error:
                log.error("the directory cannot be used and events wait in memory: %s", error)
        self._worker.add(item, may_wait=may_wait)

    def flush(self, timeout_ms: float) -> bool:
        return self._worker.flush(timeout_ms)

    def close(self, timeout_ms: float) -> bool:
        is_done = self._worker.flush(timeout_ms)
        self._worker.close()
        keeper, self._keeper = self._keeper, None
        if keeper is not None:
            keeper.close()
        self._transport.close()
        return is_done

    def abandon(self) -> None:
        """In a forked child: the parent sends what its queue holds."""
        self._transport.abandon()
        if self._keeper is not None:
            self._keeper.abandon()

    def _post(self, texts: list[bytes]) -> Answer:
        body = b'{"sentAt":%d,"events":[%s]}' % (now_ms(), b",".join(texts))
        headers = {"Content-Type": "application/json"}
        if self._options.gzip and len(body) >= GZIP_MIN_BYTES:
            body = gzip.compress(body, _LEVEL)
            headers["Content-Encoding"] = "gzip"
        try:
            answer = self.access.post(f"/api/events/{self._options.app}", headers, body)
        except Exception as error:
            return Answer(0, detail=f"{type(error).__name__}: {error}")
        return answer_of(answer.status, answer.headers.get("retry-after"), answer.body, now_ms())

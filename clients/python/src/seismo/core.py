"""What both clients do: from a call to an item of the queue, from an outcome to the program's callbacks, from a query to its answer."""

from __future__ import annotations

import json
import logging
import os
import threading
from collections.abc import Iterator, Mapping
from typing import Any, Callable, cast
from uuid import UUID

from .answers import Answer, EventsPage, Groups, Report, StoredEvent, next_search
from .delivery.queue import Done, Drop, Item, Outcome
from .drop_log import DropLog
from .errors import SeismoError, refusal_of
from .event import IDENTIFY, EventData, EventName, event_text
from .exits import at_exit
from .ids import id_text
from .options import Options
from .parameters import search_of
from .process import Process, now_ms
from .transport import HttpAnswer

log = logging.getLogger("seismo")
#: What an event has beside its name and data.
_FIELDS = ("id", "user", "device", "session", "timestamp")
# Says nothing unless the program configures logging.
log.addHandler(logging.NullHandler())


class Core:
    def __init__(self, options: Options) -> None:
        self.options = options
        self._drop_log = DropLog()
        self._reporting = threading.local()
        self._has_warned = False
        self._is_closed = False
        #: By id of the process.
        self._processes: dict[int, Process] = {}
        # The same object each time, for `atexit`.
        self._end = self._at_end
        if options.directory is not None:
            self._process.open()

    def add(
        self,
        name: EventName,
        data: EventData,
        fields: dict[str, Any],
        uuid: str | UUID | None,
        done: Done | None,
        *,
        on_placed: Callable[[], None] | None = None,
    ) -> bool:
        """
        Never raises.

        :param on_placed: with ``block``: called when the event has its place, instead of waiting for it here
        :returns: whether it has its place, or was dropped
        """
        try:
            process = self._process
            at = now_ms()
            text = event_text(name, data, at, process.uuids.next(at) if uuid is None else uuid, **fields)
        except Exception as error:
            self._refuse(name, fields, done, f"{type(error).__name__}: {error}")
            return True
        item = Item(text, at, done)
        item.on_placed = on_placed
        try:
            process.add(item, may_wait=on_placed is None)
        except Exception:
            log.exception("fault in the client")
        return item.placed

    def identify(
        self,
        user: Any,
        traits: EventData,
        fields: dict[str, Any],
        uuid: str | UUID | None,
        done: Done | None,
        *,
        on_placed: Callable[[], None] | None = None,
    ) -> bool:
        """As ``add``."""
        name = {"id": IDENTIFY, "event": IDENTIFY}
        text = id_text(user)
        if text is not None:
            return self.add(name, traits, {**fields, "user": text}, uuid, done, on_placed=on_placed)
        if not self._has_warned:
            # Once: a program that gets it wrong gets it wrong with each event.
            self._has_warned = True
            _quietly(log.warning, "identify: %.100r is no id of a user, the event is dropped", user)
        self._refuse(name, fields, done, "The user is no id: docs/send-events/python.md lists what is none.")
        return True

    def misused(self, call: str, arguments: tuple[Any, ...], named: dict[str, Any], detail: str) -> None:
        """A call of ``track`` or ``identify`` whose arguments do not fit. Never raises."""
        first = arguments[0] if arguments else named.get("event" if call == "track" else "user")
        name: Any = first if call == "track" else {"id": IDENTIFY, "event": IDENTIFY}
        user = {} if call == "track" else {"user": first}
        fields = {**{field: named[field] for field in _FIELDS if field in named}, **user}
        done = named.get("done")
        self._refuse(name, fields, done if callable(done) else None, f"{call}: {detail}")

    def query(self, parameters: Mapping[str, Any] | None = None, /, **more: Any) -> EventsPage:
        answer = self._read(f"events/{self.options.app}{search_of(parameters, more)}")
        return EventsPage(json.loads(answer.body))

    def events(self, parameters: Mapping[str, Any] | None = None, /, **more: Any) -> Iterator[StoredEvent]:
        for page in self.pages(parameters, **more):
            yield from page

    def pages(self, parameters: Mapping[str, Any] | None = None, /, **more: Any) -> Iterator[list[StoredEvent]]:
        search: str | None = search_of(parameters, more)
        while search is not None:
            answer = self._read(f"events/{self.options.app}{search}")
            yield json.loads(answer.body)
            search = next_search(answer)

    def report(self, report: str, parameters: Mapping[str, Any] | None = None, /, **more: Any) -> Report:
        answer = self._read(f"reports/{report}/{self.options.app}{search_of(parameters, more)}")
        return cast(Report, json.loads(answer.body))

    def groups(self, parameters: Mapping[str, Any] | None = None, /, **more: Any) -> Groups:
        answer = self._read(f"groups/{self.options.app}{search_of(parameters, more)}")
        return cast(Groups, json.loads(answer.body))

    def analyze(self, question: Mapping[str, Any]) -> Answer:
        answer = self._read(f"query/{self.options.app}", question)
        return Answer(json.loads(answer.body), lambda: self.rows(question))

    def rows(self, question: Mapping[str, Any]) -> list[dict[str, Any]]:
        answer = self._read(f"query/{self.options.app}", question, "application/x-ndjson")
        return [json.loads(line) for line in answer.body.split(b"\n") if line]

    def dataframe(self, question: Mapping[str, Any]) -> Any:
        from .frames import frame_of

        return frame_of(self.rows(question), lambda: self.analyze(question))

    def flush(self, timeout_ms: float | None = None) -> bool:
        return self._process.flush(self.options.flush_timeout_ms if timeout_ms is None else timeout_ms)

    def close(self, timeout_ms: float | None = None) -> bool:
        self._is_closed = True
        is_through = self._process.close(self.options.flush_timeout_ms if timeout_ms is None else timeout_ms)
        _quietly(self._drop_log.close)
        return is_through

    @property
    def pending(self) -> int:
        return self._process.pending

    @property
    def _process(self) -> Process:
        found = self._processes.get(os.getpid())
        return self._begin_process() if found is None else found

    def _begin_process(self) -> Process:
        """
        Without a lock, since another thread may have held it when the process was forked: `setdefault` lets one of several threads win,
        and nothing is open in what the others made.
        """
        process = self._processes.setdefault(os.getpid(), Process(self.options, self._report))
        for pid in [pid for pid in self._processes if pid != os.getpid()]:
            parents = self._processes.pop(pid, None)
            if parents is not None:
                parents.abandon()
        if self._is_closed:
            process.close(0)
        at_exit(self._end)
        return process

    def _at_end(self) -> None:
        if not self._is_closed and os.getpid() in self._processes:
            self._process.close(self.options.exit_timeout_ms)
            _quietly(self._drop_log.close)

    def _refuse(self, name: EventName, fields: dict[str, Any], done: Done | None, detail: str) -> None:
        """What the client itself does not send."""
        at = now_ms()
        try:
            text = event_text(name, None, at, self._process.uuids.next(at), **fields)
        except Exception:
            text = b"{}"
        item = Item(text, at, done)
        self._report([(item, text, Drop("invalid", detail=detail))])

    def _report(self, outcomes: list[Outcome]) -> None:
        """Never raises into the host."""
        drops = [drop for _, _, drop in outcomes if drop is not None]
        # What is tracked because of a drop and dropped in its turn is not reported: it would never end.
        is_nested = getattr(self._reporting, "is_on", False)
        self._reporting.is_on = True
        try:
            if drops and not is_nested:
                _quietly(self._drop_log.add, [(text, drop) for _, text, drop in outcomes if drop is not None])
            on_drop = self.options.on_drop
            for item, text, drop in outcomes:
                if drop is not None and on_drop is not None and not is_nested:
                    _quietly(on_drop, _event_of(text), drop)
                if item.done is not None:
                    _quietly(item.done, drop)
        finally:
            self._reporting.is_on = is_nested

    def _read(
        self, path: str, question: Mapping[str, Any] | None = None, accept: str = "application/json"
    ) -> HttpAnswer:
        headers = {"Accept": accept}
        body: bytes | None = None
        if question is not None:
            headers["Content-Type"] = "application/json"
            body = json.dumps(question, default=str).encode()
        try:
            answer = self._process.access.read(f"/api/{path}", headers, body)
        except OSError as error:
            raise SeismoError("The server did not answer.", status=0) from error
        if answer.status != 200:
            raise refusal_of(answer)
        return answer


def _event_of(text: bytes | None) -> dict[str, Any]:
    event = json.loads(text or b"{}")
    return event if isinstance(event, dict) else {}


def _quietly(call: Callable[..., object], *arguments: object) -> None:
    try:
        call(*arguments)
    except Exception:
        log.exception("a callback of the program failed")

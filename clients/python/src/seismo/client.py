"""The client of programs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Any
from uuid import UUID

from .answers import Answer, EventsPage, Groups, Report, StoredEvent
from .core import Core
from .delivery.queue import Done
from .event import EventData, EventName, Id, Timestamp
from .never_raises import never_raises
from .options import options_of


class Client:
    """
    A client of one app, for all threads of a program and for the processes it forks.

    docs/send-events/delivery.md lists the options; their names here are those of Python: ``queue_max_events``, ``directory``, ``on_drop``.

    :raises ValueError, TypeError: when an option is not usable
    :raises OSError: when ``directory`` is not
    """

    def __init__(self, server: str, app: str, key: str | None = None, **options: Any) -> None:
        self._core = Core(options_of(server, app, key, options))

    @never_raises
    def track(
        self,
        event: EventName,
        data: EventData = None,
        *,
        user: Id = None,
        device: Id = None,
        session: Id = None,
        timestamp: Timestamp = None,
        id: str | None = None,
        uuid: str | UUID | None = None,
        done: Done | None = None,
    ) -> None:
        """
        Sends an event, later and with others. Never raises: what does not reach the server, and a call whose arguments do not fit, is
        reported to ``on_drop``.

        :param data: a mapping, a dataclass or a model, with values that JSON can represent
        :param device: the anonymous id
        :param timestamp: when it happened; now by default. A ``datetime`` without a zone is UTC.
        :param id: the id of the event's name
        :param uuid: the event's own id: the server counts one once
        :param done: called once: with None when the server has the event
        """
        fields = {"id": id, "user": user, "device": device, "session": session, "timestamp": timestamp}
        self._core.add(event, data, fields, uuid, done)

    @never_raises
    def identify(
        self,
        user: Id,
        traits: EventData = None,
        *,
        device: Id = None,
        session: Id = None,
        timestamp: Timestamp = None,
        uuid: str | UUID | None = None,
        done: Done | None = None,
    ) -> None:
        """
        Says who a user is: traits it does not name stay as they were. With ``device``, that device is this user from now on
        and was before. What is no id (docs/send-events/python.md) is reported to ``on_drop``.
        """
        fields = {"device": device, "session": session, "timestamp": timestamp}
        self._core.identify(user, traits, fields, uuid, done)

    def query(self, parameters: Mapping[str, Any] | None = None, /, **more: Any) -> EventsPage:
        """One page of events, newest first: ``query(event="order paid", data={"amount": {"gte": 10}})``. :raises SeismoError:"""
        return self._core.query(parameters, **more)

    def events(self, parameters: Mapping[str, Any] | None = None, /, **more: Any) -> Iterator[StoredEvent]:
        """All events that match, page by page as they are taken. :raises SeismoError:"""
        return self._core.events(parameters, **more)

    def report(self, report: str, parameters: Mapping[str, Any] | None = None, /, **more: Any) -> Report:
        """Counts for a ``day``, ``hour``, ``week``, ``month`` or ``period``. :raises SeismoError:"""
        return self._core.report(report, parameters, **more)

    def groups(self, parameters: Mapping[str, Any] | None = None, /, **more: Any) -> Groups:
        """Counts by a property: ``groups(attr="plan")``. :raises SeismoError:"""
        return self._core.groups(parameters, **more)

    def analyze(self, question: Mapping[str, Any]) -> Answer:
        """Asks a question of the analysis API. In a notebook, the answer shows as a table. :raises SeismoError:"""
        return self._core.analyze(question)

    def rows(self, question: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The answer to a question as a table, row by row. :raises SeismoError:"""
        return self._core.rows(question)

    def dataframe(self, question: Mapping[str, Any]) -> Any:
        """The answer to a question as a ``pandas.DataFrame``, for which pandas must be installed. :raises SeismoError:"""
        return self._core.dataframe(question)

    def flush(self, timeout_ms: float | None = None) -> bool:
        """Sends now what waits. Returns whether all of it was answered for or dropped in time."""
        return self._core.flush(timeout_ms)

    def close(self, timeout_ms: float | None = None) -> bool:
        """The same, and takes nothing more. What could not be sent is dropped, unless it is kept on disk."""
        return self._core.close(timeout_ms)

    @property
    def pending(self) -> int:
        """Events that wait."""
        return self._core.pending

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _misused(self, call: str, arguments: tuple[Any, ...], named: dict[str, Any], detail: str) -> None:
        self._core.misused(call, arguments, named, detail)

    def __repr__(self) -> str:
        # Without the key.
        return f"<seismo.Client {self._core.options.app!r} at {self._core.options.server}>"

"""The client of asyncio programs: the same calls, of which those that wait are awaited."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Generator, Mapping
from types import TracebackType
from typing import Any, Callable
from uuid import UUID

from .answers import Answer, EventsPage, Groups, Report, StoredEvent
from .core import Core
from .delivery.queue import Done
from .event import EventData, EventName, Id, Timestamp
from .never_raises import never_raises
from .options import options_of


class _Done:
    """Awaited at once, and need not be awaited."""

    def __await__(self) -> Generator[Any, None, None]:
        return
        yield


_DONE = _Done()


class AsyncClient:
    """
    ``track`` and ``identify`` return at once and need no ``await``: a thread sends. With ``when_full="block"``, await them to wait for
    space.

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
    ) -> Awaitable[None]:
        """As :meth:`Client.track`."""
        fields = {"id": id, "user": user, "device": device, "session": session, "timestamp": timestamp}
        return self._placed(lambda on_placed: self._core.add(event, data, fields, uuid, done, on_placed=on_placed))

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
    ) -> Awaitable[None]:
        """As :meth:`Client.identify`."""
        fields = {"device": device, "session": session, "timestamp": timestamp}
        return self._placed(
            lambda on_placed: self._core.identify(user, traits, fields, uuid, done, on_placed=on_placed)
        )

    async def query(self, parameters: Mapping[str, Any] | None = None, /, **more: Any) -> EventsPage:
        """One page of events, newest first. :raises SeismoError:"""
        return await asyncio.to_thread(self._core.query, parameters, **more)

    async def events(self, parameters: Mapping[str, Any] | None = None, /, **more: Any) -> AsyncIterator[StoredEvent]:
        """All events that match, page by page as they are taken. :raises SeismoError:"""
        pages = self._core.pages(parameters, **more)
        while (page := await asyncio.to_thread(next, pages, None)) is not None:
            for event in page:
                yield event

    async def report(self, report: str, parameters: Mapping[str, Any] | None = None, /, **more: Any) -> Report:
        """Counts for a ``day``, ``hour``, ``week``, ``month`` or ``period``. :raises SeismoError:"""
        return await asyncio.to_thread(self._core.report, report, parameters, **more)

    async def groups(self, parameters: Mapping[str, Any] | None = None, /, **more: Any) -> Groups:
        """Counts by a property. :raises SeismoError:"""
        return await asyncio.to_thread(self._core.groups, parameters, **more)

    async def analyze(self, question: Mapping[str, Any]) -> Answer:
        """Asks a question of the analysis API. :raises SeismoError:"""
        return await asyncio.to_thread(self._core.analyze, question)

    async def rows(self, question: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The answer to a question as a table, row by row. :raises SeismoError:"""
        return await asyncio.to_thread(self._core.rows, question)

    async def dataframe(self, question: Mapping[str, Any]) -> Any:
        """The answer to a question as a ``pandas.DataFrame``. :raises SeismoError:"""
        return await asyncio.to_thread(self._core.dataframe, question)

    async def flush(self, timeout_ms: float | None = None) -> bool:
        """Sends now what waits. Returns whether all of it was answered for or dropped in time."""
        return await asyncio.to_thread(self._core.flush, timeout_ms)

    async def close(self, timeout_ms: float | None = None) -> bool:
        """The same, and takes nothing more. What could not be sent is dropped, unless it is kept on disk."""
        return await asyncio.to_thread(self._core.close, timeout_ms)

    @property
    def pending(self) -> int:
        """Events that wait."""
        return self._core.pending

    async def __aenter__(self) -> AsyncClient:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    def _misused(self, call: str, arguments: tuple[Any, ...], named: dict[str, Any], detail: str) -> Awaitable[None]:
        self._core.misused(call, arguments, named, detail)
        return _DONE

    def __repr__(self) -> str:
        # Without the key.
        return f"<seismo.AsyncClient {self._core.options.app!r} at {self._core.options.server}>"

    def _placed(self, add: Callable[[Callable[[], None]], bool]) -> Awaitable[None]:
        """:param add: returns whether the event has its place, and calls what it is given when it has one later"""
        if self._core.options.when_full != "block":
            add(_ignore)
            return _DONE
        loop = asyncio.get_running_loop()
        future: asyncio.Future[None] = loop.create_future()

        def settle() -> None:
            if not future.done():
                future.set_result(None)

        def on_placed() -> None:
            try:
                loop.call_soon_threadsafe(settle)
            except RuntimeError:
                # The loop is closed: nobody waits.
                pass

        if add(on_placed):
            settle()
        return future


def _ignore() -> None:
    pass

"""Middleware for FastAPI, Starlette and any other ASGI application."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Optional

from .aio import AsyncClient
from .request_events import UNMATCHED, AnyClient, RequestEvents

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

#: `/items/{id:int}` → `/items/{id}`
_CONVERTER = re.compile(r"\{(\w+):[^}]*\}")


class SeismoMiddleware:
    """
    Each request becomes an event, and each exception one ``error``: ``app.add_middleware(SeismoMiddleware, client=client)``. When the
    application shuts down, what waits is sent.

    :param route: the pattern of a request's route, from its scope; FastAPI's and Starlette's are found without it
    :param options: of :class:`seismo.request_events.RequestEvents`; ``user``, ``data`` and ``skip`` get the scope
    """

    def __init__(
        self,
        app: App,
        client: AnyClient,
        *,
        route: Optional[Callable[[Scope], Optional[str]]] = None,
        **options: Any,
    ) -> None:
        self._app = app
        self._client = client
        self._route = route or _route_of
        self._events: RequestEvents[Scope] = RequestEvents(client, **options)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._follow(scope, receive, send, self._events.wants(scope, scope.get("path", "")))
        elif scope["type"] == "lifespan":
            await self._app(scope, receive, self._flushed_before(send))
        else:
            await self._app(scope, receive, send)

    async def _follow(self, scope: Scope, receive: Receive, send: Send, is_wanted: bool) -> None:
        started_at = time.perf_counter()
        # Routers write into the scope on the way: of a mounted application, only the rest of the path is left in the end.
        asked = dict(scope)
        status = 500
        bytes_sent = 0
        is_whole = False

        async def watch(message: Message) -> None:
            nonlocal status, bytes_sent, is_whole
            await send(message)
            if message["type"] == "http.response.start":
                status = message["status"]
            elif message["type"] == "http.response.body":
                bytes_sent += len(message.get("body", b""))
                is_whole = not message.get("more_body", False)

        try:
            await self._app(scope, receive, watch if is_wanted else send)
        except Exception as error:
            is_whole = True
            status = 500
            where = {"method": scope["method"], "route": self._pattern(scope, asked) or UNMATCHED}
            self._events.failed(scope, error, where)
            raise
        finally:
            if is_wanted:
                self._events.served(
                    scope,
                    method=scope["method"],
                    route=self._pattern(scope, asked),
                    status=status,
                    started_at=started_at,
                    bytes=bytes_sent,
                    aborted=not is_whole,
                )

    def _pattern(self, scope: Scope, asked: Scope) -> str | None:
        try:
            return self._route(scope) if self._route is not _route_of else _route_of(scope, asked)
        except Exception:
            return None

    def _flushed_before(self, send: Send) -> Send:
        """Servers end the process by a signal once the application has shut down: `atexit` may not be called."""

        async def watch(message: Message) -> None:
            if message["type"] in ("lifespan.shutdown.complete", "lifespan.shutdown.failed"):
                if isinstance(self._client, AsyncClient):
                    await self._client.flush()
                else:
                    await asyncio.to_thread(self._client.flush)
            await send(message)

        return watch


def _route_of(scope: Scope, asked: Scope | None = None) -> str | None:
    route = scope.get("route")
    mount = "" if asked is None else scope.get("root_path", "")[len(asked.get("root_path", "")) :]
    # FastAPI says which route it was, and a path without a mount is whole.
    if not mount:
        path = getattr(route, "path", None)
        if isinstance(path, str):
            return _CONVERTER.sub(r"{\1}", path)
    app = scope.get("app") if asked is None else asked.get("app", scope.get("app"))
    found = _match(getattr(app, "routes", ()), asked or scope)
    return None if found is None else _CONVERTER.sub(r"{\1}", found) or "/"


def _match(routes: Any, scope: Scope) -> str | None:
    """As Starlette finds the route, once more, with the patterns of what is mounted on the way."""
    partial: str | None = None
    for route in routes:
        matched, child = route.matches(scope)
        if matched.name == "NONE":
            continue
        path = str(getattr(route, "path", ""))
        inner = getattr(route, "routes", None)
        if inner:
            rest = _match(inner, {**scope, **child})
            return None if rest is None else f"{path}{rest}"
        if matched.name == "FULL":
            return path
        # Another method of the same path may follow.
        partial = partial or path
    return partial

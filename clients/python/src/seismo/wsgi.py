"""Middleware for any WSGI application."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from typing import Any, Callable, Optional

from .request_events import UNMATCHED, AnyClient, RequestEvents

Environ = dict[str, Any]
#: Where frameworks put the route's pattern.
ROUTE = "seismo.route"
#: Set where a framework's error was reported already.
FAILED = "seismo.failed"


class SeismoMiddleware:
    """
    Each request becomes an event, and each exception one ``error``: ``app = SeismoMiddleware(app, client)``.

    :param route: the pattern of a request's route, from its environ; without it, ``environ["seismo.route"]`` if something sets that
    :param options: of :class:`seismo.request_events.RequestEvents`; ``user``, ``data`` and ``skip`` get the environ
    """

    def __init__(
        self,
        app: Callable[..., Iterable[bytes]],
        client: AnyClient,
        *,
        route: Optional[Callable[[Environ], Optional[str]]] = None,
        **options: Any,
    ) -> None:
        self._app = app
        self._route = route or _route_in
        self.events: RequestEvents[Environ] = RequestEvents(client, **options)

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        request = _Request(self, environ, self.events.wants(environ, environ.get("PATH_INFO", "")))

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            request.status = int(status[:3])
            return start_response(status, headers, exc_info) if exc_info else start_response(status, headers)

        try:
            body = self._app(environ, start)
        except Exception as error:
            request.fail(error)
            request.end()
            raise
        # A list has no rest that could fail or stay unread.
        if isinstance(body, (list, tuple)):
            request.bytes = sum(map(len, body))
            request.end()
            return body
        if not request.is_wanted:
            return body
        return _Body(body, request)

    def route_of(self, environ: Environ) -> str | None:
        try:
            return self._route(environ)
        except Exception:
            return None


class _Request:
    def __init__(self, middleware: SeismoMiddleware, environ: Environ, is_wanted: bool) -> None:
        self._middleware = middleware
        self._environ = environ
        self._started_at = time.perf_counter()
        self._has_ended = not is_wanted
        self.is_wanted = is_wanted
        self.status = 500
        self.bytes = 0

    @property
    def _method(self) -> str:
        return str(self._environ.get("REQUEST_METHOD", ""))

    def fail(self, error: BaseException) -> None:
        self.status = 500
        if not self._environ.get(FAILED):
            route = self._middleware.route_of(self._environ) or UNMATCHED
            self._middleware.events.failed(self._environ, error, {"method": self._method, "route": route})

    def end(self, aborted: bool = False) -> None:
        if self._has_ended:
            return
        self._has_ended = True
        self._middleware.events.served(
            self._environ,
            method=self._method,
            route=self._middleware.route_of(self._environ),
            status=self.status,
            started_at=self._started_at,
            bytes=self.bytes,
            aborted=aborted,
        )


class _Body:
    """The answer's body, passed on as it comes."""

    def __init__(self, body: Iterable[bytes], request: _Request) -> None:
        self._body = body
        self._iterator: Iterator[bytes] = iter(body)
        self._request = request
        self._is_whole = False

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        try:
            part = next(self._iterator)
        except StopIteration:
            self._is_whole = True
            self._request.end()
            raise
        except Exception as error:
            self._is_whole = True
            self._request.fail(error)
            raise
        self._request.bytes += len(part)
        return part

    def close(self) -> None:
        try:
            close = getattr(self._body, "close", None)
            if close is not None:
                close()
        finally:
            self._request.end(aborted=not self._is_whole)


def _route_in(environ: Environ) -> str | None:
    return environ.get(ROUTE)

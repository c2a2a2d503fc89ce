"""
Django: an event for each request and each exception.

    MIDDLEWARE = ["seismo.django.SeismoMiddleware", ...]
    SEISMO = {"server": "https://seismo.example.com", "app": "shop", "key": os.environ["SEISMO_KEY"]}
"""

from __future__ import annotations

import asyncio
import inspect
import re
import threading
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Optional, cast

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.conf import settings
from django.http import HttpRequest
from django.utils.module_loading import import_string

from .client import Client
from .request_events import UNMATCHED, RequestEvents

#: In ``SEISMO``, beside the options of the client; ``user``, ``data`` and ``skip`` may be the dotted path of a function.
_OF_REQUESTS = ("event", "user", "data", "sample", "skip", "error_messages")

_lock = threading.Lock()
_client: Optional[Client] = None


def get_client() -> Client:
    """The client of the settings, for events of your own: ``get_client().track("order paid", {"amount": 42})``."""
    global _client
    with _lock:
        if _client is None:
            given = {name: value for name, value in _settings().items() if name not in _OF_REQUESTS}
            _client = Client(**given)
        return _client


def get_asgi_application() -> Callable[..., Awaitable[None]]:
    """
    In ``asgi.py``, in place of Django's function of this name. Some servers end the process by a signal once the application has shut down,
    and `atexit` is not called: this sends what waits before. Django itself does not hear that it shuts down.
    """
    from django.core.asgi import get_asgi_application as of_django

    application = of_django()

    async def with_shutdown(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "lifespan":
            await application(scope, receive, send)
            return
        while (await receive())["type"] != "lifespan.shutdown":
            await send({"type": "lifespan.startup.complete"})
        await asyncio.to_thread(get_client().flush)
        await send({"type": "lifespan.shutdown.complete"})

    return with_shutdown


class SeismoMiddleware:
    """Among the first of ``MIDDLEWARE``, so that it sees what the others answer. Works with WSGI and ASGI."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self._get_response = get_response
        given = {name: _imported(value) for name, value in _settings().items() if name in _OF_REQUESTS}
        given.setdefault("user", _loaded_user)
        self._events: RequestEvents[HttpRequest] = RequestEvents(get_client(), **given)
        self._is_async = iscoroutinefunction(get_response)
        if self._is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        if self._is_async:
            return self._call_async(request)
        if not self._events.wants(request, request.path_info):
            return self._get_response(request)
        started_at = time.perf_counter()
        response = self._get_response(request)
        self._end(request, response, started_at)
        return response

    async def _call_async(self, request: HttpRequest) -> Any:
        if not self._events.wants(request, request.path_info):
            return await cast(Awaitable[Any], self._get_response(request))
        started_at = time.perf_counter()
        response = await cast(Awaitable[Any], self._get_response(request))
        self._end(request, response, started_at)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        where = {"method": request.method, "route": _route_of(request) or UNMATCHED}
        self._events.failed(request, exception, where)

    def _end(self, request: HttpRequest, response: Any, started_at: float) -> None:
        def served(size: int | None) -> None:
            self._events.served(
                request,
                method=request.method or "",
                route=_route_of(request),
                status=response.status_code,
                started_at=started_at,
                bytes=size,
            )

        if response.streaming:
            # The server closes it when it has been sent, or the caller went away.
            response._resource_closers.append(lambda: served(None))
        else:
            served(len(response.content))


def _settings() -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", settings.SEISMO)


def _imported(value: Any) -> Any:
    return import_string(value) if isinstance(value, str) and re.fullmatch(r"\w+(\.\w+)+", value) else value


def _route_of(request: HttpRequest) -> str | None:
    match = request.resolver_match
    return None if match is None else f"/{match.route.lstrip('^/')}"


def _loaded_user(request: HttpRequest) -> Any:
    """Who is signed in, if the view or a middleware has looked: finding out here would cost a query of the database."""
    user = getattr(request, "user", None)
    # A lazy object that has not been looked into.
    wrapped = inspect.getattr_static(user, "_wrapped", user)
    if user is None or type(wrapped) is object:
        return None
    return user.pk if user.is_authenticated else None

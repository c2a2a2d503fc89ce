"""HTTP with connections that are kept open."""

from __future__ import annotations

import codecs
import http.client
import os
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Callable, Optional
from urllib.parse import urlsplit

# Loaded here and not with the first connection: a process that is forked meanwhile would wait for the module for ever.
for _codec in ("idna", "ascii", "latin-1"):
    codecs.lookup(_codec)

#: Shorter than the 5 s for which Node's servers keep an idle connection.
_IDLE_S = 4.0
#: Idle connections that are kept; requests of more threads open others.
_IDLE_MAX = 8


@dataclass(frozen=True)
class HttpRequest:
    method: str
    url: str
    timeout_ms: float
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Optional[bytes] = None


@dataclass(frozen=True)
class HttpAnswer:
    status: int
    #: Names in lower case.
    headers: Mapping[str, str]
    body: bytes


#: Raises OSError when no whole answer came in time.
Send = Callable[[HttpRequest], HttpAnswer]


class NoAnswerError(OSError):
    """No whole answer came."""


class Transport:
    """One for each process: a forked child must not write into its parent's connections."""

    def __init__(self, server: str, ssl_context: ssl.SSLContext | None = None) -> None:
        address = urlsplit(server)
        self._is_secure = address.scheme == "https"
        self._host = address.hostname or ""
        self._port = address.port
        self._ssl_context = ssl_context
        self._idle: list[tuple[http.client.HTTPConnection, float]] = []
        self._lock = threading.RLock()

    def send(self, request: HttpRequest) -> HttpAnswer:
        """Redirects are not followed: a POST would become a GET on the way. :raises OSError: when no whole answer came in time"""
        deadline = time.monotonic() + request.timeout_ms / 1000
        connection = self._take_idle() or self._connect(request.timeout_ms)
        try:
            answer, can_stay = _exchange(connection, request, deadline)
        except http.client.HTTPException as error:
            connection.close()
            raise NoAnswerError(f"{type(error).__name__}: {error}") from error
        except BaseException:
            connection.close()
            raise
        if can_stay:
            self._keep(connection)
        else:
            connection.close()
        return answer

    def close(self) -> None:
        with self._lock:
            idle, self._idle = self._idle, []
        for connection, _ in idle:
            connection.close()

    def abandon(self) -> None:
        """In a forked child: closes its copies of the parent's idle connections; the parent's stay open."""
        for connection, _ in self._idle:
            if connection.sock is not None:
                # No goodbye of TLS, which the server would take for the parent's.
                detached = connection.sock.detach()
                connection.sock = None
                _close_descriptor(detached)

    def _connect(self, timeout_ms: float) -> http.client.HTTPConnection:
        if not self._is_secure:
            return http.client.HTTPConnection(self._host, self._port, timeout=timeout_ms / 1000)
        if self._ssl_context is None:
            self._ssl_context = ssl.create_default_context()
        return http.client.HTTPSConnection(self._host, self._port, timeout=timeout_ms / 1000, context=self._ssl_context)

    def _take_idle(self) -> http.client.HTTPConnection | None:
        with self._lock:
            while self._idle:
                connection, since = self._idle.pop()
                if time.monotonic() - since < _IDLE_S:
                    return connection
                connection.close()
        return None

    def _keep(self, connection: http.client.HTTPConnection) -> None:
        with self._lock:
            if len(self._idle) < _IDLE_MAX:
                self._idle.append((connection, time.monotonic()))
                return
        connection.close()


def _exchange(connection: http.client.HTTPConnection, request: HttpRequest, deadline: float) -> tuple[HttpAnswer, bool]:
    """:returns: the answer, and whether the connection can be used again"""
    address = urlsplit(request.url)
    target = f"{address.path or '/'}?{address.query}" if address.query else address.path or "/"
    _limit(connection, deadline)
    connection.request(request.method, target, body=request.body, headers=dict(request.headers))
    _limit(connection, deadline)
    response = connection.getresponse()
    parts: list[bytes] = []
    while True:
        _limit(connection, deadline)
        part = response.read(65_536)
        if not part:
            break
        parts.append(part)
    body = b"".join(parts)
    # With a size to read, `http.client` does not notice an end that comes too early.
    if response.length:
        raise NoAnswerError(f"The answer was cut short: {response.length} bytes are missing.")
    headers = {name.lower(): value for name, value in response.getheaders()}
    return HttpAnswer(response.status, headers, body), not response.will_close


def _limit(connection: http.client.HTTPConnection, deadline: float) -> None:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError("No answer in time.")
    if connection.sock is not None:
        connection.sock.settimeout(left)


def _close_descriptor(descriptor: int) -> None:
    try:
        os.close(descriptor)
    except OSError:
        pass

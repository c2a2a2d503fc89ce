"""Sends requests as somebody: with a key, or signed in, and signed in again when the token is rejected."""

from __future__ import annotations

import datetime
import json
import threading
import time
from collections.abc import Mapping
from typing import NamedTuple, Optional

from .options import Options
from .transport import HttpAnswer, HttpRequest, Send

#: A token is renewed so long before it ends.
_EARLY_S = 10.0


class _Session(NamedTuple):
    token: str
    ends_at: float


class Access:
    def __init__(self, options: Options, send: Send) -> None:
        self._options = options
        self._send = send
        self._session: Optional[_Session] = None
        self._lock = threading.Lock()

    def post(self, path: str, headers: Mapping[str, str], body: bytes) -> HttpAnswer:
        """:raises OSError: when no answer came"""
        return self._request("POST", path, headers, body, self._options.key)

    def read(self, path: str, headers: Mapping[str, str], body: bytes | None = None) -> HttpAnswer:
        """:raises OSError: when no answer came"""
        method = "GET" if body is None else "POST"
        return self._request(method, path, headers, body, self._options.read_key or self._options.key)

    def _request(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes | None, key: str | None
    ) -> HttpAnswer:
        def send_as(token: str | None) -> HttpAnswer:
            own = {} if token is None else {"X-Access-Token": token}
            url = f"{self._options.server}{path}"
            return self._send(HttpRequest(method, url, self._options.timeout_ms, {**headers, **own}, body))

        if key is not None or self._options.credentials is None:
            return send_as(key)
        session = self._signed_in(None)
        if isinstance(session, HttpAnswer):
            return session
        answer = send_as(session.token)
        if answer.status != 401:
            return answer
        # The token was ended on the other side: by a restart with another key, or because the password was changed.
        session = self._signed_in(session)
        return session if isinstance(session, HttpAnswer) else send_as(session.token)

    def _signed_in(self, ended: _Session | None) -> _Session | HttpAnswer:
        """
        Once for all that ask meanwhile.

        :param ended: a session that the server does not take any more
        :returns: the refusal, if it was one
        """
        with self._lock:
            current = self._session
            if current is not None and current is not ended and current.ends_at - _EARLY_S >= time.time():
                return current
            answer = self._send(
                HttpRequest(
                    "POST",
                    f"{self._options.server}/auth",
                    self._options.timeout_ms,
                    {"Content-Type": "application/json", "Accept": "application/json"},
                    json.dumps(dict(self._options.credentials or {})).encode(),
                )
            )
            if answer.status != 200:
                return answer
            try:
                body = json.loads(answer.body)
                ends_at = datetime.datetime.fromisoformat(str(body["expiresAt"]).replace("Z", "+00:00"))
                self._session = _Session(str(body["token"]), ends_at.timestamp())
            except (KeyError, TypeError, ValueError) as error:
                raise OSError(f"The answer to signing in was not Seismo's: {error!r}") from error
            return self._session

"""A client whose events are kept for the test instead of being sent."""

from __future__ import annotations

import gzip
import json
from typing import Any

import seismo


class Collected:
    def __init__(self, **options: Any) -> None:
        self._events: list[dict[str, Any]] = []
        self.client = seismo.Client("http://127.0.0.1:9", "shop", "sk_x", send=self._send, **options)

    @property
    def events(self) -> list[dict[str, Any]]:
        assert self.client.flush()
        return self._events

    def _send(self, request: seismo.HttpRequest) -> seismo.HttpAnswer:
        body = request.body or b""
        if request.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        events = json.loads(body)["events"]
        self._events += events
        return seismo.HttpAnswer(200, {}, json.dumps({"accepted": len(events), "rejected": []}).encode())

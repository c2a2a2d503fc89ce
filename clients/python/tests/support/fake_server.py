"""A server that writes down what it gets and answers as told."""

from __future__ import annotations

import gzip
import json
import socket
import struct
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Callable, Union


@dataclass(frozen=True)
class Received:
    method: str
    path: str
    headers: dict[str, str]
    text: str
    #: Of a batch.
    events: list[dict[str, Any]]
    sent_at: int | None


@dataclass(frozen=True)
class Reply:
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = None


#: `"hang"` never answers, `"reset"` cuts the connection.
Answer = Callable[[Received, int], Union[Reply, str]]


def stored(request: Received, _index: int = 0) -> Reply:
    return Reply(body={"accepted": len(request.events), "duplicates": 0, "rejectedTotal": 0, "rejected": []})


def problem(status: int, code: str, headers: dict[str, str] | None = None) -> Reply:
    """As Seismo rejects."""
    return Reply(status, headers or {}, {"status": status, "code": code, "title": "No", "detail": f"No: {code}."})


class FakeServer:
    def __init__(self, answer: Answer = stored) -> None:
        self.answer = answer
        self.received: list[Received] = []
        self.times: list[float] = []
        self.connections = 0
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _handler_of(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    @property
    def events(self) -> list[dict[str, Any]]:
        return [event for request in self.received for event in request.events]

    def take(self, request: Received) -> Reply | str:
        with self._lock:
            self.received.append(request)
            index = len(self.received) - 1
        return self.answer(request, index)

    def hang(self) -> None:
        self._ended.wait()

    def close(self) -> None:
        self._ended.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Connections that are cut are what is tested."""


def _handler_of(fake: FakeServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def setup(self) -> None:
            super().setup()
            fake.connections += 1

        def do_POST(self) -> None:
            data = self.rfile.read(int(self.headers.get("content-length", 0)))
            if self.headers.get("content-encoding") == "gzip":
                data = gzip.decompress(data)
            text = data.decode()
            body = json.loads(text) if text.startswith('{"sentAt"') else {}
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = Received(self.command, self.path, headers, text, body.get("events", []), body.get("sentAt"))
            reply = fake.take(request)
            if reply == "hang":
                fake.hang()
                return
            if isinstance(reply, str):
                # No goodbye: a reset.
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.close_connection = True
                return
            answer = reply.body if isinstance(reply.body, str) else json.dumps(reply.body)
            headers = {"content-type": "application/json", "content-length": str(len(answer.encode())), **reply.headers}
            self.send_response(reply.status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.encode())
            if "content-length" in reply.headers:
                self.close_connection = True

        do_GET = do_POST  # noqa: N815

        def log_message(self, *_: Any) -> None:
            pass

    return Handler

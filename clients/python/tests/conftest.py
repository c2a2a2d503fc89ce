from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any, Callable

import pytest

import seismo

from .support.fake_server import Answer, FakeServer, stored
from .support.programs import RealServer, why_no_server


@pytest.fixture
def serve() -> Iterator[Callable[..., FakeServer]]:
    """Starts servers that write down what they get; what was opened last is closed first."""
    servers: list[FakeServer] = []

    def start(answer: Answer = stored) -> FakeServer:
        servers.append(FakeServer(answer))
        return servers[-1]

    yield start
    for server in reversed(servers):
        server.close()


class Made:
    def __init__(self, server: str, options: dict[str, Any]) -> None:
        self.dropped: list[tuple[dict[str, Any], seismo.Drop]] = []
        given = {"key": "sk_write", "retry_min_ms": 5, "retry_max_ms": 10, "on_drop": self._on_drop, **options}
        self.client = seismo.Client(server, given.pop("app", "shop"), **given)

    def _on_drop(self, event: dict[str, Any], drop: seismo.Drop) -> None:
        self.dropped.append((event, drop))

    @property
    def reasons(self) -> list[tuple[Any, str, Any]]:
        return [(event.get("event"), drop.reason, drop.code) for event, drop in self.dropped]


@pytest.fixture
def make() -> Iterator[Callable[..., Made]]:
    """Makes clients, which are closed at the end of the test."""
    made: list[Made] = []

    def create(server: str, **options: Any) -> Made:
        made.append(Made(server, options))
        return made[-1]

    yield create
    for each in made:
        each.client.close(1)


@pytest.fixture(autouse=True)
def _quiet() -> None:
    logging.getLogger("seismo").setLevel(logging.DEBUG)


@pytest.fixture(scope="session")
def server() -> Iterator[RealServer]:
    """A Seismo server with its engine; each test has apps of its own."""
    reason = why_no_server()
    if reason is not None:
        pytest.skip(reason)
    real = RealServer()
    yield real
    real.close()

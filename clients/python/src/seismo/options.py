"""The options of a client. docs/send-events/delivery.md lists them for every language."""

from __future__ import annotations

import os
import re
import ssl
import sys
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Callable, Literal, Optional, Union
from urllib.parse import urlsplit

from .delivery.queue import Drop
from .transport import Send

WhenFull = Literal["drop_oldest", "drop_newest", "block"]
OnDrop = Callable[[dict[str, Any], Drop], None]

_WHEN_FULL = ("drop_oldest", "drop_newest", "block")
_APP = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
#: May be 0: then the end of the process waits for nothing.
_MAY_BE_ZERO = ("exit_timeout_ms",)


@dataclass
class Options:
    """:raises ValueError, TypeError: a mistake in the program, found at its start and not in the middle of its work"""

    #: Where the server is, like ``https://seismo.example.com``; with the path where it is mounted, if it is.
    server: str
    #: The app whose events are sent and read.
    app: str
    #: A write key sends events, a read key asks.
    key: Optional[str] = None
    #: A read key, where ``key`` is a write key and questions are asked too.
    read_key: Optional[str] = None
    #: Instead of keys: ``{"username": …, "password": …}`` or ``{"token": …}`` of GitHub. Signs in, and again when the token has expired.
    credentials: Optional[Mapping[str, str]] = None

    #: Maximum number of waiting events; 100,000 with ``directory``.
    queue_max_events: int = 10_000
    #: Maximum size of waiting events; 64 MiB with ``directory``.
    queue_max_bytes: int = 16 * 1024 * 1024
    #: What happens to an event when as many wait. With ``block``, ``track`` waits for space.
    when_full: WhenFull = "drop_oldest"
    #: Events wait on disk in this directory and outlive the process. Several processes of one machine may share it.
    directory: Union[str, os.PathLike[str], None] = None
    #: Maximum number of events in a request.
    batch_max_events: int = 500
    #: Maximum size of a request, before compression.
    batch_max_bytes: int = 512 * 1024
    #: How long an event waits for others.
    batch_max_wait_ms: float = 1_000
    #: The first wait before a request is repeated, doubled each time.
    retry_min_ms: float = 1_000
    #: The longest of these waits.
    retry_max_ms: float = 60_000
    #: An event older than this is dropped: the server recognizes a repeated one for 7 days.
    max_age_ms: float = 6 * 86_400_000
    #: How long to wait for an answer.
    timeout_ms: float = 10_000
    #: How long ``flush`` and ``close`` wait.
    flush_timeout_ms: float = 10_000
    #: How long the end of the process waits for events that were not sent; 0 waits for nothing.
    exit_timeout_ms: float = 2_000
    #: Whether larger bodies are compressed.
    gzip: bool = True
    #: Called with every event that will not reach the server, and why; in any thread.
    on_drop: Optional[OnDrop] = None
    #: Of connections with TLS: own certificates, for example.
    ssl_context: Optional[ssl.SSLContext] = None
    #: Used instead of the client's own way to the network.
    send: Optional[Send] = None

    def __post_init__(self) -> None:
        if not isinstance(self.server, str) or not _is_address(self.server):
            raise ValueError(f"seismo: server must be an address like https://seismo.example.com, not {self.server!r}.")
        if not isinstance(self.app, str) or _APP.fullmatch(self.app) is None:
            raise ValueError(f"seismo: app must be 1 to 64 of A-Z a-z 0-9 . _ - and not {self.app!r}.")
        if self.when_full not in _WHEN_FULL:
            raise ValueError(f"seismo: when_full must be one of {', '.join(_WHEN_FULL)}, not {self.when_full!r}.")
        if self.directory is not None and sys.platform == "win32":
            raise ValueError("seismo: directory works on Linux and macOS; leave it out to hold events in memory.")
        for each in fields(self):
            if isinstance(each.default, (int, float)) and not isinstance(each.default, bool):
                self._check_number(each.name)
        self.server = self.server.rstrip("/")

    def _check_number(self, name: str) -> None:
        value = getattr(self, name)
        least = 0 if name in _MAY_BE_ZERO else 1e-9
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not value >= least:
            raise ValueError(f"seismo: {name} must be a number above 0, not {value!r}.")


#: Of ``directory``: an event that waits on disk takes a few hundred bytes of memory.
ON_DISK = {"queue_max_events": 100_000, "queue_max_bytes": 64 * 1024 * 1024}

NAMES = frozenset(each.name for each in fields(Options))


def options_of(server: str, app: str, key: str | None, others: Mapping[str, Any]) -> Options:
    """
    :param others: options that are None take their defaults
    :raises TypeError: for an option that does not exist
    :raises ValueError: for one that is not usable
    """
    unknown = sorted(set(others) - NAMES)
    if unknown:
        raise TypeError(f"seismo: there is no option {', '.join(unknown)}.")
    given = {name: value for name, value in others.items() if value is not None}
    if "directory" in given:
        given = {**ON_DISK, **given}
    return Options(server, app, key, **given)


def _is_address(text: str) -> bool:
    try:
        address = urlsplit(text)
        return address.scheme in ("http", "https") and bool(address.hostname) and (address.port or 1) > 0
    except ValueError:
        return False

"""What of a request is sent as an event, for any framework."""

from __future__ import annotations

import logging
import random
import re
import time
from collections.abc import Mapping, Sequence
from typing import Any, Callable, Generic, Optional, TypeVar, Union

from .aio import AsyncClient
from .client import Client
from .thrown import thrown_of

Request = TypeVar("Request")
AnyClient = Union[Client, AsyncClient]
Skip = Union[Sequence[Union[str, "re.Pattern[str]"]], Callable[[Request], bool]]

#: A request that no route matched: its address is not sent, it may hold anything.
UNMATCHED = "(unmatched)"

log = logging.getLogger("seismo")


class RequestEvents(Generic[Request]):
    """
    :param event: the name of the event
    :param user: who made the request
    :param data: more properties
    :param sample: the share of requests that are sent, from 0 to 1. It is in the event as ``sample``.
    :param skip: requests that are not sent: paths, beginnings of paths that end in ``*``, patterns of ``re``, or a function
    :param error_messages: whether the message of an error is sent, which may hold what belongs to a user
    """

    def __init__(
        self,
        client: AnyClient,
        *,
        event: str = "request",
        user: Optional[Callable[[Request], Any]] = None,
        data: Optional[Callable[[Request], Optional[Mapping[str, Any]]]] = None,
        sample: float = 1,
        skip: Optional[Skip[Request]] = None,
        error_messages: bool = True,
    ) -> None:
        self._client = client
        self._event = event
        self._user = user
        self._data = data
        self._sample = sample
        self._skip = _skip_of(skip)
        self._error_messages = error_messages

    def wants(self, request: Request, path: str) -> bool:
        """Whether this request is to be followed."""
        if self._sample < 1 and random.random() >= self._sample:
            return False
        return self._skip is None or not _quietly(self._skip, request, path)

    def served(
        self,
        request: Request,
        *,
        method: str,
        route: str | None,
        status: int,
        started_at: float,
        bytes: int | None = None,
        aborted: bool = False,
    ) -> None:
        """
        :param route: the pattern, never the address
        :param started_at: of ``time.perf_counter()``
        :param bytes: of the answer's body
        :param aborted: the caller went away before the end
        """
        properties: dict[str, Any] = {
            "method": method,
            "route": route or UNMATCHED,
            "status": status,
            "ms": since_ms(started_at),
        }
        if bytes is not None:
            properties["bytes"] = bytes
        if aborted:
            properties["aborted"] = True
        self.send(request, properties)

    def send(self, request: Request, properties: dict[str, Any]) -> None:
        if self._sample < 1:
            properties["sample"] = self._sample
        if self._data is not None:
            properties.update(_quietly(self._data, request) or {})
        self._client.track(self._event, properties, user=self._who(request))

    def failed(self, request: Request, error: BaseException, where: Mapping[str, Any]) -> None:
        self._client.track("error", {**thrown_of(error, self._error_messages), **where}, user=self._who(request))

    def _who(self, request: Request) -> str | None:
        if self._user is None:
            return None
        user = _quietly(self._user, request)
        return None if user is None or user == "" else str(user)


def since_ms(started_at: float) -> float:
    """Hundredths of a millisecond."""
    return round((time.perf_counter() - started_at) * 1000, 2)


def _quietly(call: Callable[..., Any], *arguments: Any) -> Any:
    """What the program's function says; None when it fails, since a fault in counting must not become one in serving."""
    try:
        return call(*arguments)
    except Exception:
        log.debug("a function of the program failed", exc_info=True)
        return None


def _skip_of(skip: Any) -> Optional[Callable[[Any, str], bool]]:
    if skip is None:
        return None
    if callable(skip):
        return lambda request, _: bool(skip(request))
    rules = tuple(skip)
    return lambda _, path: any(_matches(rule, path) for rule in rules)


def _matches(rule: str | re.Pattern[str], path: str) -> bool:
    if not isinstance(rule, str):
        return rule.search(path) is not None
    return path.startswith(rule[:-1]) if rule.endswith("*") else path == rule

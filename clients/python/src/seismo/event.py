"""An event as it is sent."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Union
from uuid import UUID

from .ids import number_text
from .serialize import iso_text, to_json

#: A name, or a name with an id of its own: ``{"id": "app-start", "event": "Application started"}``.
EventName = Union[str, Mapping[str, str]]
#: Properties: a mapping, or a dataclass or model with fields.
EventData = Any
#: An id as a program has it: a number or a UUID becomes its text.
Id = Union[str, int, UUID, None]
Timestamp = Union[datetime.datetime, datetime.date, int, float, str, None]

#: The id under which a user's traits are kept (the server's rule).
IDENTIFY = "$identify"

#: The server takes smaller numbers for seconds.
_SECONDS_MAX = 1e11


def event_text(
    name: EventName,
    data: EventData,
    now_ms: int,
    uuid: str | UUID,
    *,
    id: str | None = None,
    user: Id = None,
    device: Id = None,
    session: Id = None,
    timestamp: Timestamp = None,
) -> bytes:
    """
    The event as JSON: fixed now, so that what the host changes later does not change it, and every retry is the same.

    :raises TypeError, ValueError, RecursionError: for data that JSON cannot represent
    """
    event: dict[str, Any] = {"uuid": uuid}
    text: Any = name
    if isinstance(name, Mapping):
        text, id = name.get("event"), name.get("id")
    if text is not None:
        event["event"] = text
    if id is not None:
        event["id"] = id
    if user is not None:
        event["user"] = number_text(user)
    if device is not None:
        event["device"] = number_text(device)
    if session is not None:
        event["session"] = number_text(session)
    event["timestamp"] = now_ms if timestamp is None else _time(timestamp)
    if data is not None:
        event["data"] = data
    return to_json(event)


def _time(value: Any) -> Any:
    if isinstance(value, datetime.datetime):
        return iso_text(value)
    if isinstance(value, float):
        # `time.time()` has fractions of a second, the server takes whole milliseconds.
        return round(value * 1000) if abs(value) < _SECONDS_MAX else round(value)
    return value

"""Values of Python as JSON."""

from __future__ import annotations

import dataclasses
import datetime
import json
import math
import os
from collections import deque
from collections.abc import Mapping
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import Any
from uuid import UUID

#: Deeper than any server takes.
_DEPTH_MAX = 200
#: Digits that a double holds.
_DIGITS_MAX = 17


def to_json(value: Any) -> bytes:
    """
    JSON as UTF-8.

    :raises TypeError, ValueError, RecursionError: for what JSON cannot represent
    """
    try:
        text = _ENCODER.encode(value)
    except (TypeError, ValueError):
        # Not a number, infinity, or keys that are no texts: rare, and slower.
        text = _ENCODER.encode(_plain(value, 0))
    try:
        return text.encode()
    except UnicodeEncodeError:
        # Half a character: escaped, so that the server rejects this event alone and says why.
        return json.dumps(json.loads(text)).encode()


def iso_text(value: datetime.datetime) -> str:
    """UTC, as in `2026-03-02T09:30:00.000Z`. A time without a zone is UTC."""
    spec = "milliseconds" if value.microsecond % 1000 == 0 else "microseconds"
    if value.tzinfo is not None:
        try:
            value = value.astimezone(datetime.timezone.utc)
        except OverflowError:
            # In UTC it is in the year 0 or 10000, which Python lacks: the server says what is wrong with it.
            return value.isoformat(timespec=spec)
    return f"{value.replace(tzinfo=None).isoformat(timespec=spec)}Z"


def _default(value: Any) -> Any:
    """What JSON has no form for, in one that people expect."""
    known = _known(value)
    if known is not _UNKNOWN:
        return known
    raise TypeError(f"JSON cannot represent a value of the type {type(value).__qualname__}.")


_UNKNOWN = object()


def _known(value: Any) -> Any:
    if isinstance(value, Decimal):
        return _of_decimal(value)
    if isinstance(value, datetime.datetime):
        # NaT of pandas is a datetime that is none.
        return None if value != value else iso_text(value)
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, datetime.timedelta):
        return value.total_seconds()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Fraction):
        return float(value)
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, (set, frozenset)):
        return _ordered(value)
    if isinstance(value, deque):
        return list(value)
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    return _of_library(value)


def _of_library(value: Any) -> Any:
    """Recognized by what they can do, so that nothing is imported for them."""
    if isinstance(value, type):
        return _UNKNOWN
    # pydantic 2 and 1.
    for name in ("model_dump", "dict"):
        method = getattr(value, name, None)
        if callable(method) and (hasattr(type(value), "model_fields") or hasattr(type(value), "__fields__")):
            return method()
    attributes = getattr(value, "__attrs_attrs__", None)
    if attributes is not None:
        return {each.name: getattr(value, each.name) for each in attributes}
    if type(value).__name__ == "NAType":
        return None
    if hasattr(value, "dtype") and callable(getattr(value, "tolist", None)):
        return _of_numpy(value)
    return _UNKNOWN


def _of_numpy(value: Any) -> Any:
    kind = getattr(value.dtype, "kind", "")
    if getattr(value, "shape", None) != ():
        return value.tolist() if kind not in "mM" else [_of_numpy(each) for each in value]
    if kind == "M":
        # Nanoseconds would become a number.
        return value.astype("datetime64[us]").item()
    if kind == "m":
        return value.astype("timedelta64[us]").item()
    if kind == "f" and value.dtype.itemsize < 8:
        # 0.1 and not 0.10000000149011612.
        return float(str(value))
    return value.item()


def _of_decimal(value: Decimal) -> Any:
    """A number if a double holds exactly these digits, else a text: the server rejects what it could not give back."""
    if not value.is_finite():
        return None
    if value.adjusted() < _DIGITS_MAX and value == value.to_integral_value():
        number = int(value)
        return number if abs(number) < 2**53 else str(value)
    try:
        near = float(value)
    except OverflowError:
        return str(value)
    return near if math.isfinite(near) and Decimal(repr(near)) == value else str(value)


def _ordered(values: set[Any] | frozenset[Any]) -> list[Any]:
    """In the same order each time, where there is one."""
    try:
        return sorted(values)
    except TypeError:
        return list(values)


def _plain(value: Any, depth: int) -> Any:
    """As JSON has it, with null for numbers that JSON lacks and texts for keys."""
    if depth > _DEPTH_MAX:
        raise ValueError(f"Nested more than {_DEPTH_MAX} levels deep, or circular.")
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {_key(key): _plain(each, depth + 1) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each, depth + 1) for each in value]
    return _plain(_default(value), depth + 1)


def _key(key: Any) -> str:
    if isinstance(key, Enum):
        key = key.value
    if isinstance(key, str):
        return key
    if key is None or isinstance(key, (bool, int, float)):
        return str(json.dumps(key))
    if isinstance(key, (tuple, frozenset)):
        raise TypeError(f"A key must be a text, not {type(key).__qualname__}.")
    text = _default(key)
    return text if isinstance(text, str) else str(json.dumps(text))


_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_default)

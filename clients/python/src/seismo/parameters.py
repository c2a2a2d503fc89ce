"""The parameters of a query as a query string, in the spelling of the server."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Mapping
from enum import Enum
from typing import Any
from urllib.parse import urlencode

from .serialize import iso_text

_OPERATORS = frozenset(
    ["is", "isNot", "contains", "startsWith", "matches", "in", "gt", "gte", "lt", "lte", "between", "exists"]
)
#: What could be read as a number, a boolean or a list.
_AMBIGUOUS = re.compile(r'(-?\d.*|true|false|null|".*")\Z|[^,]*,', re.DOTALL)


def search_of(parameters: Mapping[str, Any] | None, more: Mapping[str, Any]) -> str:
    """
    :param parameters: by the server's names
    :param more: by Python's: ``time_zone``, ``from_``
    """
    pairs: dict[str, str] = {}
    named = {**(parameters or {}), **{_camel(name): value for name, value in more.items()}}
    for name, value in named.items():
        if value is None:
            continue
        if name == "data" and isinstance(value, Mapping):
            _add_data(pairs, [], value)
        elif name == "filters" and not isinstance(value, str):
            pairs[name] = json.dumps(value, separators=(",", ":"), default=str)
        else:
            pairs[name] = _text(value)
    return f"?{urlencode(pairs)}" if pairs else ""


def _camel(name: str) -> str:
    """``time_zone`` → ``timeZone``, ``from_`` → ``from``"""
    first, *others = name.rstrip("_").split("_")
    return first + "".join(other.capitalize() for other in others)


def _add_data(pairs: dict[str, str], path: list[str], conditions: Mapping[str, Any]) -> None:
    """Conditions on properties: ``{"plan": "pro", "ms": {"gte": 500}, "address": {"city": "Bern"}}``."""
    for name, value in conditions.items():
        operator = _camel(name)
        if value is None:
            continue
        if operator in _OPERATORS and path:
            pairs[f"{_name_of(path)}[{operator}]"] = _spelled(value, operator)
        elif isinstance(value, (list, tuple, set, frozenset)):
            pairs[f"{_name_of([*path, name])}[in]"] = _spelled(value, "in")
        elif isinstance(value, Mapping):
            _add_data(pairs, [*path, name], value)
        else:
            pairs[_name_of([*path, name])] = _spelled(value, "is")


def _name_of(path: list[str]) -> str:
    """A single key that holds a dot or a bracket is spelled as a literal."""
    if len(path) == 1 and re.search(r"[.\[\]]", path[0]):
        return f"data[{json.dumps(path[0], ensure_ascii=False)}]"
    return f"data.{'.'.join(path)}"


def _spelled(value: Any, operator: str) -> str:
    """A text that could be read as something else is quoted: the text is what was asked for."""
    if isinstance(value, (list, tuple, set, frozenset)):
        return ",".join(_spelled(each, operator) for each in value)
    if isinstance(value, str) and operator in ("is", "isNot", "in") and _AMBIGUOUS.match(value):
        return json.dumps(value, ensure_ascii=False)
    return _text(value)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, datetime.datetime):
        return iso_text(value)
    return str(value)

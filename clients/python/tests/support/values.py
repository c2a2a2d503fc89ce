"""The values of contract/*.json: what is meant in a request, and whether an answer is what was meant (contract/README.md)."""

from __future__ import annotations

import datetime
import re
from typing import Any

_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
_TOLERANCE_S = 60
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
_NOW = re.compile(r"\$now(?:([+-]\d+)([smhd]))?")


def _now_of(text: str) -> datetime.datetime | None:
    match = _NOW.fullmatch(text)
    if match is None:
        return None
    count, unit = match.groups()
    offset = 0 if count is None else int(count) * _UNITS[unit]
    return datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=offset)


def _generated(value: dict[str, Any]) -> tuple[Any] | None:
    """Objects with one key that stand for something long."""
    if len(value) != 1:
        return None
    [(key, argument)] = value.items()
    if key == "$repeat":
        return (argument[0] * argument[1],)
    if key == "$nested":
        nested: Any = 1
        for _ in range(argument):
            nested = {"a": nested}
        return (nested,)
    if key == "$keys":
        return ({f"k{i}": i for i in range(argument)},)
    return None


def sent(value: Any, app: str) -> Any:
    """A value of a request as it is sent."""
    if isinstance(value, str):
        now = _now_of(value)
        if now is not None:
            return now.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return value[1:] if value.startswith("$$") else value.replace("$app", app)
    if isinstance(value, list):
        return [sent(each, app) for each in value]
    if not isinstance(value, dict):
        return value
    made = _generated(value)
    return made[0] if made is not None else {key: sent(each, app) for key, each in value.items()}


def due(meant: Any, found: Any, app: str) -> Any:
    """What an answer should have been, as near to what it is as the meant values allow: equal to ``found`` where they agree."""
    if isinstance(meant, str):
        return _due_text(meant, found, app)
    if isinstance(meant, list):
        others = found if isinstance(found, list) else []
        return [due(each, others[i] if i < len(others) else None, app) for i, each in enumerate(meant)]
    if not isinstance(meant, dict):
        return meant
    made = _generated(meant)
    if made is not None:
        return made[0]
    others = found if isinstance(found, dict) else {}
    return {key: due(each, others.get(key), app) for key, each in meant.items()}


def _due_text(meant: str, found: Any, app: str) -> Any:
    near = datetime.datetime.now(datetime.timezone.utc) if meant == "$arrival" else _now_of(meant)
    if near is not None:
        return found if _is_near(found, near) else meant
    rules = {
        "$uuid": lambda: isinstance(found, str) and _UUID.fullmatch(found),
        "$time": lambda: isinstance(found, str) and _TIME.fullmatch(found),
        "$text": lambda: isinstance(found, str) and found,
        "$integer": lambda: isinstance(found, int) and not isinstance(found, bool),
        "$any": lambda: True,
    }
    if meant in rules:
        return found if rules[meant]() else meant
    return meant[1:] if meant.startswith("$$") else meant.replace("$app", app)


def _is_near(found: Any, near: datetime.datetime) -> bool:
    if not isinstance(found, str) or not _TIME.fullmatch(found):
        return False
    time = datetime.datetime.fromisoformat(found.replace("Z", "+00:00"))
    return abs((time - near).total_seconds()) <= _TOLERANCE_S

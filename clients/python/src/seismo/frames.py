"""Answers as data frames of pandas."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Callable

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def frame_of(rows: list[dict[str, Any]], ask: Callable[[], Mapping[str, Any]]) -> Any:
    """
    :param ask: the same answer as JSON, for the names of columns that have no rows
    :raises ImportError: when pandas is not installed
    """
    import pandas as pd

    columns = list(rows[0]) if rows else [each["name"] for each in ask()["columns"]]
    frame = pd.DataFrame(rows, columns=columns)
    for name in columns:
        values = [row.get(name) for row in rows if row.get(name) is not None]
        if values and all(isinstance(value, str) and _TIME.fullmatch(value) for value in values):
            frame[name] = pd.to_datetime(frame[name], utc=True)
    return frame

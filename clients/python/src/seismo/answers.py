"""What the server answers."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import Any, Callable, TypedDict

from .transport import HttpAnswer


class _StoredEventFields(TypedDict):
    uuid: str
    app: str
    id: str
    event: str
    timestamp: str
    receivedAt: str


class StoredEvent(_StoredEventFields, total=False):
    """An event as the server holds it."""

    clientTimestamp: str
    user: str
    device: str
    session: str
    data: dict[str, Any]


#: Answers with more members than a client needs to know; docs/api-reference.md describes them.
Report = dict[str, Any]
Groups = dict[str, Any]

#: In a notebook; all rows are in `rows()` and `dataframe()`.
_ROWS_SHOWN = 100


class EventsPage(list[StoredEvent]):
    """A list of events. In a notebook, it shows as a table."""

    def _repr_html_(self) -> str:
        return _table(list(self))


class Answer(dict[str, Any]):
    """
    The answer to a question: ``kind``, ``from``, ``to``, ``timeZone``, ``exact``, ``columns`` and ``result``, which differs from kind to
    kind. In a notebook, it shows as a table, for which the server is asked for the rows.
    """

    def __init__(self, values: Mapping[str, Any], rows: Callable[[], list[dict[str, Any]]]) -> None:
        super().__init__(values)
        self._rows = rows

    def _repr_html_(self) -> str | None:
        try:
            return _table(self._rows(), [each["name"] for each in self.get("columns", [])])
        except Exception:
            # The notebook shows the dictionary then.
            return None


def next_search(answer: HttpAnswer) -> str | None:
    """Where the server is mounted is known already: of the link, only the query is of use."""
    link = re.search(r'<[^>?]*(\?[^>]*)>; *rel="next"', answer.headers.get("link", ""))
    return None if link is None else link[1]


def _table(rows: list[Any], names: list[str] | None = None) -> str:
    columns = list(dict.fromkeys(names or [name for row in rows for name in row]))
    head = "".join(f"<th>{html.escape(name)}</th>" for name in columns)
    body = "".join(
        "<tr>" + "".join(f"<td>{html.escape(_cell(row.get(name)))}</td>" for name in columns) + "</tr>"
        for row in rows[:_ROWS_SHOWN]
    )
    more = len(rows) - _ROWS_SHOWN
    note = f"<p>and {more:,} more rows</p>" if more > 0 else ""
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{note}"


def _cell(value: Any) -> str:
    return "" if value is None else str(value)

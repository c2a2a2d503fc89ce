"""Records of ``logging`` as events."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Optional

from .request_events import AnyClient
from .thrown import thrown_of

#: Of a message; an event may hold more, but a log is no place for it.
_MESSAGE_MAX_LENGTH = 1_000


class SeismoHandler(logging.Handler):
    """
    Each record becomes an event ``log`` with ``level``, ``logger``, ``message``, ``at`` and, of an exception, its ``name`` and ``stack``:
    ``logging.getLogger().addHandler(SeismoHandler(client))``.

    :param level: records below it are not sent
    :param event: the name of the event
    :param data: more properties of a record
    """

    def __init__(
        self,
        client: AnyClient,
        level: int | str = logging.WARNING,
        *,
        event: str = "log",
        data: Optional[Callable[[logging.LogRecord], Optional[dict[str, Any]]]] = None,
    ) -> None:
        super().__init__(level)
        self._client = client
        self._event = event
        self._data = data

    def emit(self, record: logging.LogRecord) -> None:
        # What the client itself logs, about events that it cannot send, would never end.
        if record.name == "seismo" or record.name.startswith("seismo."):
            return
        try:
            properties: dict[str, Any] = {
                "level": record.levelname.lower(),
                "logger": record.name,
                "message": record.getMessage()[:_MESSAGE_MAX_LENGTH],
                "at": f"{record.filename}:{record.lineno}",
            }
            error = record.exc_info[1] if record.exc_info else None
            if error is not None:
                properties.update(thrown_of(error, with_message=False))
            if self._data is not None:
                properties.update(self._data(record) or {})
            self._client.track(self._event, properties, timestamp=record.created)
        except Exception:
            self.handleError(record)

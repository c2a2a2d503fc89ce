"""What came back for a batch, and what to do about it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from enum import Enum
from typing import Any, Optional


@dataclass(frozen=True)
class Refusal:
    """One event of a batch that the server rejected."""

    index: int
    code: str
    detail: Optional[str] = None


@dataclass(frozen=True)
class Answer:
    """What came back for a batch; status 0 when nothing readable did."""

    status: int
    #: Present when it was Seismo that took events in.
    accepted: Optional[int] = None
    rejected: Optional[Sequence[Refusal]] = None
    #: Of a problem+json; absent when it was not Seismo that answered.
    code: Optional[str] = None
    detail: Optional[str] = None
    retry_after_ms: float = 0


class Verdict(Enum):
    TAKEN = "taken"
    RETRY = "retry"
    SPLIT = "split"
    #: The body was well-formed when it left, or it was not Seismo that answered: a few more tries are worth it.
    DAMAGED = "damaged"
    REFUSED = "refused"


#: Timed out, too early, too many.
_RETRIED = (408, 425, 429)


def verdict_of(answer: Answer) -> Verdict:
    status, code = answer.status, answer.code
    if status == 413:
        return Verdict.SPLIT
    if status >= 500 or status in _RETRIED:
        return Verdict.RETRY
    if answer.accepted is not None and (status < 300 or answer.rejected is not None):
        return Verdict.TAKEN
    if status < 300:
        return Verdict.RETRY
    if not code or code.startswith(("BODY_", "REQUEST_")):
        return Verdict.DAMAGED
    return Verdict.REFUSED


def answer_of(status: int, retry_after: str | None, text: bytes, now_ms: float) -> Answer:
    """
    Reads an answer to a batch.

    :param retry_after: the header: seconds, or a date
    """
    body: Any = None
    try:
        body = json.loads(text)
    except ValueError:
        # Truncated, or not from Seismo: the status alone counts.
        pass
    if not isinstance(body, dict):
        body = {}
    return Answer(
        status=status,
        accepted=_integer(body.get("accepted")),
        rejected=_refusals(body.get("rejected")),
        code=_text(body.get("code")),
        detail=_text(body.get("detail")),
        retry_after_ms=_retry_after_ms(retry_after, now_ms),
    )


def _refusals(value: Any) -> list[Refusal] | None:
    if not isinstance(value, list):
        return None
    return [
        Refusal(each["index"], _text(each.get("code")) or "UNKNOWN", _text(each.get("detail")))
        for each in value
        if isinstance(each, dict) and _integer(each.get("index")) is not None
    ]


def _retry_after_ms(header: str | None, now_ms: float) -> float:
    if not header:
        return 0
    try:
        return max(0.0, float(header) * 1000)
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(header).timestamp() * 1000 - now_ms)
    except (TypeError, ValueError, OverflowError):
        return 0


def _integer(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None

"""What a question raises."""

from __future__ import annotations

import json
from typing import Any

from .transport import HttpAnswer


class SeismoError(Exception):
    """A question was rejected, or not answered."""

    def __init__(self, message: str, *, status: int, code: str | None = None, field: str | None = None) -> None:
        super().__init__(message)
        #: HTTP's; 0 when no answer came.
        self.status = status
        #: The server's code (docs/errors.md); None when it was not Seismo that answered.
        self.code = code
        #: The parameter or field at fault.
        self.field = field


def refusal_of(answer: HttpAnswer) -> SeismoError:
    problem: Any = None
    try:
        problem = json.loads(answer.body)
    except ValueError:
        # Not from Seismo: the status alone counts.
        pass
    if not isinstance(problem, dict):
        problem = {}
    message = problem.get("detail") or problem.get("title") or f"The server answered {answer.status}."
    return SeismoError(str(message), status=answer.status, code=problem.get("code"), field=problem.get("field"))

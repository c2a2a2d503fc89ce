"""For the calls that programs make beside their own work."""

from __future__ import annotations

import functools
import inspect
from typing import Any, Callable, TypeVar, cast

F = TypeVar("F", bound=Callable[..., Any])


def never_raises(method: F) -> F:
    """
    A call whose arguments do not fit does not raise either: the client's ``_misused`` reports it. Type checkers see the method's own
    signature.
    """
    known = frozenset(inspect.signature(method).parameters) - {"self"}

    @functools.wraps(method)
    def call(self: Any, *arguments: Any, **named: Any) -> Any:
        try:
            return method(self, *arguments, **named)
        except TypeError as error:
            # Its own faults are handled inside, so the arguments do not fit.
            unknown = [name for name in named if name not in known]
            detail = (
                f"unknown arguments {', '.join(unknown)}: put properties in a dict, such as "
                'track("order paid", {"amount": 42})'
                if unknown
                else str(error)
            )
            return self._misused(method.__name__, arguments, named, detail)

    return cast(F, call)

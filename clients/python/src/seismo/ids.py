"""What is the id of a user, a device or a session."""

from __future__ import annotations

import re
from enum import Enum
from typing import Any
from uuid import UUID

#: Texts that are no id, compared trimmed and in lower case: a value that was not there, written out, and what programs put for a visitor
#: they do not know. All who carry one would be one user. The server rejects the same ones; ``none`` is what Python writes.
NO_IDS = frozenset({"", "null", "undefined", "nan", "[object object]", "0", "anonymous"})
#: Only Python programs send it, so the server does not know it.
PYTHON_NO_IDS = NO_IDS | {"none"}
#: The server's `userMaxLength`, unless it was changed.
ID_MAX_LENGTH = 256

_SAFE_MAX = 2**53 - 1
_SURROGATES = re.compile("[\ud800-\udfff]")


def number_text(value: Any) -> Any:
    """A number's text, and all else as it is."""
    if isinstance(value, str):
        return value.value if isinstance(value, Enum) else value
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, Enum):
        return number_text(value.value)
    if isinstance(value, int):
        return str(int(value))
    if isinstance(value, float):
        # Beyond 2^53 several numbers are one. pandas makes 10.0 of 10 in a column that lacks values.
        if not abs(value) <= _SAFE_MAX:
            return value
        return str(int(value)) if value == int(value) else repr(float(value))
    if isinstance(value, UUID):
        return str(value)
    # A number of numpy.
    item = getattr(value, "item", None)
    if item is not None and getattr(value, "shape", None) == ():
        plain = item()
        return number_text(plain) if isinstance(plain, (int, float)) else value
    return value


def id_text(value: Any) -> str | None:
    """The text of an id, a number's too; None for what is no id or longer than a server takes."""
    text = number_text(value)
    if not isinstance(text, str):
        return None
    # The server counts as JavaScript does.
    length = len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2
    if length > ID_MAX_LENGTH or _SURROGATES.search(text) is not None:
        return None
    return None if text.strip().strip("\ufeff").strip().lower() in PYTHON_NO_IDS else text

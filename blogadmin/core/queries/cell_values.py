"""How a value that the driver read becomes what a row holds.

Plain Python, as it is wanted before SQLAlchemy is there.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, Final


def near(value: datetime) -> datetime:
    """The point in time, if it can be shown in every time zone. Raises ``ValueError``.

    The driver reads ``infinity`` as the last moment that Python knows, which is a lie; and the first and last
    years leave Python's calendar when they are turned into local time.
    """
    if 1 < value.year < 9999:
        return value
    raise ValueError("the date is too far away to be shown")


# Posts share their tags: most lists on a screen have been read before.
@lru_cache(maxsize=4096)
def tags(text: str | None) -> tuple[str, ...]:
    """Tags of a post from their text: a list of strings, else none."""
    found = json.loads(text) if text else None
    if isinstance(found, list) and all(isinstance(tag, str) for tag in found):
        return tuple(found)
    return ()


def one_line(text: str) -> str:
    """The words of a text, by single spaces."""
    return " ".join(text.split())


READ: Final[Mapping[str, Callable[[Any], Any]]] = {"near": near, "tags": tags, "one_line": one_line}
"""These functions by their names."""

"""Types of list cells: how a stored value becomes what a list shows, or why it cannot.

They hand SQLAlchemy a bare function for each value: a ``process_result_value`` would cost a second Python
call, for hundreds of cells on each screen.
"""

from __future__ import annotations

import json
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Dialect, Text
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.types import TypeDecorator


class Time(TypeDecorator[datetime]):
    """A point in time that can be shown in every time zone.

    The driver reads ``infinity`` as the last moment that Python knows, which is a lie; and the first and last
    years leave Python's calendar when they are turned into local time. Both raise ``ValueError``.
    """

    impl = TIMESTAMP(timezone=True)
    cache_ok = True

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        """Refuse what cannot be shown."""
        return _near


class Tags(TypeDecorator[tuple[str, ...]]):
    """Tags of a post, from its metadata's ``tags`` as text: a list of strings, else none."""

    impl = Text
    cache_ok = True

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        """Take a list of strings, and nothing else."""
        return _tags


class OneLine(TypeDecorator[str]):
    """The beginning of a long text, its white space and line breaks drawn together."""

    impl = Text
    cache_ok = True

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        """Join the words by single spaces."""
        return _one_line


def _near(value: datetime) -> datetime:
    if 1 < value.year < 9999:
        return value
    raise ValueError("the date is too far away to be shown")


# Posts share their tags: most lists on a screen have been read before.
@lru_cache(maxsize=4096)
def _tags(text: str | None) -> tuple[str, ...]:
    tags = json.loads(text) if text else None
    if isinstance(tags, list) and all(isinstance(tag, str) for tag in tags):
        return tuple(tags)
    return ()


def _one_line(text: str) -> str:
    return " ".join(text.split())

"""Types of list cells: how a stored value becomes what a list shows, or why it cannot.

They hand SQLAlchemy a bare function for each value: a ``process_result_value`` would cost a second Python
call, for hundreds of cells on each screen.
"""

from __future__ import annotations

from typing import Any, ClassVar

from sqlalchemy import Dialect, Text
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.types import TypeDecorator

from blogadmin.core.queries import cell_values


class Read(TypeDecorator[Any]):
    """A type whose values are read by the function ``read`` names in ``cell_values.READ``."""

    impl = Text
    cache_ok = True
    read: ClassVar[str]

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        """The bare function."""
        return cell_values.READ[self.read]


class Time(Read):
    """A point in time that can be shown in every time zone; another one raises ``ValueError``."""

    impl = TIMESTAMP(timezone=True)
    cache_ok = True
    read = "near"


class Tags(Read):
    """Tags of a post, from its metadata's ``tags`` as text: a list of strings, else none."""

    cache_ok = True
    read = "tags"


class OneLine(Read):
    """The beginning of a long text, its white space and line breaks drawn together."""

    cache_ok = True
    read = "one_line"

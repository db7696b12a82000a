"""Columns of lists: what is shown, what sorting by one means, and where search words are looked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, type_coerce
from sqlalchemy.orm import QueryableAttribute

from blogadmin.core.database.errors import Invalid
from blogadmin.core.queries.cells import Time

NOT_PYTHON = (ValueError, OverflowError, RecursionError)
"""What the driver and the types raise for a value that PostgreSQL can hold and Python cannot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a list: what is selected for it, and how it takes part in order and search.

    ``order`` is what sorting by it means; empty where nobody sorts by it. ``via`` is the
    relationship that must be joined before ``shown``, ``order`` or ``searched`` can be used.
    ``indexed`` tells whether an index keeps its order, ``telling`` whether few rows share a value, so that
    sorting them by another column afterwards costs nothing.
    """

    shown: ColumnElement[Any] | QueryableAttribute[Any]
    order: tuple[ColumnElement[Any] | QueryableAttribute[Any], ...] = ()
    searched: QueryableAttribute[Any] | None = None
    via: QueryableAttribute[Any] | None = None
    indexed: bool = True
    telling: bool = True


def plain(attribute: QueryableAttribute[Any]) -> Column:
    """A column shown and sorted by as it is stored."""
    return Column(shown=attribute, order=(attribute,))


def shared(attribute: QueryableAttribute[Any]) -> Column:
    """The same, where many rows have the same value."""
    return Column(shown=attribute, order=(attribute,), telling=False)


def text(attribute: QueryableAttribute[str]) -> Column:
    """A column of text: shown, sorted by and searched as it is stored."""
    return Column(shown=attribute, order=(attribute,), searched=attribute)


def counted(number: ColumnElement[int]) -> Column:
    """A number that is counted for each row; sorting by it counts for all of them, and takes its time."""
    return Column(shown=number, order=(number,), indexed=False)


def moment(attribute: QueryableAttribute[Any]) -> Column:
    """A point in time: sorted by as it is stored, shown where Python has a date for it."""
    return Column(shown=shown_time(attribute), order=(attribute,))


def shown_time(attribute: QueryableAttribute[Any]) -> ColumnElement[Any]:
    """A point in time as it is selected for showing; raises ``ValueError`` when one cannot be shown."""
    return type_coerce(attribute, Time())


def cannot_open(reason: str) -> Invalid:
    """The error for a single row that cannot be shown."""
    return Invalid(None, f"cannot be opened here: {reason}.")

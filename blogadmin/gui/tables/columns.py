"""What a column of a list is: a declaration, from which model, painting, copy and state follow."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from operator import attrgetter
from typing import Any, NamedTuple


class CellKind(StrEnum):
    """How the cells of a column are painted and aligned. The words never depend on it."""

    TEXT = "text"
    TITLE = "title"
    STATUS = "status"
    ROLE = "role"
    PERSON = "person"
    NUMBER = "number"
    TIME = "time"
    CHECK = "check"


class CellEdit(NamedTuple):
    """How the cells of a column are edited where they stand.

    ``value`` gives what is edited of a row; the row has a ``version``. ``operation`` makes of an id, a
    version, what was and what shall be, both by the name of the column, what saves it. ``choices`` are words
    in the database, each with what people read; without any it is a line of text. ``problem`` tells what is
    wrong with a text, to follow the title of the column ("is required."), before anything is sent.
    """

    value: Callable[[Any], str]
    operation: Callable[[int, int, Mapping[str, Any], Mapping[str, Any]], Any]
    choices: tuple[tuple[str, str], ...] = ()
    problem: Callable[[str], str | None] | None = None


class Column(NamedTuple):
    """A column. The callables take a row and run on a worker thread, once for each row that arrives.

    ``width`` is in average characters. ``text`` gives the words of the cell; a TIME column shows its
    ``value``, an aware ``datetime`` or ``None``, instead. ``detail`` gives quiet words behind them (a slug,
    "Inactive"); ``excerpt`` may give others in their place, with U+0002 before and U+0003 after each hit of a
    search. ``tooltip`` gives plain text and runs when asked for. ``value`` means, by kind: STATUS and
    ROLE their word in the database, CHECK the tick, PERSON whether the person is active. ``required``
    columns have a bold title. Cells with ``edit`` can be edited where they stand.
    """

    name: str
    title: str
    kind: CellKind
    width: int
    text: Callable[[Any], str]
    detail: Callable[[Any], str] | None = None
    excerpt: Callable[[Any], str] | None = None
    tooltip: Callable[[Any], str] | None = None
    value: Callable[[Any], Any] | None = None
    sortable: bool = True
    hidden: bool = False
    required: bool = False
    edit: CellEdit | None = None


def field_text(name: str) -> Callable[[Any], str]:
    """The field ``name`` of a row as it is; nothing for ``None``."""
    get = attrgetter(name)

    def text(row: Any) -> str:
        value = get(row)
        return "" if value is None else str(value)

    return text


def field_number(name: str, *, zero: str = "0") -> Callable[[Any], str]:
    """The whole number in the field ``name`` with its thousands parted; ``zero`` for none."""
    get = attrgetter(name)

    def text(row: Any) -> str:
        value = get(row)
        return f"{value:,}" if value else zero

    return text


def time_column(name: str, title: str, width: int = 18, *, hidden: bool = False) -> Column:
    """A column that shows the field ``name``, a moment, in local time."""
    return Column(name, title, CellKind.TIME, width, lambda row: "", value=attrgetter(name), hidden=hidden)

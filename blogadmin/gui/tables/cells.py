"""Turns rows into what a list shows of them. Runs on a worker, once for each row that arrives."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from enum import StrEnum
from typing import Any, NamedTuple

from blogadmin.core.queries.spec import Unreadable
from blogadmin.gui.control.window_turn import WINDOW_TURN
from blogadmin.gui.tables.columns import CellKind, Column
from blogadmin.gui.widgets import times

NOTHING = "–"


class Condition(StrEnum):
    """Whether a row of the list can be used."""

    LIVE = "live"
    DELETED = "deleted"
    UNREADABLE = "unreadable"


class Entry(NamedTuple):
    """A row ready to be shown: words, quiet words and values of its cells, in the columns' order.

    ``row`` is ``None`` where the row was never read. ``note`` says what is wrong with it.
    """

    id: int
    cells: tuple[str, ...]
    details: tuple[str, ...]
    values: tuple[Any, ...]
    row: Any
    condition: Condition = Condition.LIVE
    note: str = ""


def format_rows(
    columns: Sequence[Column], rows: Iterable[Any], now: datetime | None = None, zone: tzinfo | None = None
) -> list[Entry]:
    """The entries of ``rows``; ``now`` is what times are told from."""
    tell = times.teller(now or datetime.now(UTC), zone)
    entries = []
    for row in rows:
        WINDOW_TURN.give_way()
        entries.append(_entry(columns, row, tell))
    return entries


def gone(columns: Sequence[Column], row_id: int, known: Entry | None = None) -> Entry:
    """The entry of a row that was deleted elsewhere; its words stay where they are known."""
    if known is not None and known.row is not None:
        return known._replace(condition=Condition.DELETED, note="Deleted")
    return _wordless(columns, row_id, Condition.DELETED, "Deleted")


def nothing(columns: Sequence[Column], row_id: int, note: str) -> Entry:
    """The entry of a place in the list that no row has any more."""
    return _wordless(columns, row_id, Condition.DELETED, note)


def retimed(columns: Sequence[Column], entry: Entry, now: datetime, zone: tzinfo | None = None) -> Entry:
    """The same entry with its times told from a later ``now``."""
    tell = times.teller(now, zone)
    cells = tuple(
        tell(value) if column.kind is CellKind.TIME and isinstance(value, datetime) else text
        for column, text, value in zip(columns, entry.cells, entry.values, strict=True)
    )
    return entry if cells == entry.cells else entry._replace(cells=cells)


def main_column(columns: Sequence[Column]) -> int:
    """The column that names the row: it carries the note of a row that cannot be used."""
    for kind in (CellKind.TITLE, CellKind.PERSON):
        for place, column in enumerate(columns):
            if column.kind is kind:
                return place
    return 0


def by_id(entries: Iterable[Entry]) -> Mapping[int, Entry]:
    """The entries by the id of their row."""
    return {entry.id: entry for entry in entries}


def _entry(columns: Sequence[Column], row: Any, tell: Callable[[datetime], str]) -> Entry:
    if isinstance(row, Unreadable):
        return _wordless(columns, row.id, Condition.UNREADABLE, f"Unreadable: {row.reason}")
    # Loops over lists: nothing here runs more often, and generators take half as long again.
    values, cells, details = [], [], []
    for column in columns:
        value = None if column.value is None else column.value(row)
        values.append(value)
        if column.kind is CellKind.TIME:
            cells.append(tell(value) if isinstance(value, datetime) else NOTHING)
        else:
            cells.append(column.text(row))
        details.append(_detail(column, row))
    return Entry(row.id, tuple(cells), tuple(details), tuple(values), row)


def _detail(column: Column, row: Any) -> str:
    found = "" if column.excerpt is None else column.excerpt(row)
    return found or ("" if column.detail is None else column.detail(row))


def _wordless(columns: Sequence[Column], row_id: int, condition: Condition, note: str) -> Entry:
    main = main_column(columns)
    cells = tuple(note if place == main else "" for place in range(len(columns)))
    return Entry(row_id, cells, ("",) * len(columns), (None,) * len(columns), None, condition, note)

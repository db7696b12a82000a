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
    found = list(rows)
    readable = [row for row in found if not isinstance(row, Unreadable)]
    entries = _entries(columns, readable, tell)
    if len(entries) == len(found):
        return entries
    made = iter(entries)
    return [_unreadable(columns, row) if isinstance(row, Unreadable) else next(made) for row in found]


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


def _entries(columns: Sequence[Column], rows: Sequence[Any], tell: Callable[[datetime], str]) -> list[Entry]:
    # Column by column: nothing runs more often, and what is asked of a column is then asked once.
    cells: list[list[str]] = []
    details: list[list[str]] = []
    values: list[list[Any]] = []
    for column in columns:
        WINDOW_TURN.give_way()
        found = [None] * len(rows) if column.value is None else list(map(column.value, rows))
        values.append(found)
        if column.kind is CellKind.TIME:
            cells.append([tell(value) if isinstance(value, datetime) else NOTHING for value in found])
        else:
            cells.append(list(map(column.text, rows)))
        details.append(_details(column, rows))
    of_rows = zip(
        rows, zip(*cells, strict=True), zip(*details, strict=True), zip(*values, strict=True), strict=True
    )
    return [Entry(row.id, words, more, kept, row) for row, words, more, kept in of_rows]


def _details(column: Column, rows: Sequence[Any]) -> list[str]:
    found = [""] * len(rows) if column.detail is None else list(map(column.detail, rows))
    if column.excerpt is None:
        return found
    return [column.excerpt(row) or detail for row, detail in zip(rows, found, strict=True)]


def _unreadable(columns: Sequence[Column], row: Unreadable) -> Entry:
    return _wordless(columns, row.id, Condition.UNREADABLE, f"Unreadable: {row.reason}")


def _wordless(columns: Sequence[Column], row_id: int, condition: Condition, note: str) -> Entry:
    main = main_column(columns)
    cells = tuple(note if place == main else "" for place in range(len(columns)))
    return Entry(row_id, cells, ("",) * len(columns), (None,) * len(columns), None, condition, note)

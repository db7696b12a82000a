"""What a cell and a column title answer to each of Qt's roles, plain words apart."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from html import escape
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont

from blogadmin.gui.tables.cells import Condition, Entry
from blogadmin.gui.tables.columns import CellKind, Column
from blogadmin.gui.tables.excerpt import plain
from blogadmin.gui.widgets import times

Answer = Callable[[Entry, Column, int], Any]

_MIDDLE = int(Qt.AlignmentFlag.AlignVCenter)
_ALIGNMENTS = {
    CellKind.NUMBER: int(Qt.AlignmentFlag.AlignRight) | _MIDDLE,
    CellKind.CHECK: int(Qt.AlignmentFlag.AlignHCenter) | _MIDDLE,
}


def alignment(column: Column) -> int:
    """Where in the cell its words stand; "right" is the trailing side where text runs to the left."""
    return _ALIGNMENTS.get(column.kind, int(Qt.AlignmentFlag.AlignLeft) | _MIDDLE)


def full_text(entry: Entry, column: Column, place: int) -> str:
    """Everything that can be said of the cell, as plain text."""
    value = entry.values[place]
    if entry.condition is Condition.UNREADABLE:
        return entry.note
    if entry.row is not None and column.tooltip is not None:
        text = column.tooltip(entry.row)
    elif isinstance(value, datetime):
        text = times.absolute(value)
    else:
        text = _joined(entry.cells[place], plain(entry.details[place]))
    return _joined(text, entry.note if entry.note != text else "", "\n")


def rich_tooltip(text: str) -> str:
    """Plain text as a tooltip shows it. Without the frame Qt would guess, and show escapes as they are."""
    return f"<qt>{escape(text)}</qt>".replace("\n", "<br/>") if text else ""


def copied_text(entry: Entry, column: Column, place: int) -> str:
    """The cell as one field of a tab-separated line."""
    value = entry.values[place]
    text = times.exchange(value) if isinstance(value, datetime) else entry.cells[place]
    return " ".join(text.split())


def header_answer(column: Column, role: int) -> Any:
    """What the title of a column answers."""
    if role == Qt.ItemDataRole.DisplayRole:
        return column.title
    if role == Qt.ItemDataRole.UserRole:
        return column.name
    if role == Qt.ItemDataRole.TextAlignmentRole:
        return alignment(column)
    if role == Qt.ItemDataRole.FontRole and column.required:
        bold = QFont()
        bold.setBold(True)
        return bold
    if role == Qt.ItemDataRole.ToolTipRole:
        return (
            column.title if column.sortable else f"{column.title}: the list cannot be sorted by this column."
        )
    if role == Qt.ItemDataRole.AccessibleTextRole:
        return f"{column.title}, required" if column.required else column.title
    return None


def _check_state(entry: Entry, column: Column, place: int) -> Qt.CheckState | None:
    if column.kind is not CellKind.CHECK or entry.row is None:
        return None
    return Qt.CheckState.Checked if entry.values[place] else Qt.CheckState.Unchecked


def _spoken(entry: Entry, column: Column, place: int) -> str:
    text = _joined(entry.cells[place], plain(entry.details[place]))
    return _joined(text, entry.note.lower() if entry.row is not None else "")


def _joined(text: str, more: str, between: str = ", ") -> str:
    return f"{text}{between}{more}" if text and more else text or more


def _tooltip(entry: Entry, column: Column, place: int) -> str:
    return rich_tooltip(full_text(entry, column, place))


ANSWERS: Mapping[int, Answer] = {
    int(Qt.ItemDataRole.ToolTipRole): _tooltip,
    int(Qt.ItemDataRole.CheckStateRole): _check_state,
    int(Qt.ItemDataRole.AccessibleTextRole): _spoken,
}
"""The roles that need the row to have been read."""

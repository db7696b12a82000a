"""How the columns of a list are arranged: by default, by a person, and as text that outlives the program."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QTableView

from blogadmin.core.queries.spec import Sort
from blogadmin.gui.tables.cells import main_column
from blogadmin.gui.tables.columns import CellKind, Column
from blogadmin.gui.theme import CELL_PADDING, metrics

WIDEST = 4_000
"""Pixels beyond which no remembered width is believed."""
LEAST = 18
"""Average characters below which the column that names the row names none any more."""
_WORDS = (CellKind.TEXT, CellKind.TITLE, CellKind.PERSON)


class ColumnLayout(QObject):
    """Order, widths and visibility of the columns of ``view``.

    Until a person sets a width, the column that names the row takes what room the others leave, and gives
    way to them in a narrow window.
    """

    def __init__(self, view: QTableView, columns: Sequence[Column]) -> None:
        super().__init__(view)
        self._header = view.horizontalHeader()
        self._view = view
        self._columns = columns
        self._main = main_column(columns)
        self._by_hand = False
        self._arranging = False
        self._header.sectionResized.connect(self._resized)
        # For another list Qt shows the hidden columns and hides them again, one by one. The header is told of
        # both before us, who came later.
        view.model().layoutAboutToBeChanged.connect(lambda: self._leave_alone(True))
        view.model().layoutChanged.connect(lambda: self._leave_alone(False))
        self.reset()

    def reset(self) -> None:
        """Arrange the columns as they are declared."""
        with self._quietly():
            for section, column in enumerate(self._columns):
                self._header.moveSection(self._header.visualIndex(section), section)
                self._header.setSectionHidden(section, column.hidden)
                self._header.resizeSection(section, self._declared_width(section))
            self._by_hand = False
        self.fit()

    def fit(self) -> None:
        """Give the room that is left to the column that names the row, or take what is missing from words.

        That column gives way first; beyond its least width the others that hold words do, each by the same
        part of what it can. Where all of that is too little the list scrolls.
        """
        if self._by_hand or self._arranging:
            return
        # One that is being hidden has no width any more, but does not call itself hidden yet.
        shown = [section for section in self.visible() if self._header.sectionSize(section)]
        spare = self._view.viewport().width() - sum(self._declared_width(section) for section in shown)
        widths = {section: self._declared_width(section) for section in shown}
        if self._main in widths:
            widths[self._main] = max(self._least_width(self._main), widths[self._main] + spare)
            spare += self._declared_width(self._main) - widths[self._main]
        can = {section: widths[section] - self._least_width(section) for section in shown}
        part = min(1.0, -spare / sum(can.values())) if spare < 0 and any(can.values()) else 0.0
        with self._quietly():
            for section, width in widths.items():
                self._header.resizeSection(section, width - math.ceil(part * can[section]))

    def visible(self) -> list[int]:
        """The columns on the screen, from the leading to the trailing edge."""
        sections = (self._header.logicalIndex(place) for place in range(self._header.count()))
        return [section for section in sections if not self._header.isSectionHidden(section)]

    def save(self, order: Sequence[Sort]) -> str:
        """The arrangement and the order of the rows as text, columns by name."""
        sections = [self._header.logicalIndex(place) for place in range(self._header.count())]
        columns = [
            {
                "name": self._columns[section].name,
                "width": self._header.sectionSize(section) or self._declared_width(section),
                "hidden": self._header.isSectionHidden(section),
            }
            for section in sections
        ]
        sort = [{"column": key.column, "descending": key.descending} for key in order]
        return json.dumps({"columns": columns, "by_hand": self._by_hand, "sort": sort})

    def restore(self, text: str) -> tuple[Sort, ...]:
        """Arrange the columns as ``text`` of ``save`` says, and give the order of the rows.

        Unknown columns are passed over, new ones stay where they were declared; text that is no
        arrangement changes nothing.
        """
        saved = _read(text)
        places = {column.name: section for section, column in enumerate(self._columns)}
        wanted = [(places[c["name"]], c) for c in _dicts(saved.get("columns")) if c.get("name") in places]
        with self._quietly():
            for place, (section, entry) in enumerate(wanted):
                self._header.moveSection(self._header.visualIndex(section), place)
                self._restore_width(section, entry.get("width"))
            self._hide({section for section, entry in wanted if entry.get("hidden") is True}, wanted)
            self._by_hand = saved.get("by_hand") is True
        self.fit()
        sortable = {column.name for column in self._columns if column.sortable}
        keys = [key for key in _dicts(saved.get("sort")) if key.get("column") in sortable]
        return tuple(Sort(key["column"], key.get("descending") is True) for key in keys)

    def _restore_width(self, section: int, width: object) -> None:
        if isinstance(width, int) and self._header.minimumSectionSize() <= width <= WIDEST:
            self._header.setSectionHidden(section, False)
            self._header.resizeSection(section, width)

    def _hide(self, hidden: set[int], wanted: Sequence[tuple[int, dict[str, Any]]]) -> None:
        mentioned = {section for section, _entry in wanted}
        untouched = [s for s in self.visible() if s not in mentioned]
        if mentioned - hidden or untouched:
            for section in mentioned:
                self._header.setSectionHidden(section, section in hidden)

    def _declared_width(self, section: int) -> int:
        return self._columns[section].width * metrics().averageCharWidth() + 2 * CELL_PADDING

    def _least_width(self, section: int) -> int:
        """The width down to which a column gives way by itself; figures and times say nothing when cut."""
        column, letter = self._columns[section], metrics().averageCharWidth()
        if section == self._main:
            return min(column.width, max(LEAST, column.width // 2)) * letter + 2 * CELL_PADDING
        least = column.width * 2 // 3 if column.kind in _WORDS else column.width
        return least * letter + 2 * CELL_PADDING

    def _resized(self, section: int, before: int, after: int) -> None:
        if self._arranging:
            return
        if before and after:
            self._by_hand = True
        else:
            # Hidden or shown, by whomever: the others make room.
            self.fit()

    def _leave_alone(self, alone: bool) -> None:
        self._arranging = alone

    @contextmanager
    def _quietly(self) -> Iterator[None]:
        before, self._arranging = self._arranging, True
        yield
        self._arranging = before


def _read(text: str) -> dict[str, Any]:
    try:
        saved = json.loads(text or "{}")
    except ValueError:
        return {}
    return saved if isinstance(saved, dict) else {}


def _dicts(found: object) -> list[dict[str, Any]]:
    entries = found if isinstance(found, list) else []
    return [e for e in entries if isinstance(e, dict) and all(isinstance(v, str | int) for v in e.values())]

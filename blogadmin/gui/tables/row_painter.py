"""Paints the rows of a list in one go: grounds and marks of the rows first, then column after column."""

from __future__ import annotations

from collections.abc import Hashable, Iterator

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPainter, QRegion

from blogadmin.gui.tables.cell_painter import CellPainter, Frame, frame_of
from blogadmin.gui.tables.cells import Entry
from blogadmin.gui.tables.columns import Column
from blogadmin.gui.tables.list_model import ListModel
from blogadmin.gui.tables.row_ranges import RowRanges
from blogadmin.gui.tables.row_table import RowTable
from blogadmin.gui.tables.skeletons import Skeletons
from blogadmin.gui.theme import CELL_PADDING, MARGIN, color, draw_focus_ring

BAR = 3
_REMEMBERED = 1_000
_NOT_PAINTED = object()


class RowPainter:
    """Paints what a view shows of a model; words come formatted from the model.

    Qt would ask a delegate for cell after cell. A frame of that takes twice as long as Qt's own cells; all
    rows at once take less, because what the cells of a column have in common is set up once.
    """

    def __init__(self, view: RowTable, model: ListModel) -> None:
        self._view = view
        self._model = model
        self._cells = CellPainter()
        self._skeletons = Skeletons()
        self._painted: dict[int, Entry | None] = {}

    def forget(self) -> None:
        """The theme or the font has changed."""
        self._cells.forget()
        self._skeletons.forget()

    def warm(self) -> Iterator[None]:
        """Load what the first paint of rows needs, bit by bit."""
        return self._cells.warm(self._view.devicePixelRatioF())

    def drawings(self) -> Iterator[tuple[Hashable, bytes]]:
        """The small drawings in its cells by what they show, as files."""
        return self._cells.stamps.pictures()

    def outdated(self, first: int, last: int) -> list[int]:
        """Those of the rows ``first`` to ``last`` that would be painted otherwise than they were."""
        rows = range(first, last + 1)
        # Looking also asks again for what is still missing.
        return [row for row in rows if self._model.entry(row) != self._painted.get(row, _NOT_PAINTED)]

    def width(self, entry: Entry, column: Column, place: int) -> int:
        """The width that shows the whole of a cell, with its padding."""
        return self._cells.width(entry, column, place) + MARGIN + CELL_PADDING

    def paint(self, painter: QPainter, region: QRegion, selected: RowRanges) -> None:
        """Paint the rows in ``region``, of which those in ``selected`` are marked so."""
        rows = self._rows_in(region, self._model.rowCount())
        frames = self._begin(painter, region)
        if not rows or not frames:
            return
        self._grounds(painter, rows, selected)
        known: list[tuple[int, Entry]] = []
        coming: list[tuple[int, int]] = []
        if len(self._painted) > _REMEMBERED:
            self._painted.clear()
        for row, top in rows:
            entry = self._painted[row] = self._model.entry(row)
            if entry is None:
                coming.append((top, row))
            else:
                known.append((top, entry))
        for frame in frames:
            self._cells.paint(frame, known)
        self._skeletons.paint(painter, frames, coming, self._height())
        self._ring(painter, rows)

    def paint_to_come(self, painter: QPainter, region: QRegion) -> None:
        """Paint a screen of rows of which nothing is known, not even how many they are."""
        rows = self._rows_in(region, self._view.viewport().height() // self._height())
        frames = self._begin(painter, region)
        self._grounds(painter, rows, RowRanges())
        self._skeletons.paint(painter, frames, [(top, row) for row, top in rows], self._height())

    def _begin(self, painter: QPainter, region: QRegion) -> list[Frame]:
        rtl = self._view.rtl
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if rtl:
            painter.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        # The hairline below each row is none of the room of its words.
        self._cells.begin(painter, self._height() - 1, rtl=rtl, stale=self._model.stale)
        bounds = region.boundingRect()
        sections = (s for s in range(len(self._model.columns)) if not self._view.isColumnHidden(s))
        frames = [self._frame(section) for section in sections]
        return [f for f in frames if f.left <= bounds.right() and f.left + f.room >= bounds.left()]

    def _frame(self, section: int) -> Frame:
        left, width = self._view.columnViewportPosition(section), self._view.columnWidth(section)
        first = section == self._view.first_column
        column = self._model.columns[section]
        return frame_of(column, section, left, width, first=first, rtl=self._view.rtl)

    def _height(self) -> int:
        return self._view.verticalHeader().defaultSectionSize()

    def _rows_in(self, region: QRegion, count: int) -> list[tuple[int, int]]:
        """The rows that ``region`` touches, each with where it begins."""
        height, offset = self._height(), self._view.verticalHeader().offset()
        rows: set[int] = set()
        for rect in region:  # pyright: ignore[reportGeneralTypeIssues] - the stubs do not say that it can
            first = max(0, (rect.top() + offset) // height)
            rows.update(range(first, min(count, (rect.bottom() + offset) // height + 1)))
        return [(row, row * height - offset) for row in sorted(rows)]

    def _span(self) -> tuple[int, int]:
        """Where the first of the columns begins, and how wide all are together."""
        header = self._view.horizontalHeader()
        width = header.length()
        at = -header.offset()
        return (self._view.viewport().width() - width - at if self._view.rtl else at), width

    def _grounds(self, painter: QPainter, rows: list[tuple[int, int]], selected: RowRanges) -> None:
        left, width = self._span()
        height, hovered = self._height(), self._view.hovered
        line, chosen, accent = color("line"), color("accent_soft"), color("accent")
        edge = left + width - BAR if self._view.rtl else left
        for row, top in rows:
            if row in selected:
                painter.fillRect(left, top, width, height, chosen)
                painter.fillRect(edge, top, BAR, height - 1, accent)
            elif row == hovered:
                painter.fillRect(left, top, width, height, color("hover"))
            painter.fillRect(left, top + height - 1, width, 1, line)

    def _ring(self, painter: QPainter, rows: list[tuple[int, int]]) -> None:
        cursor = self._view.cursor_at
        for row, top in rows:
            if row == cursor:
                left, width = self._span()
                # The hairline belongs to the row below as much: the ring stands above it.
                draw_focus_ring(painter, QRect(left, top, width, self._height() - 1))

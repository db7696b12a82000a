"""A list as it will stand in the window, painted from its rows before there is any view or model."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QApplication, QWidget

from blogadmin.core.queries.spec import Sort
from blogadmin.gui.tables.cell_painter import CellPainter, frame_of
from blogadmin.gui.tables.cells import format_rows
from blogadmin.gui.tables.columns import Column
from blogadmin.gui.tables.titles import draw_ground, draw_title
from blogadmin.gui.theme import color

if TYPE_CHECKING:
    from blogadmin.gui.tables.list_view import ListView


class Scene(NamedTuple):
    """Where a list stood in its window, in device-independent pixels, the last time.

    ``content`` is how far below the top of the window its central widget began; ``place`` is that of the
    rows in that widget: left, top, width and height. ``columns`` are the shown ones with left and width,
    the one at the leading edge first.
    """

    window: tuple[int, int]
    font: str
    rtl: bool
    content: int
    place: tuple[int, int, int, int]
    titles: int
    row: int
    columns: tuple[tuple[str, int, int], ...]
    order: tuple[tuple[str, bool], ...]

    @classmethod
    def of(cls, view: ListView, content: QWidget) -> Scene:
        """How ``view`` stands now in ``content``, the central widget of its window."""
        window, header = view.window(), view.horizontalHeader()
        at = view.viewport().mapTo(content, QPoint(0, 0))
        shown = [header.logicalIndex(place) for place in range(header.count())]
        model = view.list_model()
        # As it stands when nobody has scrolled to the side yet.
        aside = -header.offset() if view.isRightToLeft() else header.offset()
        columns = [
            (model.columns[s].name, view.columnViewportPosition(s) + aside, view.columnWidth(s))
            for s in shown
            if not view.isColumnHidden(s)
        ]
        return cls(
            (window.width(), window.height()),
            QApplication.font().key(),
            view.isRightToLeft(),
            content.mapTo(window, QPoint(0, 0)).y(),
            (at.x(), at.y(), view.viewport().width(), view.viewport().height()),
            header.height(),
            view.verticalHeader().defaultSectionSize(),
            tuple(columns),
            tuple((key.column, key.descending) for key in model.order),
        )

    def to_text(self) -> str:
        """The scene as text for ``from_text``."""
        return json.dumps(self)

    @classmethod
    def from_text(cls, text: str) -> Scene | None:
        """What ``to_text`` made; ``None`` for anything else."""
        try:
            window, font, rtl, content, place, titles, row, columns, order = json.loads(text)
            made = cls(
                _whole(window, 2),
                str(font),
                bool(rtl),
                int(content),
                _whole(place, 4),
                int(titles),
                int(row),
                tuple((str(name), int(left), int(width)) for name, left, width in columns),
                tuple((str(column), bool(descending)) for column, descending in order),
            )
        except (ValueError, TypeError):
            return None
        return made if made.row > 0 else None


class EarlyRows:
    """The rows of a list where ``scene`` has them. Any thread may make it; painting belongs to the window's.

    It looks as the list itself will, so that nothing moves when that takes its place.
    """

    def __init__(self, scene: Scene, columns: Sequence[Column], rows: Sequence[Any]) -> None:
        self.scene = scene
        self._columns = columns
        self._entries = format_rows(columns, rows)
        self._cells: CellPainter | None = None

    def fits(self, window: QWidget) -> bool:
        """Whether the list would stand there in this window as it is now."""
        there = (window.width(), window.height()), QApplication.font().key(), window.isRightToLeft()
        return there == (self.scene.window, self.scene.font, self.scene.rtl)

    def paint(self, painter: QPainter) -> None:
        """Paint titles and rows on what will be the central widget of the window."""
        left, top, width, height = self.scene.place
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.scene.rtl:
            painter.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        painter.translate(left, top)
        painter.setClipRect(0, -self.scene.titles, width, height + self.scene.titles)
        painter.fillRect(0, 0, width, height, color("surface"))
        self._paint_titles(painter)
        painter.setClipRect(0, 0, width, height)
        self._paint_rows(painter)
        painter.restore()

    def _paint_titles(self, painter: QPainter) -> None:
        height = self.scene.titles
        order = tuple(Sort(column, descending) for column, descending in self.scene.order)
        draw_ground(painter, QRect(0, -height, self.scene.place[2], height))
        for at, (_place, column, left, width) in enumerate(self._shown()):
            # Where text runs to the left, Qt's titles stand a pixel beside their columns.
            place = QRect(left + self.scene.rtl, -height, width, height)
            draw_title(painter, place, column, order, first=at == 0)

    def _paint_rows(self, painter: QPainter) -> None:
        row, rtl = self.scene.row, self.scene.rtl
        shown = self._shown()
        if not shown:
            return
        most = -(-self.scene.place[3] // row)
        tops = [(at * row, entry) for at, entry in enumerate(self._entries[:most])]
        begin = min(left for _place, _column, left, _width in shown)
        length = sum(width for _place, _column, _left, width in shown)
        for top, _entry in tops:
            painter.fillRect(begin, top + row - 1, length, 1, color("line"))
        # Not before: fonts and pixmaps belong to the window's thread.
        cells = self._cells = self._cells or CellPainter()
        cells.begin(painter, row - 1, rtl=rtl, stale=False)
        for at, (place, column, left, width) in enumerate(shown):
            cells.paint(frame_of(column, place, left, width, first=at == 0, rtl=rtl), tops)

    def _shown(self) -> list[tuple[int, Column, int, int]]:
        """The columns of the scene that there still are: where they are in an entry, left edge and width."""
        places = {column.name: place for place, column in enumerate(self._columns)}
        return [
            (places[name], self._columns[places[name]], left, width)
            for name, left, width in self.scene.columns
            if name in places
        ]


def _whole(values: Any, count: int) -> Any:
    made = tuple(int(value) for value in values)
    if len(made) != count:
        raise ValueError(f"{count} numbers are needed")
    return made

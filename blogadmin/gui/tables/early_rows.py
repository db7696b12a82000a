"""A list as it will stand in the window, painted from its rows before there is any view or model."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Hashable, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple
from zlib import crc32

from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QApplication, QWidget

from blogadmin import __version__
from blogadmin.core.queries.spec import Sort
from blogadmin.gui.tables.cell_painter import CellPainter, frame_of
from blogadmin.gui.tables.cells import Entry, format_rows
from blogadmin.gui.tables.columns import Column
from blogadmin.gui.tables.hand import Notes
from blogadmin.gui.tables.titles import TitlePainter
from blogadmin.gui.theme import fill
from blogadmin.gui.theme.state import table_in_force

if TYPE_CHECKING:
    from blogadmin.gui.tables.hand import Lines
    from blogadmin.gui.tables.list_view import ListView

_DRAWINGS = 40
"""More than there are kinds of them, short of words that stand in pills."""


class Scene(NamedTuple):
    """Where a list stood in its window, in device-independent pixels, the last time.

    ``content`` is how far below the top of the window its central widget began; ``place`` is that of the
    rows in that widget: left, top, width and height. ``columns`` are the shown ones with left and width,
    the one at the leading edge first. ``pictures`` are the small drawings of the list by what they show, as
    JSON and as files in base 64, made for ``look``.
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
    look: str
    pictures: tuple[tuple[str, str], ...]

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
            _look(window),
            _drawings(view),
        )

    def to_text(self) -> str:
        """The scene as text for ``from_text``."""
        return json.dumps(self)

    @classmethod
    def from_text(cls, text: str) -> Scene | None:
        """What ``to_text`` made; ``None`` for anything else."""
        try:
            window, font, rtl, content, place, titles, row, columns, order, look, pictures = json.loads(text)
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
                str(look),
                tuple((str(key), str(content)) for key, content in pictures),
            )
        except (ValueError, TypeError):
            return None
        return made if made.row > 0 else None


class EarlyRows:
    """The rows of a list where ``scene`` has them. Any thread may make it; painting belongs to the window's.

    It looks as the list itself will, so that nothing moves when that takes its place. It makes do without the
    names of ``Qt``, of which the first has all made, as long as its drawings are in the scene.
    """

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self._columns: Sequence[Column] = ()
        self._entries: Sequence[Entry] = ()
        self._notes = Notes()
        self._painters: tuple[CellPainter, TitlePainter] | None = None

    def take(self, columns: Sequence[Column], rows: Sequence[Any]) -> None:
        """Take in what is to be shown; on any thread, before it is painted for the first time."""
        self._columns, self._entries = columns, format_rows(columns, rows)

    def get_ready(self, window: QWidget) -> None:
        """Load what painting needs, while the rows are still on their way."""
        if self._painters is None and self.fits(window):
            self._painters = self._made(window)
            self._painters[0].measure()

    def fits(self, window: QWidget) -> bool:
        """Whether the list would stand there in this window as it is now."""
        there = (window.width(), window.height()), QApplication.font().key(), window.isRightToLeft()
        return there == (self.scene.window, self.scene.font, self.scene.rtl)

    def place(self) -> QRect:
        """Where titles and rows stand on what will be the central widget of the window."""
        left, top, width, height = self.scene.place
        return QRect(left, top - self.scene.titles, width, self.scene.titles + height)

    def paint(self, painter: QPainter, window: QWidget) -> Lines:
        """Paint grounds and drawings on the central widget of ``window``; return the words to be written."""
        # Not before: fonts and pixmaps belong to the window's thread.
        cells, titles = self._painters = self._painters or self._made(window)
        self._notes.lines.clear()
        left, top, width, height = self.scene.place
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setClipRect(self.place())
        fill(painter, QRect(left, top, width, height), "surface")
        self._paint_titles(painter, titles, left, top)
        painter.setClipRect(QRect(left, top, width, height))
        self._paint_rows(painter, cells, left, top)
        painter.restore()
        return self._notes.lines

    def _made(self, window: QWidget) -> tuple[CellPainter, TitlePainter]:
        cells, titles = CellPainter(self._notes), TitlePainter(self._notes)
        if self.scene.look == _look(window):
            pictures = _pictures(self.scene)
            cells.stamps.take(pictures)
            titles.stamps.take(pictures)
        return cells, titles

    def _paint_titles(self, painter: QPainter, titles: TitlePainter, left: int, top: int) -> None:
        height = self.scene.titles
        order = tuple(Sort(column, descending) for column, descending in self.scene.order)
        titles.begin(painter, height, rtl=self.scene.rtl)
        titles.ground(QRect(left, top - height, self.scene.place[2], height))
        for at, (_place, column, begin, width) in enumerate(self._shown()):
            # Where text runs to the left, Qt's titles stand a pixel beside their columns.
            place = QRect(left + begin + self.scene.rtl, top - height, width, height)
            titles.paint(place, column, order, first=at == 0)

    def _paint_rows(self, painter: QPainter, cells: CellPainter, left: int, top: int) -> None:
        row, rtl = self.scene.row, self.scene.rtl
        shown = self._shown()
        if not shown:
            return
        most = -(-self.scene.place[3] // row)
        tops = [(top + at * row, entry) for at, entry in enumerate(self._entries[:most])]
        begin = left + min(at for _place, _column, at, _width in shown)
        length = sum(width for _place, _column, _left, width in shown)
        for at, _entry in tops:
            fill(painter, QRect(begin, at + row - 1, length, 1), "line")
        cells.begin(painter, row - 1, rtl=rtl, stale=False)
        for at, (place, column, begin, width) in enumerate(shown):
            cells.paint(frame_of(column, place, left + begin, width, first=at == 0, rtl=rtl), tops)

    def _shown(self) -> list[tuple[int, Column, int, int]]:
        """The columns of the scene that there still are: where they are in an entry, left edge and width."""
        places = {column.name: place for place, column in enumerate(self._columns)}
        return [
            (places[name], self._columns[places[name]], left, width)
            for name, left, width in self.scene.columns
            if name in places
        ]


def _look(window: QWidget) -> str:
    """What small drawings depend on but what they show: the program, the pixels and the colours."""
    colours = crc32(repr(sorted(table_in_force().items())).encode())
    return f"{__version__} {window.devicePixelRatioF():g} {colours:08x}"


def _drawings(view: ListView) -> tuple[tuple[str, str], ...]:
    # Marks, discs and words such as "Inactive": nothing of the blog is in them.
    found = islice(view.drawings(), _DRAWINGS)
    return tuple((json.dumps(key), b64encode(content).decode()) for key, content in found)


def _pictures(scene: Scene) -> Mapping[Hashable, bytes]:
    try:
        return {tuple(json.loads(key)): b64decode(content) for key, content in scene.pictures}
    except (ValueError, TypeError):
        return {}


def _whole(values: Any, count: int) -> Any:
    made = tuple(int(value) for value in values)
    if len(made) != count:
        raise ValueError(f"{count} numbers are needed")
    return made

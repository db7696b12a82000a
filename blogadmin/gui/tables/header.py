"""The titles of a list's columns: quiet, with a mark for the order, clicked to change it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter
from PySide6.QtWidgets import QHeaderView, QWidget

from blogadmin.core.queries.spec import Sort
from blogadmin.gui.tables.columns import Column
from blogadmin.gui.tables.titles import TitlePainter
from blogadmin.gui.theme import control_height

LEAST_WIDTH = 40


class ListHeader(QHeaderView):
    """Column titles.

    Signals:
        order_wanted: the keys of the order that a click asks for, a tuple of ``Sort``. With Shift a key is
            added to those that are there, or turned round.
    """

    order_wanted = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.order: tuple[Sort, ...] = ()
        self.titles = TitlePainter()
        self._columns: tuple[Column, ...] = ()
        self._adding = False
        self._hovered = -1
        self.setObjectName("columnTitles")
        self.setAccessibleName("Column titles")
        self.setSectionsMovable(True)
        self.setSectionsClickable(True)
        # Qt would ask for the flags of every row to find out whether a whole column is selected.
        self.setHighlightSections(False)
        self.setMinimumSectionSize(LEAST_WIDTH)
        self.setMouseTracking(True)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.sectionClicked.connect(self._clicked)

    def set_columns(self, columns: tuple[Column, ...]) -> None:
        """Say what the sections are."""
        self._columns = columns

    def show_order(self, order: tuple[Sort, ...]) -> None:
        """Mark the columns by which the list is sorted now."""
        if order != self.order:
            self.order = order
            self.viewport().update()

    def look_changed(self) -> None:
        """The theme or the font has changed."""
        self.titles.forget()
        self.viewport().update()

    def first_visible(self) -> int:
        """The section at the leading edge; -1 when there is none."""
        return self._visible_from(range(self.count()))

    def last_visible(self) -> int:
        """The section at the trailing edge; -1 when there is none."""
        return self._visible_from(range(self.count() - 1, -1, -1))

    def _visible_from(self, places: range) -> int:
        sections = (self.logicalIndex(place) for place in places)
        return next((section for section in sections if not self.isSectionHidden(section)), -1)

    def _clicked(self, section: int) -> None:
        column = self._columns[section]
        if not column.sortable:
            return
        known = next((key for key in self.order if key.column == column.name), None)
        key = Sort(column.name, descending=known is not None and not known.descending)
        if not self._adding:
            self.order_wanted.emit((key,))
        elif known is not None:
            self.order_wanted.emit(tuple(key if old is known else old for old in self.order))
        else:
            self.order_wanted.emit((*self.order, key))

    def _hover(self, section: int) -> None:
        if section != self._hovered:
            self._hovered = section
            self.viewport().update()

    # Qt's overrides

    def mouseReleaseEvent(self, e: QMouseEvent) -> None:
        self._adding = bool(e.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        super().mouseReleaseEvent(e)

    def mouseMoveEvent(self, e: QMouseEvent) -> None:
        self._hover(self.logicalIndexAt(e.position().toPoint()))
        super().mouseMoveEvent(e)

    def viewportEvent(self, e: QEvent) -> bool:
        if e.type() in (QEvent.Type.Leave, QEvent.Type.HoverLeave):
            self._hover(-1)
        return super().viewportEvent(e)

    def doItemsLayout(self) -> None:
        # Another list in the place of this one has the same columns; Qt would paint all titles anew.
        if self.count() != len(self._columns):
            super().doItemsLayout()

    def sizeHint(self) -> QSize:
        # Only the height counts in a table; Qt's own would ask about each title.
        return QSize(self.length(), control_height())

    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:
        if not rect.isValid() or logicalIndex >= len(self._columns):
            return
        column = self._columns[logicalIndex]
        self.titles.begin(painter, rect.height(), rtl=self.isRightToLeft())
        self.titles.ground(rect, hovered=logicalIndex == self._hovered and column.sortable)
        self.titles.paint(rect, column, self.order, first=logicalIndex == self.first_visible())

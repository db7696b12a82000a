"""A layout that fills lines one after the other, as words do."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QStyle, QWidget

from blogadmin.gui.theme import SPACE_S


class FlowLayout(QLayout):
    """Places its items beside each other in their preferred size, and goes on below where room ends.

    Lines begin at the leading edge; an item that is wider than a line gets the whole line.
    """

    def __init__(self, parent: QWidget | None = None, gap: int = SPACE_S) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self.setSpacing(gap)
        self.setContentsMargins(0, 0, 0, 0)

    def insert(self, place: int, widget: QWidget) -> None:
        """Put ``widget`` before the item that is at ``place`` now."""
        self.addWidget(widget)
        self._items.insert(place, self._items.pop())
        self.invalidate()

    def _arrange(self, room: QRect, *, place: bool) -> int:
        """Walk over the items; with ``place`` put them there. Returns the height that they take."""
        x = y = line = 0
        gap = self.spacing()
        parent = self.parentWidget()
        direction = parent.layoutDirection() if parent is not None else Qt.LayoutDirection.LeftToRight
        for item in self._items:
            if item.isEmpty():
                continue
            size = item.sizeHint().boundedTo(QSize(max(room.width(), 1), item.sizeHint().height()))
            if x > 0 and x + size.width() > room.width():
                x, y, line = 0, y + line + gap, 0
            if place:
                spot = QRect(room.topLeft() + QPoint(x, y), size)
                item.setGeometry(QStyle.visualRect(direction, room, spot))
            x += size.width() + gap
            line = max(line, size.height())
        return y + line

    # Qt's overrides

    def addItem(self, arg__1: QLayoutItem) -> None:
        self._items.append(arg__1)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, arg__1: int) -> int:
        return self._arrange(QRect(0, 0, arg__1, 0), place=False)

    def sizeHint(self) -> QSize:
        gap = self.spacing()
        shown = [item.sizeHint() for item in self._items if not item.isEmpty()]
        width = sum(size.width() + gap for size in shown) - gap if shown else 0
        return QSize(width, max((size.height() for size in shown), default=0))

    def minimumSize(self) -> QSize:
        shown = [item.minimumSize() for item in self._items if not item.isEmpty()]
        return QSize(
            max((size.width() for size in shown), default=0),
            max((size.height() for size in shown), default=0),
        )

    def setGeometry(self, arg__1: QRect) -> None:
        super().setGeometry(arg__1)
        self._arrange(arg__1, place=True)

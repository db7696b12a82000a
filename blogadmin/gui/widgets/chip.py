"""A chip: one condition of a filter in words, to be changed or taken away."""

from __future__ import annotations

import html

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAction,
    QContextMenuEvent,
    QEnterEvent,
    QFont,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QAbstractButton, QMenu, QSizePolicy, QStyle, QWidget

from blogadmin.gui.theme import (
    ICON_SMALL,
    RADIUS,
    SPACE_M,
    SPACE_XS,
    color,
    control_height,
    draw_elided,
    draw_icon,
    font,
    is_high_contrast,
    leading_rect,
    metrics,
)

_STRONG = QFont.Weight.DemiBold
_CROSS = ICON_SMALL + 2 * SPACE_XS
_WIDEST = 46
"""Average characters beyond which the value of a chip is cut short; the tooltip has all of it."""
_REMOVING = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)
_STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}


class Chip(QAbstractButton):
    """Field, value and a cross. A click, Enter or Space edits; Delete, Backspace or the cross removes.

    Signals:
        remove_wanted(): the person wants it gone.
        alternative_wanted(): the person wants to add another condition that may hold instead.
        step_wanted(int): an arrow key leads to the chip before (-1) or after (1) this one.
    """

    remove_wanted = Signal()
    alternative_wanted = Signal()
    step_wanted = Signal(int)

    def __init__(
        self, field: str, value: str, parent: QWidget | None = None, *, editable: bool = True
    ) -> None:
        super().__init__(parent)
        self._editable = editable
        self._over_cross = False
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        self.set_words(field, value)

    def set_words(self, field: str, value: str) -> None:
        """Say another field or value."""
        self._field, self._value = field, value
        words = f"{field}: {value}" if field else value
        self.setAccessibleName(f"Filter {words}")
        self.setAccessibleDescription(
            ("Enter changes it, " if self._editable else "") + "Delete takes it away."
        )
        self.setToolTip(f"<qt>{html.escape(words)}</qt>")
        self.updateGeometry()
        self.update()

    def words(self) -> str:
        """What it says, as one line."""
        return f"{self._field}: {self._value}" if self._field else self._value

    def menu(self, alternative: str = "") -> QMenu:
        """What can be done with it; ``alternative`` is how the addition of another condition is called."""
        menu = QMenu(self)
        menu.setObjectName("chipMenu")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if self._editable:
            self._add(menu, "editFilterAction", "Change…", self.click)
        if alternative:
            self._add(menu, "alternativeAction", alternative, self.alternative_wanted.emit)
        self._add(menu, "removeThisFilterAction", "Remove", self.remove_wanted.emit)
        return menu

    @staticmethod
    def _add(menu: QMenu, name: str, text: str, slot: object) -> None:
        action = QAction(text, menu)
        action.setObjectName(name)
        action.triggered.connect(lambda _checked=False: slot())  # pyright: ignore[reportCallIssue]
        menu.addAction(action)

    # Painting

    def _cross_rect(self) -> QRect:
        place = QRect(self.width() - _CROSS - SPACE_XS + 1, 0, _CROSS, self.height())
        return QStyle.visualRect(self.layoutDirection(), self.rect(), place)

    def _name(self) -> str:
        return f"{self._field}: " if self._field else ""

    def _paint_ground(self, painter: QPainter) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width = (3 if is_high_contrast() else 2) if self.hasFocus() else 1
        painter.setPen(QPen(color("accent"), width))
        painter.setBrush(color("accent_soft"))
        inset = width / 2
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(inset, inset, -inset, -inset), RADIUS, RADIUS)
        if self._over_cross:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color("seltext"))
            middle = QPointF(QRectF(self._cross_rect()).center())
            painter.drawEllipse(middle, ICON_SMALL / 2 + 3, ICON_SMALL / 2 + 3)

    def _paint_words(self, painter: QPainter) -> None:
        area = QRectF(self.rect())
        name = metrics().horizontalAdvance(self._name())
        painter.setPen(color("accent_ink"))
        painter.setFont(font())
        room = area.width() - SPACE_M - _CROSS - SPACE_XS
        draw_elided(painter, leading_rect(painter, area, SPACE_M, min(name + 1, room)), self._name())
        painter.setFont(font(weight=_STRONG))
        rest = max(0.0, room - name)
        draw_elided(painter, leading_rect(painter, area, SPACE_M + name, rest), self._value)

    # Qt's overrides

    def sizeHint(self) -> QSize:
        value = metrics(weight=_STRONG).horizontalAdvance(self._value) + 2
        most = _WIDEST * metrics().averageCharWidth()
        words = metrics().horizontalAdvance(self._name()) + min(value, most)
        return QSize(words + SPACE_M + _CROSS + SPACE_XS, control_height() - 2)

    def minimumSizeHint(self) -> QSize:
        return QSize(8 * metrics().averageCharWidth() + _CROSS, control_height() - 2)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.FontChange):
            self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setLayoutDirection(self.layoutDirection())
        self._paint_ground(painter)
        self._paint_words(painter)
        cross = QRectF(self._cross_rect()).adjusted(SPACE_XS, 0, -SPACE_XS, 0)
        draw_icon(painter, "x", cross, color("accent_ink"))
        painter.end()

    def event(self, e: QEvent) -> bool:
        # Taken before shortcuts: here Delete is about the filter, never about the selected rows.
        if (
            e.type() == QEvent.Type.ShortcutOverride
            and isinstance(e, QKeyEvent)
            and not e.modifiers()
            and e.key() in _REMOVING
        ):
            e.accept()
            return True
        return super().event(e)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in _REMOVING and not event.modifiers():
            self.remove_wanted.emit()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self.click()
        elif key in _STEPS:
            mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
            sideways = key in (Qt.Key.Key_Left, Qt.Key.Key_Right)
            self.step_wanted.emit(-_STEPS[key] if mirrored and sideways else _STEPS[key])
        else:
            super().keyPressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        self._hover(self._cross_rect().contains(event.position().toPoint()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        at = event.position().toPoint()
        if event.button() == Qt.MouseButton.LeftButton and self._cross_rect().contains(at) and self.isDown():
            self.setDown(False)
            event.accept()
            self.remove_wanted.emit()
            return
        super().mouseReleaseEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._hover(False)

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self._hover(self._cross_rect().contains(event.position().toPoint()))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        # The bar knows what an alternative is called here.
        event.ignore()

    def _hover(self, over: bool) -> None:
        if over != self._over_cross:
            self._over_cross = over
            self.update()

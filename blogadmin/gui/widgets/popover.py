"""A small sheet over its window that goes when the person turns to something else."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QShowEvent
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from blogadmin.gui.theme import RADIUS_CARD, color, draw_shadow

SHADOW = 18
"""Pixels round the sheet in which its shadow is painted."""
_EDGE = 8


class Popover(QWidget):
    """Lies in its window, not in one of its own: no system has to place it, and fields in it may open lists.

    Tab stays inside. It closes on Esc, on a click elsewhere and when the focus goes elsewhere in the window;
    the focus then returns to where it was.

    Signals:
        closed(): it has gone.
    """

    closed = Signal()

    def __init__(self, window: QWidget, *, radius: int = RADIUS_CARD) -> None:
        super().__init__(window)
        self._over = window
        self._radius = radius
        self._returns_to: QWidget | None = None
        self._listens = False
        self.hide()
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.body = QVBoxLayout(self)
        """The layout that takes what the sheet shows."""
        self.body.setContentsMargins(SHADOW, SHADOW, SHADOW, SHADOW)
        self.body.setSpacing(0)

    def open_below(self, anchor: QWidget, first: QWidget) -> None:
        """Show the sheet under ``anchor``, as near as the window allows, with the keyboard in ``first``."""
        below = anchor.mapTo(self._over, QPoint(0, anchor.height() + 4))
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        size = self.sizeHint()
        left = below.x() + anchor.width() - size.width() + SHADOW if mirrored else below.x() - SHADOW
        self._open(QRect(QPoint(left, below.y() - SHADOW), size), first)

    def open_at_top(self, top: int, first: QWidget) -> None:
        """Show the sheet in the middle of the window, ``top`` pixels below its upper edge."""
        size = self.sizeHint()
        left = (self._over.width() - size.width()) // 2
        self._open(QRect(QPoint(left, top - SHADOW), size), first)

    def close_sheet(self, *, give_back: bool = True) -> None:
        """Take the sheet away; unless ``give_back`` is false the focus returns to where it was."""
        if self.isHidden():
            return
        inside = self._holds(QApplication.focusWidget())
        self.hide()
        if give_back and inside and self._returns_to is not None and self._returns_to.isVisible():
            self._returns_to.setFocus(Qt.FocusReason.PopupFocusReason)

    def refit(self) -> None:
        """Take the size that the contents need now, and stay inside the window."""
        if not self.isHidden():
            # What changed inside tells its layout only on the next turn of the event loop.
            self.body.invalidate()
            self.body.activate()
            self.setGeometry(self._inside(QRect(self.pos(), self.sizeHint())))

    def _open(self, where: QRect, first: QWidget) -> None:
        if self.isHidden():
            self._returns_to = QApplication.focusWidget()
        self.setGeometry(self._inside(where))
        self.show()
        self.raise_()
        first.setFocus(Qt.FocusReason.PopupFocusReason)

    def _inside(self, where: QRect) -> QRect:
        room = self._over.rect().adjusted(_EDGE - SHADOW, 0, SHADOW - _EDGE, SHADOW - _EDGE)
        size = where.size().boundedTo(room.size())
        left = max(room.left(), min(where.left(), room.right() - size.width() + 1))
        top = max(room.top(), min(where.top(), room.bottom() - size.height() + 1))
        return QRect(QPoint(left, top), size)

    def _listen(self, on: bool) -> None:
        app = QApplication.instance()
        if not isinstance(app, QApplication) or on == self._listens:
            return
        self._listens = on
        if on:
            app.installEventFilter(self)
            app.focusChanged.connect(self._focus_changed)
        else:
            app.removeEventFilter(self)
            app.focusChanged.disconnect(self._focus_changed)

    def _holds(self, widget: QObject | None) -> bool:
        return isinstance(widget, QWidget) and (widget is self or self.isAncestorOf(widget))

    def _focus_changed(self, _before: QWidget | None, now: QWidget | None) -> None:
        # Another window, such as the list that drops down from a field, is no reason to go.
        if now is not None and now.window() is self.window() and not self._holds(now):
            self.close_sheet(give_back=False)

    # Qt's overrides

    def focusNextPrevChild(self, next: bool) -> bool:  # noqa: A002 - Qt's own name
        inside = self._stops()
        focused = QApplication.focusWidget()
        if not inside:
            return False
        at = inside.index(focused) if focused in inside else -1
        reason = Qt.FocusReason.TabFocusReason if next else Qt.FocusReason.BacktabFocusReason
        inside[(at + (1 if next else -1)) % len(inside)].setFocus(reason)
        return True

    def _stops(self) -> list[QWidget]:
        """Where Tab leads, in order."""
        # Not along the focus chain: the binding takes what nextInFocusChain() returns, in the end the window,
        # for a part of the widget that was asked. When that one goes, it takes the window's menus with it.
        return [
            widget
            for widget in self.findChildren(QWidget)
            if widget.focusPolicy() & Qt.FocusPolicy.TabFocus
            and widget.isEnabled()
            and widget.isVisible()
            and self._holds(widget)
            and widget.focusProxy() is None
        ]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if (
            event.type() == QEvent.Type.MouseButtonPress
            and isinstance(watched, QWidget)
            and watched.window() is self.window()
            and not self._holds(watched)
        ):
            self.close_sheet(give_back=False)
        return super().eventFilter(watched, event)

    def event(self, event: QEvent) -> bool:
        # Taken before shortcuts: Esc is for the sheet while it is open.
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_Escape
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close_sheet()
        elif event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            # The page below must not hear what is typed here.
            event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()
        if not self._sheet().contains(event.position()):
            self.close_sheet(give_back=False)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._listen(True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._listen(False)
        if self.isHidden():
            self.closed.emit()

    def _sheet(self) -> QRectF:
        return QRectF(self.rect()).adjusted(SHADOW, SHADOW, -SHADOW, -SHADOW)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        draw_shadow(painter, self._sheet(), self._radius, spread=SHADOW - 4)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(color("control"), 1))
        painter.setBrush(color("raised"))
        painter.drawRoundedRect(self._sheet().adjusted(0.5, 0.5, -0.5, -0.5), self._radius, self._radius)
        painter.end()

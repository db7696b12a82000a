"""A short message over the bottom of a window, which goes by itself."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPropertyAnimation, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QGraphicsOpacityEffect, QHBoxLayout, QWidget

from blogadmin.gui.theme import (
    RADIUS_CARD,
    SPACE_L,
    SPACE_M,
    animations_wanted,
    color,
    draw_shadow,
    icon,
    set_variant,
)
from blogadmin.gui.widgets.buttons import link_button, tool_button
from blogadmin.gui.widgets.labels import Label
from blogadmin.gui.widgets.panel import Panel
from blogadmin.gui.widgets.pills import IconMark

STAYS_MS = 8000
_ASKS_AGAIN_MS = 1000
_FADE_MS = 120
_SPREAD = 18
_MOVES = frozenset({QEvent.Type.Resize, QEvent.Type.Move, QEvent.Type.Show})
# Even a button that does not show has a name, for whoever walks the tree of widgets.
_NO_ACTION = "No action"


class _Shadow(QWidget):
    """Lies under the toast and lets every click through."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        body = QRectF(self.rect()).adjusted(_SPREAD, _SPREAD, -_SPREAD, -_SPREAD - 5)
        draw_shadow(painter, body, RADIUS_CARD, spread=_SPREAD)
        painter.end()


class Toast(QWidget):
    """The one toast of a window: the newest message replaces the older.

    It stays 8 s, and longer while the pointer or the keyboard is in it. It never takes the focus.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._host = parent
        self._shadow = _Shadow(parent)
        self._on_action: Callable[[], object] | None = None
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setObjectName("toast")
        self._mark = IconMark("check-circle", "toast_ink", parent=self)
        self._text = Label(weight=QFont.Weight.Medium, tone="toast", wrap=True, parent=self)
        self._text.setObjectName("toastText")
        self._action = link_button("", "toastAction", parent=self)
        self._action.setAccessibleName(_NO_ACTION)
        set_variant(self._action, tone="toast")
        self._close = tool_button("x", "Dismiss", "toastClose", self)
        self._close.setIcon(icon("x", "on_toast"))
        set_variant(self._close, tone="toast")
        self._lay_out()
        self._timer = QTimer(self, singleShot=True, interval=STAYS_MS)
        self._timer.timeout.connect(self._leave_unless_used)
        self._action.clicked.connect(self._act)
        self._close.clicked.connect(self.dismiss)
        parent.installEventFilter(self)
        self.hide()

    def show_message(
        self,
        text: str,
        action_text: str | None = None,
        on_action: Callable[[], object] | None = None,
        icon: str | None = None,
    ) -> None:
        """Show a message, with one action if there is one. `icon` is the name of an icon."""
        self._on_action = on_action
        self._text.setText(text)
        self._action.setText(action_text or "")
        self._action.setAccessibleName(action_text or _NO_ACTION)
        self._action.setVisible(bool(action_text))
        self._mark.set_icon(icon or "check-circle")
        self.setAccessibleName(text)
        appears = self.isHidden()
        self._shadow.show()
        self._shadow.raise_()
        self.show()
        self.raise_()
        # Last: showing lays the window out, which may change its size.
        self._place()
        if appears:
            self._fade_in()
        self._timer.start(STAYS_MS)
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, text))

    def dismiss(self) -> None:
        """Take the message away at once."""
        self._timer.stop()
        self._shadow.hide()
        self.hide()

    def text(self) -> str:
        """The words of the message that shows, or that showed last."""
        return self._text.text()

    def _lay_out(self) -> None:
        row = self._row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_L + 2, SPACE_M - 1, SPACE_L + 2, SPACE_M - 1)
        row.setSpacing(SPACE_M)
        row.addWidget(self._mark)
        row.addWidget(self._text, 1)
        row.addSpacing(SPACE_M)
        row.addWidget(self._action)
        row.addWidget(self._close)

    def _act(self) -> None:
        wanted = self._on_action
        # First away, then act: the action may want to show the next message.
        self.dismiss()
        if wanted is not None:
            wanted()

    def _leave_unless_used(self) -> None:
        focused = QApplication.focusWidget()
        if self.underMouse() or (focused is not None and self.isAncestorOf(focused)):
            self._timer.start(_ASKS_AGAIN_MS)
        else:
            self.dismiss()

    def _place(self) -> None:
        room = self._host.rect()
        width = min(self._natural_width(), max(0, room.width() - 2 * SPACE_L))
        height = max(self.heightForWidth(width), self.minimumSizeHint().height())
        left = (room.width() - width) // 2
        self.setGeometry(left, max(0, self._floor() - height - SPACE_L - _SPREAD // 2), width, height)
        body = self.geometry()
        self._shadow.setGeometry(body.adjusted(-_SPREAD, -_SPREAD, _SPREAD, _SPREAD + 5))

    def _floor(self) -> int:
        """The height down to which the toast may reach: it covers no bar that lies at the bottom."""
        bars = [bar for bar in self._host.findChildren(Panel) if bar.is_bottom_bar]
        for bar in bars:
            # It may come while the toast is there. A filter is never there twice.
            bar.installEventFilter(self)
        tops = [bar.mapTo(self._host, bar.rect().topLeft()).y() for bar in bars if bar.isVisible()]
        return min(tops, default=self._host.height())

    def _natural_width(self) -> int:
        self._row.activate()
        beside = self._row.sizeHint().width() - self._text.sizeHint().width()
        return beside + self._text.fontMetrics().horizontalAdvance(self._text.text()) + 2

    def _fade_in(self) -> None:
        if not animations_wanted(self):
            return
        effect = QGraphicsOpacityEffect(self)
        self.setGraphicsEffect(effect)
        fade = QPropertyAnimation(effect, b"opacity", self)
        fade.setDuration(_FADE_MS)
        fade.setStartValue(0.0)
        fade.setEndValue(1.0)
        fade.finished.connect(lambda: self.setGraphicsEffect(None))  # pyright: ignore[reportArgumentType]
        fade.start(QPropertyAnimation.DeletionPolicy.DeleteWhenStopped)

    def sizeHint(self) -> QSize:
        width = self._natural_width()
        return QSize(width, self.heightForWidth(width))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _MOVES and not self.isHidden():
            self._place()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color("toast"))
        painter.drawRoundedRect(QRectF(self.rect()), RADIUS_CARD, RADIUS_CARD)
        painter.end()

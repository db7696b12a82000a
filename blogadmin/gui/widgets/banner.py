"""A bar that tells what happened and offers one way on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from blogadmin.gui.theme import (
    RADIUS,
    SPACE_L,
    SPACE_XS,
    color,
    control_height,
    is_high_contrast,
    leading_rect,
)
from blogadmin.gui.widgets.buttons import link_button, tool_button
from blogadmin.gui.widgets.labels import Label
from blogadmin.gui.widgets.pills import IconMark

Kind = Literal["info", "warn", "bad", "ok"]

_LOOKS: dict[Kind, tuple[str, str, str]] = {
    "info": ("accent_ink", "accent_soft", "info"),
    "warn": ("warn", "warn_soft", "alert-triangle"),
    "bad": ("bad", "bad_soft", "alert-circle"),
    "ok": ("ok", "ok_soft", "check-circle"),
}

_AIR = 3

# Even a button that does not show has a name, for whoever walks the tree of widgets.
_NO_ACTION = "No action"


class Banner(QWidget):
    """A message over the full width: strong words, a sentence, an action, a way to close it.

    Hidden until `set_message`. Signals: `action_triggered`; `closed`, when the person closed it.
    """

    action_triggered = Signal()
    closed = Signal()

    def __init__(
        self, kind: Kind = "info", parent: QWidget | None = None, *, icon: str = "", closable: bool = True
    ) -> None:
        super().__init__(parent)
        self._kind: Kind = kind
        self._icon = icon
        self._on_action: Callable[[], object] | None = None
        self._mark = IconMark("info", parent=self)
        self._strong = Label(weight=QFont.Weight.DemiBold, parent=self)
        self._text = Label(wrap=True, parent=self)
        self._text.setMinimumWidth(1)
        self._action = link_button("", "bannerAction", parent=self)
        self._action.setAccessibleName(_NO_ACTION)
        self._close = tool_button("x", "Dismiss", "bannerClose", self)
        self._close.setVisible(closable)
        self._action.clicked.connect(self._act)
        self._close.clicked.connect(self._dismiss)
        self._lay_out()
        self.set_kind(kind)
        self.hide()

    def set_kind(self, kind: Kind) -> None:
        """Change what kind of message it is, and with it colour and icon."""
        self._kind = kind
        ink, _, icon = _LOOKS[kind]
        self._mark.set_icon(self._icon or icon, ink)
        self.update()

    def set_closable(self, closable: bool) -> None:
        """Whether the person may close it."""
        self._close.setVisible(closable)

    def set_message(
        self,
        strong: str,
        text: str = "",
        action_text: str | None = None,
        on_action: Callable[[], object] | None = None,
    ) -> None:
        """Show a message in place of the one before. All of it is shown as plain text."""
        said = f"{strong} {text}".strip()
        news = said != self.accessibleName() or self.isHidden()
        self._strong.setText(strong)
        self._text.setText(text)
        self._action.setText(action_text or "")
        self._action.setAccessibleName(action_text or _NO_ACTION)
        self._action.setVisible(bool(action_text))
        self._on_action = on_action
        self.setAccessibleName(said)
        self.show()
        if news:
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, said))

    def message(self) -> str:
        """The words it shows, as one line."""
        return self.accessibleName()

    def _lay_out(self) -> None:
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_L, _AIR, SPACE_L, _AIR)
        row.setSpacing(SPACE_L - 2)
        # As high without a button as with one.
        row.addStrut(control_height())
        row.addWidget(self._mark)
        row.addWidget(self._strong)
        row.addWidget(self._text, 1)
        row.addWidget(self._action)
        row.addWidget(self._close)

    def _act(self) -> None:
        self.action_triggered.emit()
        if self._on_action is not None:
            self._on_action()

    def _dismiss(self) -> None:
        self.hide()
        self.closed.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        ink, soft, _ = _LOOKS[self._kind]
        painter = QPainter(self)
        painter.setLayoutDirection(self.layoutDirection())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        body = QRectF(self.rect())
        painter.setPen(QPen(color(ink), 1) if is_high_contrast() else Qt.PenStyle.NoPen)
        painter.setBrush(color(soft))
        painter.drawRoundedRect(body.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color(ink))
        bar = leading_rect(painter, body, 0, 3).adjusted(0, SPACE_XS, 0, -SPACE_XS)
        painter.drawRoundedRect(bar, 1.5, 1.5)
        painter.end()

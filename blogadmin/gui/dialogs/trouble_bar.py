"""The bar at the top of a dialog: what went wrong, and the ways on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QWidget

from blogadmin.gui.theme import (
    RADIUS,
    SPACE_L,
    SPACE_M,
    SPACE_XL,
    SPACE_XS,
    color,
    is_high_contrast,
    leading_rect,
)
from blogadmin.gui.widgets.buttons import link_button
from blogadmin.gui.widgets.labels import Label
from blogadmin.gui.widgets.pills import IconMark

_TOP, _MIDDLE = Qt.AlignmentFlag.AlignTop, Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class Way:
    """One way on: the words of the link, its object name, and what it does."""

    text: str
    name: str
    go: Callable[[], object]


class TroubleBar(QWidget):
    """One message in plain text and up to a few links. Hidden until something is said."""

    _LOOKS: ClassVar = {
        "bad": ("bad", "bad_soft", "alert-circle"),
        "info": ("accent_ink", "accent_soft", "info"),
    }

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ink, self._soft, icon = self._LOOKS["bad"]
        self._mark = IconMark(icon, self._ink, parent=self)
        self.label = Label(weight=QFont.Weight.Medium, wrap=True, parent=self)
        self.label.setObjectName("errorMessage")
        self.label.setMinimumWidth(1)
        self._ways = QHBoxLayout()
        self._ways.setSpacing(SPACE_XL)
        grid = QGridLayout(self)
        grid.setContentsMargins(SPACE_L, SPACE_M, SPACE_L, SPACE_M)
        grid.setHorizontalSpacing(SPACE_L - 2)
        grid.setVerticalSpacing(SPACE_XS)
        grid.addWidget(self._mark, 0, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(self.label, 0, 1)
        grid.setColumnStretch(1, 1)
        self._grid = grid
        self.hide()

    def say(self, text: str, ways: Sequence[Way] = (), *, kind: Literal["bad", "info"] = "bad") -> None:
        """Show ``text`` and ``ways`` in place of what was said before."""
        self._forget_ways()
        self._ink, self._soft, icon = self._LOOKS[kind]
        self._mark.set_icon(icon, self._ink)
        self.update()
        # One link fits beside the sentence, as in a banner; more of them get a line of their own.
        row, column = (0, 2) if len(ways) == 1 else (1, 1)
        self._grid.setAlignment(self._mark, _TOP if len(ways) > 1 else _MIDDLE)
        self._grid.addLayout(self._ways, row, column)
        for way in ways:
            button = link_button(way.text, way.name, parent=self)
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            button.clicked.connect(lambda _checked=False, go=way.go: go())
            self._ways.addWidget(button)
        if len(ways) > 1:
            self._ways.addStretch(1)
        self.label.setText(text)
        self.label.setAccessibleName(text)
        self.setAccessibleName(text)
        self.show()
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, text))

    def clear(self) -> None:
        """Nothing is wrong any more."""
        self.label.clear()
        self._forget_ways()
        self.hide()

    def message(self) -> str:
        """What it says now; empty when nothing."""
        return self.label.text()

    def _forget_ways(self) -> None:
        while (item := self._ways.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                # Out of the dialog at once, though it lives until its own click has been handled.
                widget.setParent(None)
                widget.deleteLater()
        self._grid.removeItem(self._ways)
        self._ways = QHBoxLayout()
        self._ways.setSpacing(SPACE_XL)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setLayoutDirection(self.layoutDirection())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        body = QRectF(self.rect())
        painter.setPen(QPen(color(self._ink), 1) if is_high_contrast() else Qt.PenStyle.NoPen)
        painter.setBrush(color(self._soft))
        painter.drawRoundedRect(body.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color(self._ink))
        bar = leading_rect(painter, body, 0, 3).adjusted(0, SPACE_XS, 0, -SPACE_XS)
        painter.drawRoundedRect(bar, 1.5, 1.5)
        painter.end()

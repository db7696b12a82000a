"""The line at the bottom of a window: where you write, whether you are connected, what shows."""

from __future__ import annotations

import html
from typing import Final, Literal

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QPainter
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from blogadmin.gui.theme import (
    ICON_SMALL,
    RADIUS_SMALL,
    SPACE_L,
    SPACE_M,
    SPACE_XXS,
    color,
    draw_elided,
    draw_icon,
    font,
    leading_rect,
    metrics,
    profile_color,
)
from blogadmin.gui.widgets.labels import ElidedLabel, Label
from blogadmin.gui.widgets.panel import Panel
from blogadmin.gui.widgets.pills import Mark, StatusGlyph

Connection = Literal["connected", "connecting", "offline"]

_LOOKS: Final[dict[Connection, tuple[str, str]]] = {
    "connected": ("active", ""),
    "connecting": ("pending", ""),
    "offline": ("offline", "bad"),
}
_TEXT_AT: Final = ICON_SMALL + 12
_LONGEST_NAME: Final = 200


class ProfileTag(Mark):
    """The name of the connection on its colour: it is never used for anything else."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("profileTag")
        self.set_profile("", "grey")

    def set_profile(self, name: str, colour: str) -> None:
        """Show another profile. Raises KeyError for a colour that does not exist."""
        profile_color(colour)
        self._name, self._colour = name, colour
        self.setAccessibleName(f"Connection: {name}")
        self.setToolTip("")
        self._changed()

    def extent(self) -> QSize:
        measured = metrics("caption", weight=QFont.Weight.DemiBold)
        words = min(measured.horizontalAdvance(self._name), _LONGEST_NAME)
        return QSize(_TEXT_AT + words + 9, measured.height() + 5)

    def draw(self, painter: QPainter, rect: QRectF) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(profile_color(self._colour))
        painter.drawRoundedRect(rect, RADIUS_SMALL, RADIUS_SMALL)
        mark = leading_rect(painter, rect, 7, ICON_SMALL)
        draw_icon(painter, "database", mark, color("on_toast"))
        painter.setFont(font("caption", weight=QFont.Weight.DemiBold))
        painter.setPen(color("on_toast"))
        draw_elided(painter, leading_rect(painter, rect, _TEXT_AT, rect.width() - _TEXT_AT - 6), self._name)


class StatusBar(Panel):
    """Profile tag, connection in sign and words, a text in the middle, a text at the end."""

    is_bottom_bar = True

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("bg", edges=("top",), parent=parent)
        self.setObjectName("statusBar")
        self.setAccessibleName("Status")
        self.profile = ProfileTag(self)
        self._glyph = StatusGlyph("inactive", "bg", self)
        self._connection = ElidedLabel(role="caption", parent=self)
        self._connection.setObjectName("connectionLabel")
        self._detail = ElidedLabel(role="caption", tone="muted", parent=self)
        self._live = Label(role="caption", tone="muted", parent=self)
        self._live.setObjectName("liveLabel")
        # As high as its words, like those beside it: a taller one rounds to another line.
        self._live.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._middle = ElidedLabel(role="caption", tone="muted", parent=self)
        self._middle.setObjectName("statusMessage")
        self._middle.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._end = ElidedLabel(role="caption", tone="muted", parent=self)
        self._end.setObjectName("statusEnd")
        self._end.setAlignment(Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter)
        self._lay_out()
        self.profile.hide()
        self._glyph.hide()

    def set_profile(self, name: str, colour: str) -> None:
        """Name the connection profile and its colour; "" shows none. KeyError for a wrong colour."""
        self.profile.set_profile(name, colour)
        self.profile.setVisible(bool(name))

    def set_connection(self, connection: Connection, words: str, detail: str = "") -> None:
        """Say how the connection is, in words; `detail` is quieter, such as account and server."""
        status, tone = _LOOKS[connection]
        self._glyph.set_status(status)
        self._glyph.setAccessibleName("")
        self._glyph.show()
        self._connection.setText(words)
        self._connection.set_tone(tone)
        self._detail.setText(detail)

    def set_live(self, words: str, why: str) -> None:
        """Say in a word whether changes of others show by themselves, and ``why`` where one points at it."""
        self._live.setText(words)
        self._live.setAccessibleName(f"{words}. {why}" if words else "")
        self._live.setToolTip(f"<qt>{html.escape(why)}</qt>" if why else "")

    def set_message(self, text: str) -> None:
        """Show words in the middle, such as which rows are seen."""
        self._middle.setText(text)

    def set_end(self, text: str) -> None:
        """Show words at the trailing end, such as when the list was read."""
        self._end.setText(text)

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_M, SPACE_XXS + 1, SPACE_M, SPACE_XXS)
        row.setSpacing(SPACE_M)
        # As high as with the tag, which comes later: what stands above does not move then.
        row.addStrut(self.profile.sizeHint().height())
        row.addWidget(self.profile)
        row.addWidget(self._glyph)
        row.addWidget(self._connection)
        row.addWidget(self._detail)
        row.addWidget(self._live)
        row.addWidget(self._middle, 1)
        row.addWidget(self._end)
        row.addSpacing(SPACE_L - SPACE_M)

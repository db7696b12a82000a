"""Labels that show plain text in a role of the type scale."""

from __future__ import annotations

import html

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QStyle, QWidget

from blogadmin.gui.theme import font, set_variant


class Label(QLabel):
    """Plain text in a role of the type scale; it follows a change of the application's font.

    Words begin where the window's lines begin, whichever way they run themselves. Qt would put words of the
    other direction at the other edge: English help under an Arabic form, or an Arabic name in an English one.
    """

    def __init__(
        self,
        text: str = "",
        *,
        role: str = "body",
        weight: QFont.Weight | None = None,
        tone: str = "",
        wrap: bool = False,
        tabular: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._role, self._weight, self._tabular = role, weight, tabular
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(wrap)
        self.setText(text)
        self._take_font()
        self._wanted = self.alignment()
        self._align()
        if tone:
            self.set_tone(tone)

    def set_tone(self, tone: str) -> None:
        """Choose the ink: muted, quiet, bad, warn, ok, accent, toast, or "" for the main one."""
        set_variant(self, tone=tone)

    def _take_font(self) -> None:
        wanted = font(self._role, weight=self._weight, tabular=self._tabular)
        if self.font() != wanted:
            self.setFont(wanted)

    def _align(self) -> None:
        edge = QStyle.visualAlignment(self.layoutDirection(), self._wanted)
        super().setAlignment(edge | Qt.AlignmentFlag.AlignAbsolute)

    # Qt's overrides

    def setAlignment(self, alignment: Qt.AlignmentFlag) -> None:
        self._wanted = alignment
        self._align()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        # A new application font comes with a new style sheet, which has the sizes in it.
        if event.type() == QEvent.Type.StyleChange:
            self._take_font()
        elif event.type() == QEvent.Type.LayoutDirectionChange:
            self._align()


class ElidedLabel(Label):
    """One line that ends in an ellipsis where room is short; the tooltip then has all of it.

    It never widens its window.
    """

    def __init__(
        self, text: str = "", *, role: str = "body", tone: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(text, role=role, tone=tone, parent=parent)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def setText(self, text: str) -> None:
        super().setText(text)
        self._explain()

    def _fits(self) -> bool:
        return self.fontMetrics().horizontalAdvance(self.text()) <= self.contentsRect().width()

    def _explain(self) -> None:
        self.setToolTip("" if self._fits() else f"<qt>{html.escape(self.text())}</qt>")

    def minimumSizeHint(self) -> QSize:
        return QSize(self.fontMetrics().averageCharWidth() * 6, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._explain()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._fits():
            super().paintEvent(event)
            return
        painter = QPainter(self)
        painter.setLayoutDirection(self.layoutDirection())
        room = self.contentsRect()
        shown = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room.width())
        # The palette's ink is the one that the tone gave this label.
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(room, self.alignment(), shown)

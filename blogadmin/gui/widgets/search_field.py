"""The search field of a list: it waits for a pause in typing, or for Enter."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QRect, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QLineEdit, QStyle, QWidget

from blogadmin.gui.theme import ICON_SIZE, color, draw_icon, draw_key_caps, icon, key_caps_size

PAUSE_MS: Final = 150
_INSET: Final = 9
_ROOM_FOR_ICON: Final = ICON_SIZE + 6


class SearchField(QLineEdit):
    """A field with a magnifier, the key that leads here, and a button that empties it.

    Signals:
        search_requested: the text, 150 ms after it changed last, or at once on Enter and Esc.
    """

    search_requested = Signal(str)

    def __init__(self, placeholder: str = "", parent: QWidget | None = None, *, key: str = "/") -> None:
        super().__init__(parent)
        self._key = key
        self._asked = ""
        self.setObjectName("searchField")
        self.setPlaceholderText(placeholder)
        self.setAccessibleName(placeholder or "Search")
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(self._ask_if_changed)
        self._clear = self.addAction(icon("x"), QLineEdit.ActionPosition.TrailingPosition)
        self._clear.setText("Clear the search")
        self._clear.setToolTip("Clear the search (Esc)")
        self._clear.setVisible(False)
        self._clear.triggered.connect(self.clear_and_search)
        self.textChanged.connect(self._text_changed)
        self.returnPressed.connect(self._ask)
        self._make_room()

    @property
    def waiting(self) -> bool:
        """Whether the pause after a change still runs."""
        return self._pause.isActive()

    def clear_and_search(self) -> None:
        """Empty the field and ask for the whole list at once."""
        self.clear()
        self._ask()

    def _text_changed(self, text: str) -> None:
        self._clear.setVisible(bool(text))
        self._make_room()
        self._pause.start()

    def _ask_if_changed(self) -> None:
        if self.text() != self._asked:
            self._ask()

    def _ask(self) -> None:
        self._pause.stop()
        self._asked = self.text()
        self.search_requested.emit(self._asked)

    def _make_room(self) -> None:
        key = 0 if self.text() or not self._key else round(key_caps_size((self._key,)).width())
        # Text margins are the one part of a field that does not mirror by itself.
        if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            self.setTextMargins(key, 0, _ROOM_FOR_ICON, 0)
        else:
            self.setTextMargins(_ROOM_FOR_ICON, 0, key, 0)

    def _mirrored(self, rect: QRect) -> QRectF:
        return QRectF(QStyle.visualRect(self.layoutDirection(), self.rect(), rect))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.LayoutDirectionChange, QEvent.Type.StyleChange):
            self._make_room()

    def event(self, event: QEvent) -> bool:
        # Taken before shortcuts: with words in the field, Esc is for the field.
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_Escape
            and self.text()
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() != Qt.Key.Key_Escape:
            super().keyPressEvent(event)
        elif self.text():
            self.clear_and_search()
        else:
            event.ignore()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        top = (self.height() - ICON_SIZE) // 2
        tone = "text2" if self.isEnabled() else "disabled"
        draw_icon(painter, "search", self._mirrored(QRect(_INSET, top, ICON_SIZE, ICON_SIZE)), color(tone))
        if self._key and not self.text() and not self.hasFocus() and self.isEnabled():
            width = round(key_caps_size((self._key,)).width())
            place = QRect(self.width() - width - _INSET + 2, 0, width, self.height())
            draw_key_caps(painter, self._mirrored(place), (self._key,))
        painter.end()

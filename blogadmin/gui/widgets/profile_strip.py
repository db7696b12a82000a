"""Three pixels of the connection's colour along the top of a window: you always know where you write."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from blogadmin.gui.theme import profile_color

HEIGHT: Final = 3


class ProfileStrip(QWidget):
    """Lies over the top edge of ``window``, as wide as that is; hidden until it has a colour."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._colour = ""
        self._window = window
        self.setObjectName("profileStrip")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFixedHeight(HEIGHT)
        window.installEventFilter(self)
        self.hide()

    def set_colour(self, colour: str) -> None:
        """Show a profile's colour. Raises KeyError for a colour that does not exist."""
        profile_color(colour)
        self._colour = colour
        self._fit()
        self.show()
        self.raise_()
        self.update()

    def _fit(self) -> None:
        self.setGeometry(0, 0, self._window.width(), HEIGHT)

    # Qt's overrides

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._fit()
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), profile_color(self._colour))

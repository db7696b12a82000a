"""Waits until something has been painted."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QWidget


class NextPaint(QObject):
    """Calls ``then`` once ``widget`` has been painted again; never, if it is not painted any more."""

    def __init__(self, widget: QWidget, then: Callable[[], object]) -> None:
        super().__init__(widget)
        self._then = then
        widget.installEventFilter(self)

    def _go_on(self) -> None:
        self._then()
        self.deleteLater()

    # Qt's override

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Paint:
            watched.removeEventFilter(self)
            # The event has come, and what it asks for is done after this.
            QTimer.singleShot(0, self, self._go_on)
        return False

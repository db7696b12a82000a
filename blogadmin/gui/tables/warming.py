"""Gets ready what the first paint of rows needs, bit by bit, while the server is still being asked."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QWidget


class Warming(QObject):
    """Takes one of ``steps`` in each turn of the event loop, from when ``widget`` is shown."""

    def __init__(self, steps: Iterator[None], widget: QWidget) -> None:
        super().__init__(widget)
        self._steps = steps
        self._next = QTimer(self, interval=0)
        self._next.timeout.connect(self._take)
        widget.installEventFilter(self)

    @property
    def under_way(self) -> bool:
        """Whether it has begun and steps are left."""
        return self._next.isActive()

    def _take(self) -> None:
        if next(self._steps, self) is self:
            self._next.stop()

    # Qt's override

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Show:
            watched.removeEventFilter(self)
            self._next.start()
        return False

"""Gets ready what the first paint of rows needs, bit by bit, while the server is still being asked."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QObject, QTimer


class Warming(QObject):
    """Takes one of ``steps`` in each turn of the event loop, once it has begun."""

    def __init__(self, steps: Iterator[None], parent: QObject) -> None:
        super().__init__(parent)
        self._steps = steps
        self._next = QTimer(self, interval=0)
        self._next.timeout.connect(self._take)

    @property
    def under_way(self) -> bool:
        """Whether it has begun and steps are left."""
        return self._next.isActive()

    def begin(self) -> None:
        """Take the steps that are left, if any."""
        self._next.start()

    def _take(self) -> None:
        if next(self._steps, self) is self:
            self._next.stop()

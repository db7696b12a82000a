"""Gives rows back that a list no longer needs, few at a time."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer

from blogadmin.gui.tables.cells import Entry
from blogadmin.gui.tables.row_cache import RowCache

PAUSE = 10
"""Milliseconds between two portions: a timer without any would keep the event loop from sleeping."""
PORTION = 24
"""Blocks that are given back at once: a fifth of a millisecond."""


class Leaving(QObject):
    """Holds what is to be given back: four thousand rows at once take longer than a paint."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._blocks: list[list[Entry]] = []
        self._timer = QTimer(self, interval=PAUSE)
        self._timer.timeout.connect(self._give_back)

    def __len__(self) -> int:
        """How many blocks are still held."""
        return len(self._blocks)

    def add(self, cache: RowCache) -> None:
        """Give back the rows of ``cache``, which nobody else needs any more."""
        self._blocks += cache.blocks.values()
        if self._blocks:
            self._timer.start()

    def _give_back(self) -> None:
        del self._blocks[-PORTION:]
        if not self._blocks:
            self._timer.stop()

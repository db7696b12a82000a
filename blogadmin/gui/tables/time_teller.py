"""Keeps "4 min ago" true while a list stays on the screen."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from PySide6.QtCore import QObject, QTimer

from blogadmin.gui.tables.cells import Entry, retimed
from blogadmin.gui.tables.columns import CellKind, Column
from blogadmin.gui.tables.row_cache import SHIFT, RowCache

HOLDS = 60.0
"""Seconds for which a time that was told may stand."""


class TimeTeller(QObject):
    """Tells the times of rows on the screen anew; ``put`` takes the entries that changed, by row."""

    def __init__(
        self, columns: Sequence[Column], put: Callable[[Mapping[int, Entry]], None], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._columns = columns
        self._put = put
        self._needed = any(column.kind is CellKind.TIME for column in columns)
        self._told: dict[int, float] = {}
        self._looked_at = range(0)
        self._cache = RowCache()
        self._timer = QTimer(self, interval=int(HOLDS * 1000))
        self._timer.timeout.connect(self.tell)

    def begin(self, cache: RowCache) -> None:
        """Another list is shown, with blocks that were told just now."""
        self._cache, self._told = cache, dict.fromkeys(cache.blocks, time.monotonic())

    def has_told(self, block: int) -> None:
        """These rows have just come, and their times with them."""
        self._told[block] = time.monotonic()

    def look_at(self, blocks: range) -> None:
        """Say which blocks are on the screen."""
        self._looked_at = blocks
        if self._needed:
            self._timer.start()
            self.tell()

    def tell(self) -> None:
        """Tell again what has stood too long."""
        now = time.monotonic()
        for block in self._looked_at:
            entries = self._cache.blocks.get(block)
            if entries is not None and now - self._told.get(block, 0.0) >= HOLDS:
                self._told[block] = now
                clock = datetime.now(UTC)
                later = [retimed(self._columns, entry, clock) for entry in entries]
                rows = enumerate(zip(entries, later, strict=True), block << SHIFT)
                self._put({row: new for row, (old, new) in rows if new is not old})

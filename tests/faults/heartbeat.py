"""How long the window's thread did nothing."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Self

from PySide6.QtCore import Qt, QTimer


class Heartbeat:
    """Beats in the window's thread; ``gap`` is the longest pause between two beats, in milliseconds."""

    def __init__(self, every: int = 10) -> None:
        self.gap = 0.0
        self._timer = QTimer(interval=every, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)

    def __enter__(self) -> Self:
        self._last = time.perf_counter()
        self._timer.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _exc: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._beat()
        self._timer.stop()

    def _beat(self) -> None:
        now = time.perf_counter()
        self.gap = max(self.gap, (now - self._last) * 1000)
        self._last = now

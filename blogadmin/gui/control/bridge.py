"""The one way back from a worker thread into the window's thread."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from blogadmin.gui.control.window_turn import WINDOW_TURN

TURN = 0.008
"""Seconds of deliveries in one turn of the event loop; what is left waits for the next turn, behind the
person's own clicks and the repaint."""


class Bridge(QObject):
    """Runs closures in the thread it was made in, in the order in which they were posted.

    Workers make no QObject and touch none but this one.
    """

    _arrived = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lock = threading.Lock()
        self._waiting: deque[Callable[[], object]] = deque()
        self._woken = False
        self._open = True
        self._arrived.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        # Comes when there is nothing else to do, so after the paint of what has been delivered.
        self._shown = QTimer(self, singleShot=True, interval=0)
        self._shown.timeout.connect(self._end_turn)

    def post(self, call: Callable[[], object]) -> None:
        """Run ``call`` in the window's thread, soon. From any thread; forgotten once closed."""
        with self._lock:
            if self._open:
                self._waiting.append(call)
                self._wake()

    def close(self) -> None:
        """Deliver nothing any more, not even what is waiting. Only from the window's thread."""
        with self._lock:
            self._open = False
            forgotten, self._waiting = self._waiting, deque()
        # Outside the lock: what the closures held may run code of its own as it goes.
        forgotten.clear()
        WINDOW_TURN.end()

    def _wake(self) -> None:
        if not self._woken:
            self._woken = True
            WINDOW_TURN.expect()
            self._arrived.emit()

    def _deliver(self) -> None:
        until = time.perf_counter() + TURN
        WINDOW_TURN.begin()
        self._shown.start()
        try:
            while (call := self._next()) is not None:
                call()
                if time.perf_counter() >= until:
                    break
        finally:
            # Also after a callback that raised: the others must not wait for the next post.
            with self._lock:
                self._woken = False
                if self._waiting:
                    self._wake()

    def _end_turn(self) -> None:
        with self._lock:
            if not self._waiting:
                WINDOW_TURN.end()

    def _next(self) -> Callable[[], object] | None:
        with self._lock:
            return self._waiting.popleft() if self._waiting else None

"""Whether the server answers, as far as the window knows, and when it is asked again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from blogadmin.core.database.errors import NotPermitted, Unavailable

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 15.0
"""Seconds between two attempts while the connection is lost; each pause doubles the one before."""


class Link(QObject):
    """Two states, "connected" and "lost". While lost, ``probe`` is called again and again.

    ``probe`` must lead to ``probed``. Lives in the window's thread.

    Signals:
        lost: the known error with which it was noticed.
        restored: the server answers again.
        retry_changed: an attempt began, or the next one has a date.
    """

    lost = Signal(object)
    restored = Signal()
    retry_changed = Signal()

    def __init__(self, probe: Callable[[], object], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.state: Literal["connected", "lost"] = "connected"
        self.first_pause = FIRST_PAUSE
        self._probe = probe
        self._probing = False
        self._pause = self.first_pause
        self._since = 0
        self._timer = QTimer(self, singleShot=True, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self.retry_now)

    def failed(self, error: Unavailable, newest: int) -> None:
        """The server could not be reached; tickets up to number ``newest`` were under way by then."""
        self._since = newest
        if self.state == "connected":
            self.state = "lost"
            self._pause = self.first_pause
            self._schedule()
            self.lost.emit(error)

    def succeeded(self, number: int) -> None:
        """Ticket ``number`` was answered. One from before the loss proves nothing about now."""
        if self.state == "lost" and number > self._since:
            self._restore()

    def check(self) -> None:
        """Find out, without a change of state before the answer: something hints at a loss."""
        if not self._probing:
            self._begin()

    def retry_now(self) -> None:
        """Try at once instead of at the date; nothing happens while connected."""
        if self.state == "lost" and not self._probing:
            self._begin()

    def probed(self, error: BaseException | None, newest: int) -> None:
        """What the probe found: an error, or ``None`` for an answer.

        A server that refuses the login is not asked again by itself: that locks accounts.
        """
        self._probing = False
        if self.state == "lost" and error is None:
            self._restore()
        elif self.state == "lost" and not isinstance(error, NotPermitted):
            self._pause = min(self._pause * 2, LONGEST_PAUSE)
            self._schedule()
        elif isinstance(error, Unavailable):
            self.failed(error, newest)

    def next_retry_in(self) -> float:
        """Seconds until the next attempt; 0 while one is under way and while connected."""
        return max(0, self._timer.remainingTime()) / 1000 if self._timer.isActive() else 0.0

    def reset(self) -> None:
        """Another database: what was known about the one before no longer counts."""
        self._timer.stop()
        self._probing = False
        if self.state == "lost":
            self._restore()

    def stop(self) -> None:
        """Try no more."""
        self._timer.stop()
        self._probing = True

    def _begin(self) -> None:
        self._timer.stop()
        self._probing = True
        self._probe()
        self.retry_changed.emit()

    def _schedule(self) -> None:
        self._timer.start(round(self._pause * 1000))
        self.retry_changed.emit()

    def _restore(self) -> None:
        self._timer.stop()
        self.state = "connected"
        self.restored.emit()

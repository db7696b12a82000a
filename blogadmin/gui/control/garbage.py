"""Garbage is collected on the GUI thread, and nowhere else.

Python collects on whichever thread happens to make the object too many. On a worker that may end a widget
that lives in a reference cycle, and Qt crashes when a widget dies on a thread that is not its own.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

EVERY = 1000
"""Milliseconds between two looks at what has gathered."""


class GarbageCollector(QObject):
    """Takes over from Python's own collector, from ``start`` until ``stop``, on the thread it lives in."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._timer = QTimer(self, interval=EVERY)
        self._timer.timeout.connect(self.collect_if_due)
        self._was_enabled = False

    def start(self) -> None:
        """Switch Python's own collection off and look regularly instead."""
        self._was_enabled = self._was_enabled or gc.isenabled()
        gc.disable()
        self.settle()
        self._timer.start()

    def stop(self) -> None:
        """Give the work back to Python."""
        self._timer.stop()
        gc.unfreeze()
        if self._was_enabled:
            gc.enable()

    def settle(self) -> None:
        """Take everything there is now as here to stay: it is not looked through again.

        Modules and mapped classes are by far the most objects of a program. Looking through them would hold
        up the window for longer than a frame.
        """
        gc.freeze()

    def collect_if_due(self) -> None:
        """Collect as deep as Python itself would by now."""
        due = [count > most for count, most in zip(gc.get_count(), gc.get_threshold(), strict=True)]
        if due[0]:
            gc.collect(2 if due[1] and due[2] else 1 if due[1] else 0)

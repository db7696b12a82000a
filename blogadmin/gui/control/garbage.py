"""Garbage is collected on the GUI thread, and nowhere else.

Python collects on whichever thread happens to make the object too many. On a worker that may end a widget
that lives in a reference cycle, and Qt crashes when a widget dies on a thread that is not its own.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

EVERY = 1000
"""Milliseconds between two looks at what has gathered, while nothing goes on."""
WHILE_BUSY = 25
"""Milliseconds between two looks while the program works: little at a time holds up no frame."""
DUE, OVERDUE = 400, 4_000
"""Looks at new objects after which all are looked through in a quiet second, and after which anyhow.

The first are ten seconds of work: a window that opens has a hundred thousand new objects that all stay.
"""
FEW = 700
"""New objects more than went that are none to speak of."""


class GarbageCollector(QObject):
    """Takes over from Python's own collector, from ``start`` until ``stop``, on the thread it lives in.

    New objects are looked through in small portions; all of them, which takes longer than a frame, when
    nothing goes on. What is in no cycle goes by itself, whatever is done here.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._timer = QTimer(self, interval=EVERY)
        self._timer.timeout.connect(self.collect_if_due)
        self._is_busy = self._was_enabled = False

    def start(self) -> None:
        """Switch Python's own collection off and look regularly instead."""
        self._was_enabled = self._was_enabled or gc.isenabled()
        gc.disable()
        self.settle()
        self._timer.start()

    def follow(self, busy: bool) -> None:
        """Look more often from now on, or not any more as soon as a look finds little."""
        self._is_busy = busy
        if busy and self._timer.isActive() and self._timer.interval() != WHILE_BUSY:
            self._timer.start(WHILE_BUSY)

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
        """Look through what is new, or, if that keeps nobody waiting, through everything.

        Python's own count does not tell how much is new: whatever went meanwhile is taken off, however old it
        was, and a list that is scrolled lets as many rows go as come.
        """
        more, _old, looks = gc.get_count()
        is_quiet = more <= FEW and not self._is_busy
        if looks > OVERDUE or (looks > DUE and is_quiet and self._timer.interval() == EVERY):
            gc.collect()
        elif more > FEW or self._timer.interval() == WHILE_BUSY:
            gc.collect(1)
        if is_quiet:
            self._timer.setInterval(EVERY)

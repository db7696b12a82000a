"""The one place from which views learn that rows have changed."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from blogadmin.core.database.changes import Changes


class ChangeHub(QObject):
    """Tells every view about committed changes, whoever made them.

    Signals:
        changed: the ``Changes``, and the object that asked for them (``None``: somebody else).
        lost_track: a noun of which any row may have changed, ``None`` for all of them; nobody knows which.
    """

    changed = Signal(object, object)
    lost_track = Signal(object)

    def announce(self, changes: Changes, initiator: object | None = None) -> None:
        """Tell everyone about ``changes``; nothing is told when there are none."""
        if changes:
            self.changed.emit(changes, initiator)

    def lose_track(self, noun: str | None = None) -> None:
        """Tell everyone that any row of ``noun``, by default of every noun, may have changed."""
        self.lost_track.emit(noun)

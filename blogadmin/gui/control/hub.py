"""The one place from which views learn that rows have changed."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from blogadmin.core.database.changes import Changes


class ChangeHub(QObject):
    """Tells every view about committed changes, whoever made them.

    Signals:
        changed: the ``Changes``, and the object that asked for them (``None``: somebody else).
    """

    changed = Signal(object, object)

    def announce(self, changes: Changes, initiator: object | None = None) -> None:
        """Tell everyone about ``changes``; nothing is told when there are none."""
        if changes:
            self.changed.emit(changes, initiator)

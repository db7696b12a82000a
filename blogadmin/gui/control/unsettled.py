"""Work whose COMMIT was never answered: asked about as soon as the server is back, until it is known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from PySide6.QtCore import QObject, QTimer

from blogadmin.core.database.errors import OutcomeUnknown
from blogadmin.gui.control.tasks import Tasks

PAUSE: Final = 2000
"""Milliseconds until a server that seems never to have been away is asked again."""
ATTEMPTS: Final = 5
"""How often a server that answers may say that it cannot tell."""


@dataclass(eq=False, slots=True)
class _Open:
    """What is not known yet, and who wants to know."""

    error: OutcomeUnknown
    later: Callable[[], Any]
    saved: Callable[[Any], object]
    not_saved: Callable[[Exception], object]
    attempts: int = 0


class Unsettled(QObject):
    """Finds out what became of work that ended with ``OutcomeUnknown``. Lives in the window's thread."""

    def __init__(self, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._open: list[_Open] = []
        self._asking = False
        self._soon = QTimer(self, singleShot=True)
        self._soon.timeout.connect(self._ask)
        # Not within the signal: others learn from it, too, that there is a connection again.
        tasks.connection_restored.connect(lambda: self._soon.start(0))
        tasks.database_changed.connect(self._give_up)

    def settle(
        self,
        error: OutcomeUnknown,
        saved: Callable[[Any], object],
        not_saved: Callable[[Exception], object],
    ) -> bool:
        """Call ``saved`` with what the work did, or ``not_saved`` with the reason, once and later.

        The reason is ``Unavailable`` where nothing was saved, ``OutcomeUnknown`` where nobody will ever be
        able to tell or another database was opened; anything else is a bug. ``False``: nobody can be asked
        about this one, and nobody is called.
        """
        if error.later is None:
            return False
        self._open.append(_Open(error, error.later, saved, not_saved))
        # The server may be there all the time; then nobody says that it is back.
        if not self._soon.isActive():
            self._soon.start(PAUSE)
        return True

    def _ask(self) -> None:
        # One after the other: a question may take seconds, and others need the workers, too.
        if self._open and not self._asking and self._tasks.connection_state == "connected":
            one = self._open[0]
            self._asking = True
            self._tasks.run(one.later, partial(self._saved, one), partial(self._not_saved, one), owner=self)

    def _saved(self, one: _Open, result: Any) -> None:
        self._end(one, lambda: one.saved(result))

    def _not_saved(self, one: _Open, reason: Exception) -> None:
        # A server that went away again has not said that it cannot tell.
        one.attempts += self._tasks.connection_state == "connected"
        if isinstance(reason, OutcomeUnknown) and one in self._open and one.attempts < ATTEMPTS:
            self._asking = False
            self._open.append(self._open.pop(self._open.index(one)))
            self._soon.start(PAUSE)
        else:
            self._end(one, lambda: one.not_saved(reason))

    def _end(self, one: _Open, tell: Callable[[], object]) -> None:
        self._asking = False
        self._soon.start(0)
        if one in self._open:
            self._open.remove(one)
            tell()

    def _give_up(self) -> None:
        """Another database: what comes out about the former concerns nobody any more."""
        former, self._open = self._open, []
        for one in former:
            # After everybody else has heard of the other database.
            QTimer.singleShot(0, self, partial(one.not_saved, one.error))

"""One piece of work on its way through the threads."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum, auto
from typing import TYPE_CHECKING, Any

import shiboken6
from PySide6.QtCore import QObject

from blogadmin.core.database.errors import Cancelled
from blogadmin.gui.control.window_turn import WINDOW_TURN

if TYPE_CHECKING:
    from blogadmin.core.database.engine import Database


_PATIENCE = 0.2
"""Seconds to wait for a cancel under way. On a dead network that is longer: the connection is given up."""


class Kind(Enum):
    """What a ticket needs: a reader's session, the same in chunks, a transaction, or no session.

    A probe is a transaction that does nothing, only to see whether the server answers.
    """

    READ = auto()
    STREAM = auto()
    WRITE = auto()
    RUN = auto()
    PROBE = auto()


class Ticket:
    """A request and what becomes of it. Returned by ``Tasks``; ``cancel()`` is all a caller needs.

    The callbacks belong to the window's thread: they are let go there too, never by a worker, because
    with the last of them a widget may go.
    """

    def __init__(
        self,
        kind: Kind,
        work: Callable[..., Any],
        *,
        slot: str = "",
        database: Database | None = None,
        limit: float | None = None,
        done: Callable[..., object] | None = None,
        failed: Callable[[Exception], object] | None = None,
        each: Callable[[Any], object] | None = None,
        owner: QObject | None = None,
    ) -> None:
        self.kind = kind
        self.slot = slot
        self.database = database
        self.limit = limit
        self.after = 0.0
        """Seconds for which it waits, on its worker, before it begins."""
        self.patient = False
        """Whether it begins only when the window has shown what it was told before."""
        self.work: Callable[..., Any] = work
        self.done = done
        self.failed = failed
        self.each: Callable[[Any], object] = each or _nothing
        self.number = 0
        self.on_cancel: Callable[[Ticket], None] | None = None
        self.dropped = False
        self.settled = False
        self.overdue = False
        self.finished = threading.Event()
        self._let_off = threading.Event()
        self._owner = owner if owner is not None else _receiver(done)
        self._at_server = threading.Lock()
        self._pid: int | None = None
        self._stoppable = False

    # The window's thread

    @property
    def active(self) -> bool:
        """Whether an answer may still come."""
        return not self.dropped and not self.settled

    @property
    def wanted(self) -> bool:
        """Whether there is still somebody to tell."""
        return not self.dropped and (self._owner is None or shiboken6.isValid(self._owner))

    def cancel(self) -> None:
        """Stop it, on the server too; no callback of it runs any more. Nothing happens when it is over."""
        if self.active and self.on_cancel is not None:
            self.on_cancel(self)

    def drop(self) -> None:
        """Nobody wants the answer any more: release the callbacks, and let the work end when it can."""
        self.dropped = True
        self.done = self.failed = None
        self.each = _nothing
        self._let_off.set()

    def hasten(self) -> None:
        """Begin now instead of ``after`` some seconds."""
        self._let_off.set()

    def let_go(self) -> None:
        """It is over: release whatever is left."""
        self.settled = True
        self.work = self.each = _nothing
        self.done = self.failed = self.on_cancel = self._owner = None

    # Workers

    def bide(self) -> None:
        """Wait until it may begin. Raises ``Cancelled`` when nobody wants the answer any more."""
        if self.after:
            self._let_off.wait(self.after)
        if self.patient:
            WINDOW_TURN.await_rest()
        self.check()

    @contextmanager
    def on_server(self, session: Any, pid: int) -> Iterator[None]:
        """Let the work on ``session``, which the server does as ``pid``, be stopped. Raises ``Cancelled``."""
        with self._at_server:
            self._pid = pid
            self._stoppable = True
        try:
            self.check()
            yield
        finally:
            # A cancel under way would hit whoever uses the connection next: wait for it. The pid stays,
            # so that a COMMIT that is never answered can still be severed.
            waited = self._at_server.acquire(timeout=_PATIENCE)
            self._stoppable = False
            if waited:
                self._at_server.release()
            else:
                session.invalidate()
        if not waited:
            raise Cancelled("Stopped.")

    def left_server(self) -> None:
        """The connection is given back: nothing may touch it on our behalf any more."""
        self._pid = None

    def check(self) -> None:
        """Raises ``Cancelled`` when nobody wants the answer any more."""
        if self.dropped:
            raise Cancelled("Stopped.")

    # The guard

    def stop_on_server(self) -> None:
        """Ask the server to stop the work's statement, if one can be running. Blocks."""
        with self._at_server:
            if self._stoppable and self._pid is not None and self.database is not None:
                self.database.cancel(self._pid)

    def look_at_server(self) -> tuple[bool, object]:
        """Whether the server says anything at all, and how it stands idle while we wait; asked on the side.

        The latter is ``None`` while it works, and equal as long as nothing moves. Blocks.
        """
        if self.database is None:
            return True, None
        return self.database.look(self._pid, committing=not self._stoppable)

    def sever(self) -> None:
        """Shut the socket that the work waits on, so that it fails at once."""
        pid = self._pid
        if pid is not None and self.database is not None:
            self.database.sever(pid)

    def give_up(self) -> None:
        """Sever a connection that leads nowhere. Those beside it may have gone the same way."""
        if self.database is not None:
            self.database.doubt()
        self.sever()


def _nothing(*_args: object) -> None:
    """What is left of work that was let go."""


def _receiver(callback: Callable[..., object] | None) -> QObject | None:
    """The object whose method ``callback`` is, if that is Qt's."""
    receiver = getattr(callback, "__self__", None)
    return receiver if isinstance(receiver, QObject) else None

"""Everything that may block, away from the window's thread: reads, writes and other work."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from PySide6.QtCore import QObject, Signal

from blogadmin.core.database.errors import Cancelled, KnownError, OutcomeUnknown, Unavailable
from blogadmin.gui.control.crew import Crew
from blogadmin.gui.control.link import Link
from blogadmin.gui.control.ticket import Kind, Ticket
from blogadmin.log import report

if TYPE_CHECKING:
    from blogadmin.core.database.engine import Database

T = TypeVar("T")
Failed = Callable[[Exception], object]

MARGIN = 5.0
"""Seconds beyond the server's own time limit after which work is stopped from this side."""


class Tasks(QObject):
    """Worker threads behind one door. All methods and callbacks belong to the window's thread.

    Callbacks run only while their ``owner`` lives, by default the QObject whose method ``done`` is.
    ``failed`` gets a ``KnownError`` or, for a bug, the original exception, which is in the log by then.
    Without ``failed`` a known error goes to ``unhandled`` and a bug to ``sys.excepthook``; ``Cancelled``
    goes to nobody. ``limit`` is how many seconds work (of a stream: each part) may take, by default a
    little more than the server allows one statement. ``patient`` work begins when the window is at rest.

    Signals:
        busy: whether anybody waits for anything now.
        connection_lost: the known error; from then on the server is asked again and again.
        connection_restored: it answers again.
        retry_changed: ``next_retry_in()`` means something else now.
        database_changed: ``database`` is another one now.
        unhandled: a known error that nobody else takes.
    """

    busy = Signal(bool)
    connection_lost = Signal(object)
    connection_restored = Signal()
    retry_changed = Signal()
    database_changed = Signal()
    unhandled = Signal(object)

    def __init__(
        self, database: Database | None = None, *, readers: int = 2, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._home = threading.get_ident()
        self._database = database
        self._crew = Crew(readers, self._settle, self._chunk, self._silent, self)
        self._slots: dict[str, Ticket] = {}
        self._running: set[Ticket] = set()
        self._count = 0
        self._was_busy = self._closed = False
        self._link = Link(lambda: self._submit(Ticket(Kind.PROBE, lambda _session: None)), self)
        self.check_connection = self._link.check
        """Find out whether the server is still there, when something hints at a loss."""
        self._link.lost.connect(self.connection_lost)
        self._link.restored.connect(self.connection_restored)
        self._link.retry_changed.connect(self.retry_changed)

    @property
    def database(self) -> Database | None:
        """Where sessions come from now."""
        return self._database

    def set_database(self, database: Database | None) -> None:
        """Use another database from now on. Reads of the former are dropped, its writes are finished."""
        if database is self._database:
            return
        for ticket in [one for one in self._running if one.kind not in (Kind.RUN, Kind.WRITE)]:
            self._drop(ticket)
        self._database = database
        self._link.reset()
        self.database_changed.emit()

    @property
    def outstanding(self) -> int:
        """How many answers are waited for."""
        return sum(ticket.active and ticket.kind is not Kind.PROBE for ticket in self._running)

    @property
    def connection_state(self) -> Literal["connected", "lost"]:
        """What was last known of the server."""
        return self._link.state

    def next_retry_in(self) -> float:
        """Seconds until the server is asked again; 0 while it is being asked, and while connected."""
        return self._link.next_retry_in()

    def retry_now(self) -> None:
        """Ask a lost server again at once."""
        self._link.retry_now()

    def read(
        self,
        slot: str,
        work: Callable[[Any], T],
        done: Callable[[T], object],
        failed: Failed | None = None,
        *,
        owner: QObject | None = None,
        limit: float | None = None,
        patient: bool = False,
    ) -> Ticket:
        """Run ``work(session)`` on a reader. A newer read or stream on ``slot`` replaces this one."""
        asked = Ticket(Kind.READ, work, slot=slot, done=done, failed=failed, owner=owner, limit=limit)
        asked.patient = patient
        return self._replace(asked)

    def stream(
        self,
        slot: str,
        work: Callable[[Any], Iterable[T]],
        each: Callable[[T], object],
        done: Callable[[], object],
        failed: Failed | None = None,
        *,
        owner: QObject | None = None,
        limit: float | None = None,
        after: float = 0,
    ) -> Ticket:
        """As ``read``, ``after`` some seconds: ``each(part)`` as parts come, and in the end ``done()``."""
        asked = Ticket(Kind.STREAM, work, slot=slot, each=each, done=done, failed=failed, owner=owner)
        asked.limit, asked.after, asked.patient = limit, after, after > 0
        return self._replace(asked)

    def write(
        self,
        work: Callable[[Any], T],
        done: Callable[[T], object],
        failed: Failed | None = None,
        *,
        owner: QObject | None = None,
        limit: float | None = None,
    ) -> Ticket:
        """Run ``work(session)`` as one transaction, after those asked for before. ``done`` after COMMIT."""
        return self._submit(Ticket(Kind.WRITE, work, done=done, failed=failed, owner=owner, limit=limit))

    def run(
        self,
        work: Callable[[], T],
        done: Callable[[T], object],
        failed: Failed | None = None,
        *,
        owner: QObject | None = None,
    ) -> Ticket:
        """Run ``work()`` on a worker, without a session and without a limit."""
        return self._submit(Ticket(Kind.RUN, work, done=done, failed=failed, owner=owner))

    def cancel(self, slot: str) -> None:
        """Stop what was asked for last on ``slot``; its callbacks never run."""
        if slot in self._slots:
            self._slots[slot].cancel()

    def close(self, timeout: float = 2.0) -> None:
        """End all threads within ``timeout`` seconds, reads at once. No callback runs any more."""
        if not self._closed:
            self._closed = True
            self._link.stop()
            running = list(self._running)
            for ticket in running:
                if ticket.kind is not Kind.WRITE:
                    self._drop(ticket)
            self._crew.close(running, timeout)

    # On the way out

    def _replace(self, ticket: Ticket) -> Ticket:
        former = self._slots.get(ticket.slot)
        self._submit(ticket)
        # After its successor: between the two nobody shall see the program idle.
        if former is not None:
            former.cancel()
        if ticket.active:
            self._slots[ticket.slot] = ticket
        return ticket

    def _submit(self, ticket: Ticket) -> Ticket:
        if threading.get_ident() != self._home:
            raise RuntimeError("Tasks may be used only in the thread in which it was made.")
        self._count += 1
        ticket.number = self._count
        ticket.on_cancel = self._drop
        if self._closed:
            ticket.drop()
            ticket.let_go()
            return ticket
        self._running.add(ticket)
        if ticket.kind is not Kind.RUN:
            self._give_database(ticket)
        if ticket.kind is Kind.RUN or ticket.database is not None:
            self._crew.submit(ticket)
        self._tell_busy()
        return ticket

    def _give_database(self, ticket: Ticket) -> None:
        ticket.database = self._database
        if self._database is None:
            error = Unavailable("There is no connection to a database yet.")
            self._crew.bridge.post(lambda: self._settle(ticket, None, error))
        elif ticket.limit is None and (allowed := self._database.settings.statement_timeout_ms):
            ticket.limit = allowed / 1000 + MARGIN

    def _drop(self, ticket: Ticket) -> None:
        ticket.drop()
        if self._slots.get(ticket.slot) is ticket:
            del self._slots[ticket.slot]
        if self._crew.stop(ticket):
            self._running.discard(ticket)
            ticket.let_go()
        self._tell_busy()

    # On the way back

    def _chunk(self, ticket: Ticket, part: Any) -> None:
        if ticket.wanted:
            ticket.each(part)
        else:
            ticket.cancel()

    def _silent(self, ticket: Ticket) -> None:
        if ticket.database is self._database:
            self._link.failed(Unavailable("The server does not answer any more."), self._count)

    def _settle(self, ticket: Ticket, result: Any, error: BaseException | None) -> None:
        self._running.discard(ticket)
        if self._slots.get(ticket.slot) is ticket:
            del self._slots[ticket.slot]
        done, failed, wanted = ticket.done, ticket.failed, ticket.wanted
        ticket.let_go()
        if error is not None and not isinstance(error, KnownError):
            report(error)
        self._note_link(ticket, error)
        try:
            if wanted and error is not None:
                self._fail(ticket, error, failed)
            elif wanted and done is not None:
                done() if ticket.kind is Kind.STREAM else done(result)
        finally:
            self._tell_busy()

    def _note_link(self, ticket: Ticket, error: BaseException | None) -> None:
        """Learn about the server from what became of a ticket, if the ticket was about it."""
        if ticket.dropped or ticket.database is None or ticket.database is not self._database:
            return
        if ticket.kind is Kind.PROBE:
            self._link.probed(error, self._count)
        elif isinstance(error, Unavailable):
            self._link.failed(error, self._count)
        elif isinstance(error, OutcomeUnknown):
            self._link.check()
        elif error is None:
            self._link.succeeded(ticket.number)

    def _fail(self, ticket: Ticket, error: BaseException, failed: Failed | None) -> None:
        if failed is not None and isinstance(error, Exception):
            failed(error)
        elif not isinstance(error, KnownError):
            sys.excepthook(type(error), error, error.__traceback__)
        elif not isinstance(error, Cancelled) and ticket.kind is not Kind.PROBE:
            self.unhandled.emit(error)

    def _tell_busy(self) -> None:
        now = self.outstanding > 0
        if now != self._was_busy:
            self._was_busy = now
            self.busy.emit(now)

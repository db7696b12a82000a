"""What a worker thread does with a ticket: session, work, answer. No Qt object is made here."""

from __future__ import annotations

import contextlib
import logging
import traceback
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

from blogadmin.core.database import errors
from blogadmin.core.database.errors import Cancelled, KnownError, TookTooLong
from blogadmin.gui.control.bridge import Bridge
from blogadmin.gui.control.guard import Guard
from blogadmin.gui.control.ticket import Kind, Ticket

if TYPE_CHECKING:
    from blogadmin.core.database.engine import Database

log = logging.getLogger(__name__)


class Worker:
    """Runs tickets and posts what comes of them: ``chunk(ticket, part)``, ``settle(ticket, result, error)``.

    Exactly one ``settle`` is posted for each ticket that is run; the error is a ``KnownError`` or a bug.
    """

    def __init__(
        self,
        bridge: Bridge,
        guard: Guard,
        settle: Callable[[Ticket, Any, BaseException | None], None],
        chunk: Callable[[Ticket, Any], None],
    ) -> None:
        self._bridge = bridge
        self._guard = guard
        self._settle = settle
        self._chunk = chunk

    def run(self, ticket: Ticket) -> None:
        """Do the work. Never raises."""
        result: Any = None
        error: BaseException | None = None
        self._guard.watch(ticket)
        try:
            result = self._perform(ticket)
        except BaseException as exc:  # noqa: BLE001 - the boundary: whatever it was, the window hears of it
            error = _readable(ticket, exc)
        ticket.left_server()
        self._guard.release(ticket)
        self._bridge.post(partial(self._settle, ticket, result, error))

    def _perform(self, ticket: Ticket) -> Any:
        ticket.bide()
        if ticket.database is None:
            return ticket.work()
        if ticket.kind is Kind.READ:
            return _read(ticket, ticket.database)
        if ticket.kind is Kind.STREAM:
            return self._stream(ticket, ticket.database)
        return _write(ticket, ticket.database)

    def _stream(self, ticket: Ticket, database: Database) -> None:
        with database.reader() as session, ticket.on_server(session, database.backend_pid(session)):
            chunks: Iterable[Any] = ticket.work(session)
            try:
                for part in chunks:
                    ticket.check()
                    self._bridge.post(partial(self._chunk, ticket, part))
                    self._guard.watch(ticket)
            finally:
                # A generator holds a cursor: it ends here, not where and when it is collected.
                if callable(close := getattr(chunks, "close", None)):
                    close()


def _read(ticket: Ticket, database: Database) -> Any:
    with database.reader() as session, ticket.on_server(session, database.backend_pid(session)):
        return ticket.work(session)


def _write(ticket: Ticket, database: Database) -> Any:
    def unit(session: Any) -> Any:
        # Ends before COMMIT: from then on nothing but a severed socket may stop it.
        with ticket.on_server(session, database.backend_pid(session)):
            return ticket.work(session)

    return database.transact(unit)


def _readable(ticket: Ticket, exc: BaseException) -> BaseException:
    """The error for the window: known and light, or the bug with its trace but without its frames' values."""
    known = errors.translate(exc)
    if known is None:
        with contextlib.suppress(RuntimeError):
            traceback.clear_frames(exc.__traceback__)
        return exc
    if not isinstance(known, Cancelled):
        log.info("%s %s failed: %s", ticket.kind.name.lower(), ticket.slot, errors.describe(exc))
    elif ticket.overdue:
        known = TookTooLong("The server took too long to answer, so the request was stopped.")
    return _light(known)


def _light(known: KnownError) -> KnownError:
    """Without the frames behind it: they hold the session, and no worker's session may reach the window."""
    known.__cause__ = known.__context__ = None
    return known.with_traceback(None)

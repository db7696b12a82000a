"""Units of work: repeated after a deadlock, told who is in their way, and sure whether they were saved."""

from __future__ import annotations

import random
import secrets
import time
from contextlib import closing
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from psycopg2 import extensions
from sqlalchemy import text

from blogadmin.core.database.errors import Locked, OutcomeUnknown, Unavailable
from blogadmin.core.database.outcome import Trace, was_committed
from blogadmin.core.database.translate import LOST, RETRY_STATES, failure

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection
    from sqlalchemy.orm import Session

    from blogadmin.core.database.engine import Database
    from blogadmin.core.database.lock_watch import LockWatch, Waiting

T = TypeVar("T")

ATTEMPTS: Final = 3

_LOCK_NOT_AVAILABLE = "55P03"
_PROGRESS = "blogadmin: unit of work"
_UNNAMED = "blogadmin: request to be named"
ENDING: Final = "blogadmin: transaction to be committed"
"""Where a connection keeps the transaction that it has only to commit; 0: one that wrote nothing."""


def transact(database: Database, unit: Callable[[Session], T]) -> T:
    """The body of ``Database.transact``."""
    for attempt in range(1, ATTEMPTS):
        try:
            return _attempt(database, unit)
        except Exception as exc:
            if _state(exc) not in RETRY_STATES:
                raise
        # Two victims of one deadlock that come back in step would meet again.
        time.sleep(random.uniform(0.01, 0.05 * 2**attempt))  # noqa: S311 - no secret
    return _attempt(database, unit)


def know_transaction(session: Session, transaction: int, *, recorded: bool = False) -> None:
    """Tell the unit of work on ``session`` the id of its transaction, which saves it the question.

    ``recorded``: it changed a row whose history is kept, where the database keeps one.
    """
    progress = session.info.get(_PROGRESS)
    if progress is not None:
        progress.transaction = transaction
        progress.recorded = recorded


def own_requests(session: Session) -> str | None:
    """How the names of this program's requests begin in the history; ``None`` outside a unit of work."""
    progress = session.info.get(_PROGRESS)
    return None if progress is None else progress.own


def begun(session: Session, _transaction: object, connection: Connection) -> None:
    """For SQLAlchemy's ``after_begin``: a unit of work is watched from here on, and named to the server."""
    progress = session.info.get(_PROGRESS)
    if progress is None:
        connection.info.pop(_UNNAMED, None)
    else:
        progress.begun(connection)


def name_request(
    connection: Connection, cursor: Any, statement: str, parameters: Any, _context: Any, many: bool
) -> tuple[str, Any]:
    """For SQLAlchemy's ``before_cursor_execute``: a unit's first statement takes its name along.

    On its own the name would cost a journey to the server.
    """
    request = connection.info.pop(_UNNAMED, None)
    if request is None:
        return statement, parameters
    naming = f"SET LOCAL blogadmin.request_id = '{request}'"
    if not many and cursor.name is None:
        return f"{naming}; {statement}", parameters
    # Would be sent once for each row, or become part of a cursor's query.
    with closing(cursor.connection.cursor()) as own:
        own.execute(naming)
    return statement, parameters


def driver_connection(connection: Connection) -> extensions.connection:
    """The psycopg2 connection that SQLAlchemy's ``connection`` stands on."""
    return cast("extensions.connection", connection.connection.dbapi_connection)


def _attempt(database: Database, unit: Callable[[Session], T]) -> T:
    progress = _Progress(database.lock_watch, database.backends.requests)
    try:
        return _once(database, unit, progress)
    except Exception as exc:
        if _state(exc) != _LOCK_NOT_AVAILABLE:
            raise
        by = progress.blocked_by()
        who = by or "Someone else"
        raise Locked(f"{who} is changing the same thing right now. Try again in a moment.", by) from exc
    finally:
        progress.end()


def _once(database: Database, unit: Callable[[Session], T], progress: _Progress) -> T:
    worked: list[T] = []
    try:
        with database.session_scope() as session:
            session.info[_PROGRESS] = progress
            result = unit(session)
            session.flush()
            if progress.transaction is None and session.in_transaction():
                progress.transaction = session.scalar(text("SELECT txid_current_if_assigned()"))
            progress.commits()
            worked.append(result)
    except OutcomeUnknown:
        if not worked:
            # The unit's own words about something else that it did; nothing of ours was being committed.
            raise
        # Without a transaction id nothing was written, so there was nothing to lose.
        trace = progress.trace()
        if trace is not None:
            return _settled(database, trace, worked[0])
    return worked[0]


def _settled(database: Database, trace: Trace, result: T) -> T:
    def ask() -> T:
        if not was_committed(database, trace):
            raise Unavailable(LOST)
        return result

    try:
        return ask()
    except OutcomeUnknown as exc:
        exc.later = ask
        raise


class _Progress:
    """How far a unit of work has come: whether it is watched, and its transaction's id when that is known."""

    __slots__ = ("_info", "_request", "_watch", "_watched", "own", "recorded", "transaction")

    def __init__(self, watch: LockWatch, own: str) -> None:
        self._watch = watch
        self._watched: Waiting | None = None
        self.own = own
        self._request = own + secrets.token_hex(8)
        self._info: dict[Any, Any] = {}
        self.transaction: int | None = None
        self.recorded = False

    def begun(self, connection: Connection) -> None:
        """A transaction has begun on ``connection``; what was known of one before does not count."""
        self.transaction = None
        self.recorded = False
        self._info = connection.info
        self._info.pop(ENDING, None)
        self._info[_UNNAMED] = self._request
        if self._watched is None:
            self._watched = self._watch.begin(driver_connection(connection).info.backend_pid)

    def commits(self) -> None:
        """All is said but COMMIT."""
        self._info[ENDING] = self.transaction or 0

    def blocked_by(self) -> str:
        """Who was last seen in the way."""
        return self._watch.by(self._watched) if self._watched is not None else ""

    def trace(self) -> Trace | None:
        """By what the server may know the unit, when it changed anything."""
        if self.transaction is None:
            return None
        return Trace(self.transaction, self._request, self.recorded)

    def end(self) -> None:
        """The unit is over; a connection on which it said nothing must not be taken for its own."""
        self._info.pop(ENDING, None)
        if self._info.get(_UNNAMED) == self._request:
            del self._info[_UNNAMED]
        if self._watched is not None:
            self._watch.end(self._watched)


def _state(exc: BaseException) -> str | None:
    for one in (exc, exc.__cause__):
        told = failure(one) if one is not None else None
        if told is not None:
            return told.state
    return None

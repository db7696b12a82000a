"""Units of work: repeated after a deadlock, told who is in their way, and sure whether they were saved."""

from __future__ import annotations

import contextlib
import random
import socket
import time
from contextlib import closing
from typing import TYPE_CHECKING, Final, TypeVar, cast

import psycopg2
from psycopg2 import extensions
from sqlalchemy import text

from blogadmin.core.database.errors import Locked, OutcomeUnknown, Unavailable
from blogadmin.core.database.translate import LOST, RETRY_STATES, failure

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection
    from sqlalchemy.orm import Session

    from blogadmin.core.database.engine import Database
    from blogadmin.core.database.lock_watch import LockWatch, Waiting

T = TypeVar("T")

ATTEMPTS: Final = 3
ASK_FOR: Final = 5.0
"""Seconds during which a server that comes back is asked what became of a COMMIT."""

UNKNOWN: Final = (
    "The connection was lost while saving, so the change may or may not have been saved. Reload to see which."
)

_LOCK_NOT_AVAILABLE = "55P03"
_PROGRESS = "blogadmin: unit of work"


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


def know_transaction(session: Session, transaction: int) -> None:
    """Tell the unit of work on ``session`` the id of its transaction, which saves it the question."""
    progress = session.info.get(_PROGRESS)
    if progress is not None:
        progress.transaction = transaction


def begun(session: Session, _transaction: object, connection: Connection) -> None:
    """For SQLAlchemy's ``after_begin``: a unit of work is watched from here on."""
    progress = session.info.get(_PROGRESS)
    if progress is not None:
        progress.begun(connection)


def driver_connection(connection: Connection) -> extensions.connection:
    """The psycopg2 connection that SQLAlchemy's ``connection`` stands on."""
    return cast("extensions.connection", connection.connection.dbapi_connection)


def shut(raw: extensions.connection) -> None:
    """Shut the socket under ``raw``, so that whoever waits for the server wakes with an error."""
    # The family does not matter to shutdown(); the duplicate leaves libpq its own descriptor.
    with (
        contextlib.suppress(psycopg2.Error, OSError),
        closing(socket.fromfd(raw.fileno(), socket.AF_INET, socket.SOCK_STREAM)) as twin,
    ):
        twin.shutdown(socket.SHUT_RDWR)


def _attempt(database: Database, unit: Callable[[Session], T]) -> T:
    progress = _Progress(database.lock_watch)
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
            worked.append(result)
    except OutcomeUnknown as exc:
        if not worked:
            # The unit's own words about something else that it did; nothing of ours was being committed.
            raise
        # Without a transaction id nothing was written, so there was nothing to lose.
        if progress.transaction is not None and not _was_committed(database, progress.transaction):
            raise Unavailable(LOST) from exc
    return worked[0]


class _Progress:
    """How far a unit of work has come: whether it is watched, and its transaction's id when that is known."""

    __slots__ = ("_watch", "_watched", "transaction")

    def __init__(self, watch: LockWatch) -> None:
        self._watch = watch
        self._watched: Waiting | None = None
        self.transaction: int | None = None

    def begun(self, connection: Connection) -> None:
        """A transaction has begun on ``connection``; what was known of one before does not count."""
        self.transaction = None
        if self._watched is None:
            self._watched = self._watch.begin(driver_connection(connection).info.backend_pid)

    def blocked_by(self) -> str:
        """Who was last seen in the way."""
        return self._watch.by(self._watched) if self._watched is not None else ""

    def end(self) -> None:
        """The unit is over."""
        if self._watched is not None:
            self._watch.end(self._watched)


def _was_committed(database: Database, xid: int) -> bool:
    """Ask the server what became of ``xid``. Raises ``OutcomeUnknown`` when it does not tell in time."""
    deadline = time.monotonic() + ASK_FOR
    pause = 0.1
    while time.monotonic() < deadline:
        try:
            status = _status(database, xid)
        except Unavailable as exc:
            raise OutcomeUnknown(UNKNOWN) from exc
        if status in ("committed", "aborted"):
            return status == "committed"
        time.sleep(pause)
        pause = min(2 * pause, 1.0)
    raise OutcomeUnknown(UNKNOWN)


def _status(database: Database, xid: int) -> str | None:
    try:
        with database.aside() as side, side.cursor() as cursor:
            cursor.execute("SELECT txid_status(%s)", (xid,))
            row = cursor.fetchone()
    except psycopg2.Error:
        return None
    return row[0] if row else None


def _state(exc: BaseException) -> str | None:
    for one in (exc, exc.__cause__):
        told = failure(one) if one is not None else None
        if told is not None:
            return told.state
    return None

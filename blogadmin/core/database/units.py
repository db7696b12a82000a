"""Units of work: repeated after a deadlock, told who is in their way, and sure whether they were saved."""

from __future__ import annotations

import contextlib
import random
import socket
import threading
import time
from contextlib import closing
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

import psycopg2
from psycopg2 import extensions
from sqlalchemy import event, text

from blogadmin.core.database.errors import Locked, OutcomeUnknown, Unavailable
from blogadmin.core.database.translate import LOST, RETRY_STATES, failure

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection
    from sqlalchemy.orm import Session

    from blogadmin.core.database.engine import Database

T = TypeVar("T")

ATTEMPTS: Final = 3
ASK_FOR: Final = 5.0
"""Seconds during which a server that comes back is asked what became of a COMMIT."""

UNKNOWN: Final = (
    "The connection was lost while saving, so the change may or may not have been saved. Reload to see which."
)

_LOCK_NOT_AVAILABLE = "55P03"
_WATCH_EVERY = 1.0
_LAST_ANSWER = 0.5


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


def blockers(database: Database, pid: int) -> str:
    """The body of ``Database.blockers``."""
    try:
        with database.aside() as side:
            return _ask_blockers(side, pid)
    except (psycopg2.Error, Unavailable):
        return ""


def _attempt(database: Database, unit: Callable[[Session], T]) -> T:
    watch = _LockWatch(database)
    try:
        return _once(database, unit, watch)
    except Exception as exc:
        if _state(exc) != _LOCK_NOT_AVAILABLE:
            raise
        by = watch.stop()
        who = by or "Someone else"
        raise Locked(f"{who} is changing the same thing right now. Try again in a moment.", by) from exc
    finally:
        watch.stop()


def _once(database: Database, unit: Callable[[Session], T], watch: _LockWatch) -> T:
    xid: int | None = None
    worked: list[T] = []
    try:
        with database.session_scope() as session:
            event.listen(session, "after_begin", watch.begun)
            result = unit(session)
            session.flush()
            if session.in_transaction():
                xid = session.scalar(text("SELECT txid_current_if_assigned()"))
            worked.append(result)
    except OutcomeUnknown as exc:
        if not worked:
            # The unit's own words about something else that it did; nothing of ours was being committed.
            raise
        # Without a transaction id nothing was written, so there was nothing to lose.
        if xid is not None and not _was_committed(database, xid):
            raise Unavailable(LOST) from exc
    return worked[0]


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


def _ask_blockers(side: extensions.connection, pid: int) -> str:
    with side.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT coalesce(usename, 'someone'), coalesce(application_name, '')"
            " FROM pg_stat_activity WHERE pid = ANY(pg_blocking_pids(%s)) ORDER BY 1, 2 LIMIT 3",
            (pid,),
        )
        return ", ".join(f"{who} ({program})" if program else who for who, program in cursor.fetchall())


def _state(exc: BaseException) -> str | None:
    for one in (exc, exc.__cause__):
        told = failure(one) if one is not None else None
        if told is not None:
            return told.state
    return None


class _LockWatch:
    """Asks from a second connection, while a unit of work runs, who is in its way.

    Afterwards it is too late: when the wait has timed out, the server no longer knows what it was for.
    Its thread starts with the transaction and opens its connection only if that lasts a while.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        limit = database.settings.lock_timeout_ms / 1000
        self._every = min(_WATCH_EVERY, limit / 3) if limit else _WATCH_EVERY
        self._over = threading.Event()
        self._thread: threading.Thread | None = None
        self._side: extensions.connection | None = None
        self._by = ""

    def begun(self, _session: Session, _transaction: Any, connection: Connection) -> None:
        """Start watching; called when the session's transaction begins."""
        if self._thread is None:
            pid = driver_connection(connection).info.backend_pid
            self._thread = threading.Thread(target=self._watch, args=(pid,), name="lock-watch")
            self._thread.start()

    def stop(self) -> str:
        """End the watch and tell who was seen last in the way; may be called twice."""
        self._over.set()
        if self._thread is not None:
            self._thread.join(_LAST_ANSWER)
            # A server that answers nothing any more must not hold up whoever has given up on it.
            if self._side is not None:
                shut(self._side)
            self._thread.join()
        return self._by

    def _watch(self, pid: int) -> None:
        if self._over.wait(self._every):
            return
        try:
            with closing(self._database.connect()) as self._side:
                while not self._over.is_set():
                    self._by = _ask_blockers(self._side, pid) or self._by
                    self._over.wait(self._every)
        except (psycopg2.Error, Unavailable):
            # Then the message names nobody; what failed here will be told by the unit of work itself.
            return

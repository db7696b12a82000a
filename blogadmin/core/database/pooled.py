"""Connections through a pooler that lends a process of the server for a transaction at a time.

Start-up options do not come through, what is set for a session stays behind for strangers, and the process
id that the client was told is the pooler's invention. So each transaction brings its limits along, for itself
alone, and a process that works for us is found on the server by a mark in the text of its statement.
"""

from __future__ import annotations

import threading
import uuid
import weakref
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from psycopg2 import extensions
from sqlalchemy import event

from blogadmin.core.database.units import ENDING, driver_connection, name_request

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from blogadmin.core.database.pulse import Pings
    from blogadmin.settings import Settings

_POOLED: Final = "blogadmin: pooled"
_LIMIT: Final = "blogadmin: limit of a statement"
_STEPS: Final = "blogadmin: statements so far"


class Process(NamedTuple):
    """The server's process behind a connection: an SQL expression for its id, and the value in that.

    ``steps``: how many statements it was sent, where only that tells whether anything moves. ``ending``:
    through a pooler, the transaction that it shall commit, 0 if it wrote nothing, ``None`` if nobody knows.
    """

    expression: str
    value: int | str
    steps: int = 0
    ending: int | None = None


class Pooling:
    """Which connections of a database go through such a pooler; from any thread."""

    def __init__(self, settings: Settings, pings: Pings) -> None:
        self._limits = {
            "timezone": "'UTC'",
            "statement_timeout": str(settings.statement_timeout_ms),
            "lock_timeout": str(settings.lock_timeout_ms),
            "idle_in_transaction_session_timeout": "'30s'",
        }
        self._pings = pings
        self._name = uuid.uuid4().hex[:12]
        self._lock = threading.Lock()
        self._followed: weakref.WeakSet[Engine] = weakref.WeakSet()
        self._pooled: weakref.WeakKeyDictionary[extensions.connection, dict[Any, Any]]
        self._pooled = weakref.WeakKeyDictionary()

    def listen(self, engine: Engine, fixed: Mapping[str, str]) -> None:
        """Let the first statement of each transaction on ``engine`` bring all settings along, if there is a
        pooler, and units of work their name.

        ``fixed``: more of them, on an engine for reading, which hold without a pooler, too. They are no
        start-up options: libpq takes a session that is read only for a standby, when it looks for the other
        kind.
        """
        event.listen(engine, "connect", partial(self._opened, engine, fixed))
        if not fixed:
            self._follow(engine, fixed)

    def _follow(self, engine: Engine, fixed: Mapping[str, str]) -> None:
        # On an engine for reading not before there is a pooler: listeners cost each statement of a list time.
        with self._lock:
            known = engine in self._followed
            self._followed.add(engine)
        if known:
            return
        # The default counts from the next transaction on, and this one has begun.
        own = {name.removeprefix("default_"): value for name, value in fixed.items()}
        settings = self._limits | own
        event.listen(engine, "before_cursor_execute", partial(_send_ahead, settings))
        # Between the two: its own statement must not come first, and the mark stands in front of its text.
        event.listen(engine, "before_cursor_execute", name_request, retval=True)
        event.listen(engine, "before_cursor_execute", partial(_bring_along, settings), retval=True)

    def _opened(
        self, engine: Engine, fixed: Mapping[str, str], raw: extensions.connection, record: Any
    ) -> None:
        """Find out whether the server's process is the one we were told, and if so, set what is fixed."""
        values = [part for setting in fixed.items() for part in setting]
        ours = ", set_config(%s, %s, false)" * len(fixed)
        before, raw.autocommit = raw.autocommit, True
        with self._pings.pinging(raw), raw.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            pooled = cursor.fetchall() != [(raw.info.backend_pid,)]
            if fixed and not pooled:
                cursor.execute(f"SELECT {ours.removeprefix(', ')}", values)
        raw.autocommit = before
        if pooled:
            self._follow(engine, fixed)
            record.info[_POOLED] = self._mark(raw.info.backend_pid)
            with self._lock:
                self._pooled[raw] = record.info

    def process(self, pid: int) -> Process:
        """Where the server works for the connection that was told to be served by ``pid``."""
        with self._lock:
            kept = [info for raw, info in self._pooled.items() if raw.info.backend_pid == pid]
        if not kept:
            return Process("%s", pid)
        return Process(_MARKED, self._mark(pid), kept[0].get(_STEPS, 0), kept[0].get(ENDING))

    def _mark(self, pid: int) -> str:
        return f"/* {self._name} {pid} */ "


def _send_ahead(
    settings: Mapping[str, str],
    connection: Connection,
    cursor: Any,
    _statement: str,
    _parameters: Any,
    _context: Any,
    many: bool,
) -> None:
    """For statements that nothing can stand in front of: it would be sent once for each row."""
    mark = connection.info.get(_POOLED)
    if mark is not None and _stands_alone(cursor, many) and _at_rest(cursor):
        with closing(cursor.connection.cursor()) as first:
            first.execute(f"{mark}{_words(settings, connection)}")


def _bring_along(
    settings: Mapping[str, str],
    connection: Connection,
    cursor: Any,
    statement: str,
    parameters: Any,
    _context: Any,
    many: bool,
) -> tuple[str, Any]:
    mark = connection.info.get(_POOLED)
    if mark is None or _stands_alone(cursor, many):
        return statement, parameters
    connection.info[_STEPS] = connection.info.get(_STEPS, 0) + 1
    words = _words(settings, connection) if _at_rest(cursor) else ""
    return f"{mark}{words}{statement}", parameters


def _stands_alone(cursor: Any, many: bool) -> bool:
    return many or cursor.name is not None


def _at_rest(cursor: Any) -> bool:
    """Whether the cursor's next statement begins a transaction."""
    return cursor.connection.info.transaction_status == extensions.TRANSACTION_STATUS_IDLE


def _words(settings: Mapping[str, str], connection: Connection) -> str:
    limit = connection.info.get(_LIMIT)
    other = {} if limit is None else {"statement_timeout": str(limit)}
    return "".join(f"SET LOCAL {name} = {value}; " for name, value in {**settings, **other}.items())


# What another client has been lent since bears another text.
_MARKED: Final = """
(SELECT pid FROM pg_stat_activity
 WHERE starts_with(query, %s) AND state <> 'idle' AND pid <> pg_backend_pid() LIMIT 1)
"""


@contextmanager
def limited(connection: Connection, milliseconds: int) -> Iterator[bool]:
    """Let each statement bring another limit along, if each brings its own; whether that is so."""
    if not (is_pooled(connection.info) and driver_connection(connection).autocommit):
        yield False
        return
    # Kept: a connection that is lost meanwhile has none to give any more.
    info = connection.info
    before = info.get(_LIMIT)
    info[_LIMIT] = milliseconds
    try:
        yield True
    finally:
        info[_LIMIT] = before


def is_pooled(info: Mapping[Any, Any]) -> bool:
    """Whether another process of the server may work for each transaction, by what SQLAlchemy keeps."""
    return _POOLED in info

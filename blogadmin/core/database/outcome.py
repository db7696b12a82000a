"""What became of a COMMIT whose answer was lost: asked of the server, by the transaction and by the request.

The transaction's id alone is not enough. One that had not reached the disk when the server crashed, and one
that had not reached the standby that took over, is given out again; then the server tells what became of
somebody else's. So each unit of work has a name of its own beside it, which the history keeps.
"""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import psycopg2

from blogadmin.core.database.errors import OutcomeUnknown, Unavailable

if TYPE_CHECKING:
    from psycopg2 import extensions

    from blogadmin.core.database.engine import Database

ASK_FOR: Final = 5.0
"""Seconds during which a server that comes back is asked what became of a COMMIT."""

UNKNOWN: Final = (
    "The connection was lost while saving, so the change may or may not have been saved. Reload to see which."
)

LEFT_FOR: Final = 0.5
"""Seconds after which a transaction that waits for a client who is gone is ended, to have an answer."""

_NEVER_GIVEN_OUT = "22023"
_OTHER_TABLE = frozenset({"42P01", "42703", "42883", "42501"})


@dataclass(frozen=True, slots=True)
class Trace:
    """What a unit of work left on the server: its transaction, its own name, and whether in the history.

    ``recorded``: where a history is kept, it must name the request if that was committed.
    """

    transaction: int
    request: str
    recorded: bool = False


def was_committed(database: Database, trace: Trace) -> bool:
    """Ask the server what became of ``trace``. Raises ``OutcomeUnknown`` when it does not tell in time."""
    began = time.monotonic()
    pause = 0.1
    while (waited := time.monotonic() - began) < ASK_FOR:
        try:
            found = _ask(database, trace, end_it=waited > LEFT_FOR)
        except Unavailable as exc:
            raise OutcomeUnknown(UNKNOWN) from exc
        except psycopg2.Error:
            found = None
        if found is not None:
            return found
        time.sleep(pause)
        pause = min(2 * pause, 1.0)
    raise OutcomeUnknown(UNKNOWN)


def _ask(database: Database, trace: Trace, *, end_it: bool) -> bool | None:
    with database.aside() as side, closing(side.cursor()) as cursor:
        cursor.execute(_SERVER)
        standby, keeps_history, hides = cursor.fetchall()[0]
        # In this order: a commit between the two questions would look like a record that is missing.
        status = _status(cursor, trace.transaction)
        recorded = _recorded(cursor, trace, hides=hides) if keeps_history else None
        if recorded or (status == "committed" and recorded is None):
            return True
        if standby:
            # What has not arrived here may yet arrive, or be lost when this server takes over.
            return None
        if status == "in progress":
            if end_it:
                cursor.execute(_END, (trace.transaction,))
            return None
        return False if status in ("aborted", _NEVER_GIVEN_OUT) or recorded is False else None


def _status(cursor: extensions.cursor, transaction: int) -> str | None:
    try:
        cursor.execute("SELECT txid_status(%s)", (transaction,))
    except psycopg2.Error as exc:
        if exc.pgcode != _NEVER_GIVEN_OUT:
            raise
        return _NEVER_GIVEN_OUT
    return cursor.fetchall()[0][0]


def _recorded(cursor: extensions.cursor, trace: Trace, *, hides: bool) -> bool | None:
    """Whether the history has the request; ``None`` when it proves nothing either way.

    ``hides``: it may have entries that this login is not shown.
    """
    try:
        cursor.execute(_REQUESTED, (trace.request,))
        if cursor.fetchall():
            return True
        if hides:
            cursor.execute(_ALL_SHOWN)
            if not cursor.fetchall()[0][0]:
                return None
        cursor.execute(_TAKEN, (trace.transaction,))
        return False if cursor.fetchall() or trace.recorded else None
    except psycopg2.Error as exc:
        if exc.pgcode not in _OTHER_TABLE:
            raise
        return None


# A history whose triggers somebody has switched off proves nothing.
_SERVER: Final = """
SELECT pg_is_in_recovery(), coalesce(
  has_table_privilege(to_regclass('audit_log'), 'SELECT')
    AND (SELECT bool_and(tgenabled IN ('O', 'A')) FROM pg_trigger
      WHERE tgname IN ('z_created', 'z_changed', 'z_deleted')),
  false), coalesce(row_security_active(to_regclass('audit_log')), false)
"""
_ALL_SHOWN: Final = "SELECT blogadmin_readable() @> '{users,posts,comments}'"
_REQUESTED: Final = """
SELECT 1 FROM audit_log WHERE request_id = %s AND at > now() - interval '1 day' LIMIT 1
"""
# Somebody else's rows under the same id: it was given out again.
_TAKEN: Final = """
SELECT 1 FROM audit_log WHERE transaction = %s AND at > now() - interval '10 minutes' LIMIT 1
"""
# Only while it waits for its client: what is being committed at this moment shall be.
_END: Final = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE backend_xid = CAST(CAST(%s %% 4294967296 AS text) AS xid) AND state = 'idle in transaction'
  AND usename = current_user AND datname = current_database()
"""

"""Who edits which row now: a shared advisory lock for each row, held by the session of the editing program.

A lock goes with its session, so nobody seems to edit what a killed program had open. Shared locks never wait
for each other and keep nobody from changing the row.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from blogadmin.core import models
from blogadmin.core.database.news import EDITING, Editor

Row = tuple[str, int]
"""A noun and the id of one of its rows."""
Run = Callable[[str, Sequence[Any]], Sequence[tuple[Any, ...]]]
"""Runs a statement with its values in the session that edits or asks, and returns its rows."""

_ID_BITS: Final = 48
_MOST: Final = 1 << _ID_BITS

# The upper half of the key is shown as classid, the lower as objid; objsubid 1 means: one key of 64 bits.
_EDITORS = """
SELECT l.classid::bigint << 32 | l.objid::bigint, coalesce(a.usename, ''), coalesce(a.application_name, ''),
       l.pid, a.usename = session_user
FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
WHERE l.locktype = 'advisory' AND l.objsubid = 1 AND l.mode = 'ShareLock' AND l.granted
  AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
  AND l.classid::bigint >> 16 = ANY(%s) AND l.pid <> pg_catalog.pg_backend_pid()
ORDER BY 1, 2, 4
"""


def class_of(noun: str) -> int:
    """The number, of 15 bits, under which the rows of ``noun`` are locked: the same in every program."""
    return zlib.crc32(f"blogadmin editing {noun}".encode()) & 0x7FFF


def editors(run: Run) -> tuple[Editor, ...]:
    """Everybody who edits a row, in the order of rows and names; the session that asks is left out."""
    nouns = {class_of(noun): noun for noun in models.Base.metadata.tables}
    return tuple(
        Editor(nouns[key >> _ID_BITS], key & (_MOST - 1), login, application, pid, bool(own))
        for key, login, application, pid, own in run(_EDITORS, (list(nouns),))
    )


def begin(run: Run, rows: Iterable[Row]) -> None:
    """Let everybody know that this session edits these rows."""
    # A foreign exclusive lock under the same number must not keep us waiting: then the hint is missing.
    _lock(run, "pg_try_advisory_lock_shared", rows)


def cease(run: Run, rows: Iterable[Row]) -> None:
    """Let everybody know that this session edits these rows no more."""
    _lock(run, "pg_advisory_unlock_shared", rows)


def _lock(run: Run, function: str, rows: Iterable[Row]) -> None:
    keys = [class_of(noun) << _ID_BITS | row_id for noun, row_id in rows if 0 <= row_id < _MOST]
    if keys:
        run(
            f"SELECT pg_catalog.{function}(key) FROM unnest(%s::bigint[]) AS key;"  # noqa: S608 - ours
            " SELECT pg_catalog.pg_notify(%s, '')",
            (keys, EDITING),
        )

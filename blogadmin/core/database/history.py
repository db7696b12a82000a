"""Looking after the history's months: a partition for each that comes, and dropping those that are old."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from blogadmin.core.database.errors import Invalid
from blogadmin.core.models.months import MONTHS

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from blogadmin.core.database.engine import Database

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the history. ``entries`` is the server's own estimate, ``size`` is in bytes."""

    begin: date
    entries: int
    size: int


def ensure_months(database: Database) -> bool:
    """Make the partitions of this month and the next three where they are missing; whether any was made.

    For the program to call after connecting: one question to the catalogue when nothing is to do. Without the
    right to, or while others are in the way, nothing happens: entries find a place all the same, and the
    next program moves them. Raises the driver's error only when the first question cannot be asked.
    """
    with database.reader() as session:
        if database.read_only or not session.scalar(text(_MISSING)):
            return False
    try:
        with database.session_scope() as session:
            return bool(session.scalar(text(f"SELECT {MONTHS}()")))
    except DBAPIError as exc:
        log.info("months of the history could not be made (%s)", getattr(exc.orig, "pgcode", None))
        return False


def months(session: Session) -> tuple[Month, ...]:
    """The months that have a partition, the oldest first."""
    return tuple(
        Month(date(int(year), int(month), 1), entries, size)
        for year, month, entries, size in session.execute(text(_MONTHS))
    )


def month_of(words: str) -> date:
    """Read ``2026-11``. Raises ``Invalid`` for anything else."""
    found = re.fullmatch(r"([0-9]{4})-(0[1-9]|1[0-2])", words)
    if found is None or found[1] == "0000":
        raise Invalid("month", f"“{words}” is no month. Months look like 2026-11.")
    return date(int(found[1]), int(found[2]), 1)


def drop_before(database: Database, month: date) -> tuple[date, ...]:
    """Drop the history of the months before the one that ``month`` is in, for ever; return which they were.

    All of it or nothing; only the owner of the tables can. Raises ``Invalid`` for a month that has not begun,
    and the driver's errors.
    """
    with database.session_scope() as session:
        if session.scalar(text("SELECT now() AT TIME ZONE 'UTC' < :month"), {"month": month.replace(day=1)}):
            raise Invalid("month", "has not begun yet.")
        session.execute(text("SET LOCAL lock_timeout = '3s'"))
        # What stands in the default partition gets months of its own, so that it can go with them.
        session.execute(text(f"SELECT {MONTHS}()"))
        old = [each.begin for each in months(session) if each.begin < month.replace(day=1)]
        for begin in old:
            session.execute(text(f"DROP TABLE audit_log_{begin:%Y_%m}"))
        return tuple(old)


_MISSING: Final = """
SELECT to_regclass('audit_log') IS NOT NULL AND bool_or(
  to_regclass('audit_log_' || to_char(date_trunc('month', now() AT TIME ZONE 'UTC') + n * interval '1 month',
    'YYYY_MM')) IS NULL)
FROM generate_series(0, 3) AS n
"""
_MONTHS: Final = r"""
SELECT substring(c.relname FROM 11 FOR 4), substring(c.relname FROM 16), greatest(c.reltuples, 0)::bigint,
       pg_total_relation_size(c.oid)
FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
WHERE i.inhparent = to_regclass('audit_log') AND c.relname ~ '^audit_log_\d{4}_\d\d$' ORDER BY c.relname
"""

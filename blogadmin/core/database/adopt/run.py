"""The one transaction in which a database is compared, changed, checked and (or not) committed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, cast

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from blogadmin.core.database import errors
from blogadmin.core.database.adopt import catalogue, models
from blogadmin.core.database.adopt.plan import Plan, Refused
from blogadmin.core.database.adopt.survey import is_stamped, survey, zone_name
from blogadmin.core.database.errors import Locked, NotPermitted

if TYPE_CHECKING:
    from blogadmin.core.database.engine import Database

# The number that migrations/env.py takes, too: adopting and migrating exclude each other.
ADVISORY_LOCK: Final = 0x626C6F67
_LOCK_NOT_AVAILABLE: Final = "55P03"
# Not supported, broken constraint, names taken, others depend on it: what a comparison can fail to foresee.
_ABOUT_THE_SCHEMA: Final = ("0A", "22", "23", "2B", "42P", "42710", "42723")
_SETTINGS: Final = (
    "SET LOCAL lock_timeout = '3s'",
    "SET LOCAL statement_timeout = '1h'",
    "SET LOCAL idle_in_transaction_session_timeout = '1h'",
    # Policies of row-level security would hide rows from the counts; better an error than a wrong zero.
    "SET LOCAL row_security = off",
)


def plan(database: Database, assume_timezone: str | None = None) -> Plan:
    """Find out what adopting ``database`` would do, and rehearse it: the plan has run when it is returned.

    The rehearsal is rolled back, but holds the tables as long as adopting them will. ``assume_timezone``
    names the zone of times without one. Raises ``Refused``, ``Locked``, ``NotPermitted`` and the other
    known errors of ``database.errors``.
    """
    return _run(database, assume_timezone, keep=False)


def apply(database: Database, assume_timezone: str | None = None) -> Plan:
    """Adopt ``database`` in one transaction and return what was done; an empty plan means nothing was to do.

    Raises ``Refused`` with the plan while it has misfits or needs a time zone, and what ``plan`` raises.
    Whatever is raised, nothing was changed.
    """
    return _run(database, assume_timezone, keep=True)


def _run(database: Database, zone: str | None, *, keep: bool) -> Plan:
    with _translated(database), database.engine.connect() as connection, connection.begin() as transaction:
        for setting in _SETTINGS:
            connection.exec_driver_sql(setting)
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
        if zone is not None:
            zone = zone_name(connection, zone)
        found = _look(connection, zone)
        if found.can_apply:
            found = _rehearse(connection, zone)
        if not keep:
            transaction.rollback()
        elif not (found.can_apply or found.is_empty):
            raise Refused(_why_not(found), found)
        return found


def _look(connection: Connection, zone: str | None) -> Plan:
    # Counting wrong rows takes rights, too: without them, say so before the server does in its own words.
    if not is_stamped(connection):
        _check_rights(connection)
    found = survey(connection, zone)
    if found.can_apply:
        _check_rights(connection)
    return found


def _rehearse(connection: Connection, zone: str | None) -> Plan:
    tables = [table.name for table in models.TABLES if catalogue.find(connection, table.name)]
    connection.exec_driver_sql(f"LOCK TABLE {', '.join(tables)} IN ACCESS EXCLUSIVE MODE")
    # Rows may have come since the first look; from here on none can.
    found = survey(connection, zone)
    if not found.can_apply:
        return found
    for statement in found.statements:
        connection.exec_driver_sql(statement, execution_options={"no_parameters": True})
    left = survey(connection, zone)
    if not left.is_empty:
        raise RuntimeError(f"adopting left differences: {left}")
    return found


def _check_rights(connection: Connection) -> None:
    for name in (model.name for model in models.TABLES):
        oid = catalogue.find(connection, name)
        table = None if oid is None else catalogue.read(connection, oid)
        if table is None:
            continue
        if not table.is_ours:
            raise NotPermitted(
                f"The table {name} belongs to {table.owner}. Only its owner can adopt it: connect as"
                f" {table.owner}, or as an administrator. Nothing was changed."
            )
        may_create = text("SELECT has_schema_privilege(:schema, 'CREATE')")
        if not connection.scalar(may_create, {"schema": table.schema}):
            raise NotPermitted(
                f"This login may not create tables in the schema {table.schema}. Let an administrator run"
                f" GRANT CREATE ON SCHEMA {table.schema}, and try again. Nothing was changed."
            )


def _why_not(found: Plan) -> str:
    if found.misfits:
        reasons = "".join(f"\n- {misfit}" for misfit in found.misfits)
        return f"The database does not fit, and nothing was changed:{reasons}"
    return (
        f"Times are stored without a zone in {', '.join(found.needs_timezone)}. Say which zone they are in;"
        " until then nothing is changed."
    )


@contextmanager
def _translated(database: Database) -> Iterator[None]:
    try:
        yield
    except DBAPIError as exc:
        if getattr(exc.orig, "pgcode", None) == _LOCK_NOT_AVAILABLE:
            by = _who_holds_the_tables(database)
            message = (
                f"Someone else is using the blog's tables{f' ({by})' if by else ''}. Nothing was changed."
            )
            raise Locked(f"{message} Try again when they have finished.", by) from exc
        state = getattr(exc.orig, "pgcode", None) or ""
        if state.startswith(_ABOUT_THE_SCHEMA):
            raise Refused(f"PostgreSQL refused, and nothing was changed: {_primary_message(exc)}") from exc
        known = errors.translate(exc)
        if known is None:
            raise
        raise known from exc


def _primary_message(exc: DBAPIError) -> str:
    # The primary message names tables and columns; values of rows are in DETAIL, which stays out.
    diagnosis = getattr(exc.orig, "diag", None)
    return getattr(diagnosis, "message_primary", None) or type(exc.orig).__name__


def _who_holds_the_tables(database: Database) -> str:
    with database.engine.connect() as connection:
        names = [table.name for table in models.TABLES]
        holders = connection.scalars(text(_HOLDERS), {"names": names, "key": ADVISORY_LOCK})
        return ", ".join(cast("list[str]", list(holders)))


_HOLDERS: Final = """
SELECT DISTINCT concat_ws(', ', coalesce(a.usename, 'the server'), nullif(a.application_name, ''))
FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
WHERE l.granted AND l.pid <> pg_backend_pid()
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND (l.relation IN (SELECT to_regclass(quote_ident(n)) FROM unnest(CAST(:names AS text[])) AS n)
       OR (l.locktype = 'advisory' AND l.objid = :key))
ORDER BY 1
"""

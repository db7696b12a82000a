"""Runs the migrations: on the connection that ``database.schema`` hands over, on the database that
BLOGADMIN_DATABASE_URL names (for Alembic's own command line), or with ``--sql`` as a script.

Nothing is left out of a comparison but indexes of an extension that the database does not have, and
partitions, which belong to their table: no other table, type or default is hidden from ``alembic check``.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache

from alembic import context
from sqlalchemy import Connection, Index, create_engine, pool, text

from blogadmin.core.database.address import to_url
from blogadmin.core.database.schema import FORMER_REVISIONS, FORMER_TABLE, REVISION_TABLE
from blogadmin.core.models import Base

# One number for every client: two programs that start at once must not migrate together.
ADVISORY_LOCK = 0x626C6F67
SAFELY = (
    # The second program waits until the first is done, and then finds nothing left to do. Reading the words
    # of ten million posts takes half an hour.
    "SET LOCAL statement_timeout = '1h'",
    "SET LOCAL lock_timeout = 0",
    f"SELECT pg_advisory_xact_lock({ADVISORY_LOCK})",
    # A change of a table queues every reader behind it while it waits, so it must not wait for long.
    "SET LOCAL lock_timeout = '3s'",
)
# The first revisions were noted under Alembic's usual name. The blog's own application may use that name and
# count like this, too; it would not have made our triggers.
MOVE_REVISION = f"""
DO $do$ BEGIN
  IF to_regclass('{REVISION_TABLE}') IS NULL AND to_regclass('{FORMER_TABLE}') IS NOT NULL
      AND to_regprocedure('blogadmin_touch()') IS NOT NULL THEN
    IF (SELECT version_num FROM {FORMER_TABLE}) IN ('{"', '".join(FORMER_REVISIONS)}') THEN
      ALTER TABLE {FORMER_TABLE} RENAME TO {REVISION_TABLE};
      ALTER TABLE {REVISION_TABLE} RENAME CONSTRAINT {FORMER_TABLE}_pkc TO {REVISION_TABLE}_pkc;
    END IF;
  END IF;
END $do$
"""  # noqa: S608 - our own names


def can_be_there(connection: Connection | None) -> Callable[..., bool]:
    """Tell Alembic to pass over partitions, and indexes of an extension that this database does not have."""

    @cache
    def extensions() -> set[str]:
        # Not before it is needed: Alembic commits only a transaction that it began itself.
        return set(connection.scalars(text("SELECT extname FROM pg_extension"))) if connection else set()

    @cache
    def partitions() -> set[str]:
        found = "SELECT relname FROM pg_class WHERE relispartition AND relkind IN ('r', 'p')"
        return set(connection.scalars(text(found))) if connection else set()

    def include(item: object, name: object, kind: object, reflected: bool, _other: object) -> bool:
        if reflected and kind == "table":
            return name not in partitions()
        needed = item.info.get("extension") if isinstance(item, Index) and not reflected else None
        return needed is None or needed in extensions()

    return include


def run(connection: Connection | None) -> None:
    """Run in one transaction, under bounded waits; without a connection, print the script instead."""
    context.configure(
        connection=connection,
        dialect_name="postgresql",
        literal_binds=connection is None,
        # Any other style of parameters would double every percent sign in a script.
        dialect_opts={"paramstyle": "named"} if connection is None else {},
        target_metadata=Base.metadata,
        version_table=REVISION_TABLE,
        include_object=can_be_there(connection),
        compare_type=True,
        compare_server_default=True,
        transaction_per_migration=False,
    )
    with context.begin_transaction():
        for statement in (*SAFELY, MOVE_REVISION):
            context.execute(text(statement))
        context.run_migrations()


handed_over: Connection | None = context.config.attributes.get("connection")
if handed_over is not None or context.is_offline_mode():
    run(handed_over)
else:
    if "BLOGADMIN_DATABASE_URL" not in os.environ:
        raise SystemExit("Set BLOGADMIN_DATABASE_URL to the database that Alembic shall work on.")
    engine = create_engine(to_url(os.environ["BLOGADMIN_DATABASE_URL"]), poolclass=pool.NullPool)
    with engine.connect() as own:
        run(own)

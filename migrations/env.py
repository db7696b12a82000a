"""Runs the migrations: on the connection that ``database.schema`` hands over, on the database that
BLOGADMIN_DATABASE_URL names (for Alembic's own command line), or with ``--sql`` as a script.

Nothing is left out of a comparison: no table, type or default is hidden from ``alembic check``.
"""

from __future__ import annotations

import os

from alembic import context
from sqlalchemy import Connection, create_engine, pool, text

from blogadmin.core.database.engine import to_url
from blogadmin.core.models import Base

# One number for every client: two programs that start at once must not migrate together.
ADVISORY_LOCK = 0x626C6F67
SAFELY = (
    # The second program waits until the first is done, and then finds nothing left to do.
    "SET LOCAL statement_timeout = '15min'",
    "SET LOCAL lock_timeout = 0",
    f"SELECT pg_advisory_xact_lock({ADVISORY_LOCK})",
    # A change of a table queues every reader behind it while it waits, so it must not wait for long.
    "SET LOCAL lock_timeout = '3s'",
)


def run(connection: Connection | None) -> None:
    """Run in one transaction, under bounded waits; without a connection, print the script instead."""
    context.configure(
        connection=connection,
        dialect_name="postgresql",
        literal_binds=connection is None,
        target_metadata=Base.metadata,
        compare_type=True,
        compare_server_default=True,
        transaction_per_migration=False,
    )
    with context.begin_transaction():
        for statement in SAFELY:
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

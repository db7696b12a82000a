"""Runs the migrations on the connection that ``database.schema`` hands over, or on BLOGADMIN_DATABASE_URL."""

from __future__ import annotations

import os

from alembic import context
from sqlalchemy import Connection, create_engine, make_url, text

from blogadmin.core.models import Base

# One number for every client: two programs that start at once must not migrate together.
ADVISORY_LOCK = 0x626C6F67


def run(connection: Connection) -> None:
    """Configure Alembic for ``connection`` and run, in one transaction, under bounded waits."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        compare_type=True,
        compare_server_default=True,
        transaction_per_migration=False,
    )
    with context.begin_transaction():
        connection.execute(text("SET LOCAL lock_timeout = '3s'"))
        connection.execute(text("SET LOCAL statement_timeout = '15min'"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
        context.run_migrations()


handed_over = context.config.attributes.get("connection")
if handed_over is not None:
    run(handed_over)
else:
    url = make_url(os.environ["BLOGADMIN_DATABASE_URL"]).set(drivername="postgresql+psycopg2")
    engine = create_engine(url)
    with engine.connect() as own:
        run(own)
        own.commit()
    engine.dispose()

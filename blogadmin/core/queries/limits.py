"""How long a statement may run, other than what the connection was opened with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

PATIENCE = 120.0
"""Seconds for a statement that is known to take long. Whoever waits for one must allow as much."""
_QUERY_CANCELED = "57014"


@contextmanager
def time_limit(session: Session, seconds: float) -> Iterator[None]:
    """Give statements inside ``seconds`` each, then what they had before."""
    connection = session.connection()
    had = connection.exec_driver_sql("SHOW statement_timeout").scalar_one()
    connection.exec_driver_sql(f"SET statement_timeout = {round(seconds * 1000)}")
    try:
        yield
    finally:
        # On a lost connection, or in a transaction that failed, there is nothing left to set right.
        with suppress(DBAPIError):
            connection.exec_driver_sql(f"SET statement_timeout = '{had}'")


def ran_out(error: DBAPIError) -> bool:
    """Whether a statement was stopped by its time limit."""
    return getattr(error.orig, "pgcode", None) == _QUERY_CANCELED

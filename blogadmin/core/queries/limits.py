"""How long a statement may run, other than what the connection was opened with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy.exc import DBAPIError, InvalidRequestError
from sqlalchemy.orm import Session

from blogadmin.core.database.pooled import limited
from blogadmin.core.database.units import driver_connection

PATIENCE = 120.0
"""Seconds for a statement that is known to take long. Whoever waits for one must allow as much."""
_QUERY_CANCELED = "57014"


@contextmanager
def time_limit(session: Session, seconds: float) -> Iterator[None]:
    """Give statements inside ``seconds`` each, then what they had before."""
    connection = session.connection()
    milliseconds = round(seconds * 1000)
    with limited(connection, milliseconds) as brought:
        if brought:
            yield
            return
    # For longer than the transaction only where there is none: through a pooler others would inherit it.
    change = "SET" if driver_connection(connection).autocommit else "SET LOCAL"
    had = connection.exec_driver_sql("SHOW statement_timeout").scalar_one()
    connection.exec_driver_sql(f"{change} statement_timeout = {milliseconds}")
    try:
        yield
    finally:
        # On a lost connection, or in a transaction that failed, there is nothing left to set right.
        with suppress(DBAPIError, InvalidRequestError):
            connection.exec_driver_sql(f"{change} statement_timeout = '{had}'")


def ran_out(error: DBAPIError) -> bool:
    """Whether a statement was stopped by its time limit."""
    return getattr(error.orig, "pgcode", None) == _QUERY_CANCELED

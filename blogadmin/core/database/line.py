"""A connection of which each wait is bounded, and over at once when somebody wants it to be.

libpq itself waits where nobody can reach it: while connecting, and for an answer that a proxy keeps back.
"""

from __future__ import annotations

import selectors
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

import psycopg2
from psycopg2 import extensions

from blogadmin.core.database.address import connect_args, resolved
from blogadmin.core.database.errors import Unavailable

if TYPE_CHECKING:
    from blogadmin.core.database.engine import Database

Pause = Callable[[float, extensions.connection, int], object]
"""Waits at most so many seconds until the connection is ready for ``selectors``' events; may raise."""

ANSWER: Final = 5.0
"""Seconds that an answer may take."""
MARGIN: Final = 3.0
"""Seconds for each address of a server beyond the limit for connecting: the kernel gives up first."""
SILENT: Final = "The server did not answer in time. Check the network and try again."


class Line:
    """One asynchronous connection, in autocommit, used as if it were not asynchronous. Close it.

    Everything but ``close`` raises ``psycopg2.Error``, ``Unavailable`` where the server is silent, or what
    ``pause`` raises.
    """

    def __init__(self, database: Database, pause: Pause) -> None:
        keywords = {
            **database.engine.dialect.create_connect_args(database.url)[1],
            **connect_args(database.url.query, database.settings),
        }
        # Looked up here: libpq would stop every Python thread for it.
        hosts = resolved(keywords)
        self._pause = pause
        self.raw: Final = psycopg2.connect(**{**keywords, **hosts}, async_=True)
        addresses = hosts.get("host", "").count(",") + 1
        try:
            self._finish(addresses * (database.settings.connect_timeout + MARGIN))
        except BaseException:
            self.close()
            raise

    def run(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run a statement and return its rows."""
        cursor = self.raw.cursor()
        cursor.execute(statement, values or None)
        self._finish(ANSWER)
        return cursor.fetchall() if cursor.description else []

    def close(self) -> None:
        """Close the connection, whatever state it is in."""
        self.raw.close()

    def _finish(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while (state := self.raw.poll()) != extensions.POLL_OK:
            left = until - time.monotonic()
            if left <= 0:
                raise Unavailable(SILENT)
            ready = selectors.EVENT_READ if state == extensions.POLL_READ else selectors.EVENT_WRITE
            self._pause(left, self.raw, ready)

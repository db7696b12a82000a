"""Whether the server still answers, when all that is known is that it has not done so for a while.

A proxy whose server is gone, or a network that lets everything in and nothing out, takes each byte, and no
timeout of libpq or the server notices.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import psycopg2

from blogadmin.core.database.errors import Unavailable
from blogadmin.core.database.units import shut

if TYPE_CHECKING:
    from psycopg2.extensions import connection

    from blogadmin.core.database.engine import Database

PING_FOR: Final = 3.0
"""Seconds that the question whether a connection still lives may take, before anything is asked over it."""

# libpq's own words, in English everywhere; whatever else it says while connecting, the server has said.
_SILENCE = re.compile("timeout expired|timed out|refused|unreachable|[Nn]o route|closed|could not receive")


class Pings:
    """The connections that are being asked whether they live. From any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._since: dict[int, tuple[connection, float]] = {}

    def of_pool(self, ping: Callable[..., bool]) -> Callable[..., bool]:
        """A dialect's ``do_ping`` that can be given up."""

        def watched(dbapi_connection: Any) -> bool:
            with self.pinging(dbapi_connection):
                return ping(dbapi_connection)

        return watched

    @contextmanager
    def pinging(self, raw: connection) -> Iterator[None]:
        """Within, ``raw`` may be shut by ``give_up``."""
        with self._lock:
            self._since[id(raw)] = (raw, time.monotonic())
        try:
            yield
        finally:
            with self._lock:
                self._since.pop(id(raw), None)

    def give_up(self, after: float = PING_FOR) -> None:
        """Shut the connections that have not answered for ``after`` seconds; whoever waits connects anew."""
        late = time.monotonic() - after
        with self._lock:
            for raw, since in self._since.values():
                if since <= late:
                    shut(raw)


def answers(database: Database) -> bool:
    """The body of ``Database.answers``."""
    database.pings.give_up()
    try:
        with database.aside() as side, side.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Unavailable:
        return True
    except psycopg2.Error as exc:
        return exc.pgcode is not None or not _SILENCE.search(str(exc))
    return True

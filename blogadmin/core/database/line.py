"""A connection of which each wait is bounded, and over at once when somebody wants it to be.

libpq itself waits where nobody can reach it: while connecting, and for an answer that a proxy keeps back.
"""

from __future__ import annotations

import os
import selectors
import socket
import time
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

import psycopg2
from psycopg2 import extensions

from blogadmin.core.database.address import connect_args
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
        hosts = _resolved(keywords)
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


def _resolved(keywords: dict[str, Any]) -> dict[str, str]:
    """The servers to connect to with their addresses looked up: libpq would stop every Python thread for it.

    Several hosts, as several addresses of a host, are tried in turn. What is no name stays as it is.
    """
    hosts = str(keywords.get("host") or os.environ.get("PGHOST", "")).split(",")
    if keywords.get("hostaddr") or all(not host or host.startswith("/") for host in hosts):
        return {}
    ports = str(keywords.get("port") or os.environ.get("PGPORT") or 5432).split(",")
    found = [
        (host, address, port)
        for host, port in zip(hosts, ports * (len(hosts) if len(ports) == 1 else 1), strict=True)
        for address in _addresses(host, port)
    ]
    names, addresses, numbers = (",".join(part) for part in zip(*found, strict=True))
    return {"host": names, "hostaddr": addresses, "port": numbers}


def _addresses(host: str, port: str) -> Iterable[str]:
    if not host or host.startswith("/"):
        return [""]
    try:
        found = socket.getaddrinfo(host, port or 5432, type=socket.SOCK_STREAM)
    except OSError:
        # libpq says what is wrong with it, and may know the next one.
        return [""]
    return dict.fromkeys(str(address[0]) for *_kind, address in found)

"""Whether the server still answers, when all that is known is that it has not done so for a while.

A proxy whose server is gone, or a network that lets everything in and nothing out, takes each byte, and no
timeout of libpq or the server notices. Or the server is there and only this connection leads nowhere: the
proxy has lost its other half. Then the server's process waits for us as we wait for it.
"""

from __future__ import annotations

import os
import re
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import psycopg2
from psycopg2 import extensions

from blogadmin.core.database.errors import Unavailable
from blogadmin.core.database.line import SILENT
from blogadmin.core.database.sockets import alarm, shut

if TYPE_CHECKING:
    from psycopg2.extensions import connection

    from blogadmin.core.database.engine import Database

LOOK_FOR: Final = 3.0
"""Seconds that the question on the side may take, or one more if connecting has taken as long."""
HEARD_WITHIN: Final = 1.5
"""Seconds since when something must have arrived for an answer to be on its way."""
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


@contextmanager
def answering(database: Database, seconds: float) -> Iterator[None]:
    """Within, all is answered in ``seconds``, or ``database`` is aborted and ``Unavailable`` raised."""
    late = threading.Event()

    def give_up() -> None:
        late.set()
        database.abort()

    try:
        with alarm(seconds, give_up):
            yield
    except Exception as exc:
        if late.is_set():
            raise Unavailable(SILENT) from exc
        raise
    if late.is_set():
        raise Unavailable(SILENT)


class Look(NamedTuple):
    """What became of the question on the side.

    ``idle``: how the server's process stands idle whose answer is waited for; ``None`` when it works, when
    nobody waits, and when nobody can tell. The same twice means that nothing has moved in between.
    """

    answered: bool
    idle: object = None


def look(database: Database, pid: int | None, *, committing: bool = False) -> Look:
    """The body of ``Database.look``."""
    database.pings.give_up()
    waiting = _waiting(database, pid)
    try:
        with database.aside(LOOK_FOR) as side, side.cursor() as cursor:
            if waiting is None or pid is None:
                cursor.execute("SELECT 1")
                return Look(True)
            process = database.pooling.process(pid)
            if committing and process.value != pid:
                # The word COMMIT bears no mark.
                found = _of_commit(cursor, process.ending)
            else:
                cursor.execute(_STATE.format(process.expression), (process.value,))
                found = cursor.fetchall()
    except Unavailable:
        return Look(True)
    except psycopg2.Error as exc:
        return Look(exc.pgcode is not None or not _SILENCE.search(str(exc)))
    return Look(True, None if _may_work(found) or _hears(waiting) else (pid, process.steps, *found))


def _of_commit(cursor: Any, transaction: int | None) -> list[tuple[str | None, Any]]:
    """How the process stands that shall commit ``transaction``, and since when; none that has done so.

    A commit may rightly take long, on its way to the disk or to a standby; one of nothing is over at once.
    """
    cursor.execute(_COMMITTING, (transaction or None, transaction or None))
    found = cursor.fetchall()
    return [(None, None)] if transaction is None else found


def _waiting(database: Database, pid: int | None) -> connection | None:
    """The connection that is told to be served by ``pid``, while an answer is waited for on it."""
    found = None if pid is None else database.connection_of(pid)
    with suppress(psycopg2.Error):
        if found is not None and found.info.transaction_status == extensions.TRANSACTION_STATUS_ACTIVE:
            return found
    return None


def _may_work(found: list[tuple[str | None, Any]]) -> bool:
    """Whether the process works, or does not let us see what it does. There may be none at all."""
    return any(state is None or not state.startswith("idle") for state, _since in found)


def _hears(raw: connection) -> bool:
    """Whether something has just arrived. The end of a long answer is on its way while the server rests."""
    if not sys.platform.startswith("linux"):
        return False
    with suppress(psycopg2.Error, OSError), closing(socket.socket(fileno=os.dup(raw.fileno()))) as twin:
        told = twin.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _HEARD.size)
        return _HEARD.unpack(told)[0] < HEARD_WITHIN * 1000
    return False


# tcp_info of the kernel: milliseconds since something arrived.
_HEARD: Final = struct.Struct("52xI")
_STATE: Final = """
SELECT state, state_change FROM pg_stat_activity WHERE pid = {}
"""
# Whose process it is need not be shown to us; the transaction itself tells whether it has ended.
_COMMITTING: Final = """
SELECT a.state, a.state_change
FROM (SELECT txid_status(%s) AS status) AS t
LEFT JOIN pg_stat_activity AS a ON a.backend_xid = CAST(CAST(%s %% 4294967296 AS text) AS xid)
WHERE t.status = 'in progress'
"""

"""Who is in the way of a unit of work, asked while it waits: afterwards it is too late.

When a wait for a lock has timed out, the server no longer knows what it was for.
"""

from __future__ import annotations

import threading
import time
from contextlib import closing, suppress
from typing import TYPE_CHECKING, Final

import psycopg2

from blogadmin.core.database.errors import Unavailable
from blogadmin.core.database.sockets import shut

if TYPE_CHECKING:
    from psycopg2 import extensions

    from blogadmin.core.database.engine import Database
    from blogadmin.core.database.pooled import Process

IDLE_FOR: Final = 10.0
"""Seconds without a unit of work after which the thread ends."""

_EVERY = 1.0
_LAST_ANSWER = 0.5


class Waiting:
    """A unit of work that may come to wait: its process on the server, since when, and who was in its way."""

    __slots__ = ("by", "pid", "since")

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.since = time.monotonic()
        self.by = ""


class LockWatch:
    """One thread for a ``Database``, there while units of work come; all methods may be called from any.

    It looks from time to time instead of being woken, so that a unit which takes a millisecond pays nothing
    for it. It opens its connection only when a unit takes long.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        limit = database.settings.lock_timeout_ms / 1000
        self._every = min(_EVERY, limit / 3) if limit else _EVERY
        self._changed = threading.Condition()
        self._units: set[Waiting] = set()
        self._last = 0.0
        self._thread: threading.Thread | None = None
        self._side: extensions.connection | None = None
        self._asked: float | None = None
        self._closed = False

    def begin(self, pid: int) -> Waiting:
        """Watch the unit of work that ``pid`` does on the server, until ``end``."""
        unit = Waiting(pid)
        with self._changed:
            self._units.add(unit)
            self._last = unit.since
            if self._thread is None and not self._closed:
                self._thread = threading.Thread(target=self._watch, name="lock-watch", daemon=True)
                self._thread.start()
        return unit

    def end(self, unit: Waiting) -> None:
        """The unit is over."""
        with self._changed:
            self._units.discard(unit)
            self._give_up_late()

    def by(self, unit: Waiting) -> str:
        """Who was seen last in the way of ``unit``; a question under way gets a moment to be answered."""
        with self._changed:
            self._changed.wait_for(lambda: self._asked is None, _LAST_ANSWER)
        return unit.by

    def close(self) -> None:
        """End the thread, also from a question that is never answered."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
            thread, side = self._thread, self._side
            if side is not None:
                shut(side)
        if thread is not None:
            # While it connects nothing can wake it; as a daemon it keeps no process.
            thread.join(_LAST_ANSWER)

    def _give_up_late(self) -> None:
        # A server that answers nothing any more must not keep the watch from the units to come.
        late = self._asked is not None and time.monotonic() - self._asked > _LAST_ANSWER
        if late and self._side is not None:
            shut(self._side)

    def _watch(self) -> None:
        while self._turn():
            if self._slow():
                with suppress(psycopg2.Error, Unavailable):
                    # Unanswered, the message names nobody; the unit itself will tell what failed here.
                    self._ask()

    def _turn(self) -> bool:
        """Wait a while; say whether the watch goes on."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed, self._every)
            goes_on = bool(self._units) or time.monotonic() - self._last < IDLE_FOR
            if self._closed or not goes_on:
                self._thread = None
                return False
            return True

    def _slow(self) -> list[Waiting]:
        """Units that take long. One that merely runs at this moment is no reason to open a connection."""
        now = time.monotonic()
        with self._changed:
            return [unit for unit in self._units if now - unit.since > self._every / 2]

    def _ask(self) -> None:
        """Ask about slow units over one connection, for as long as there are any."""
        with closing(self._database.connect()) as side:
            self._side = side
            try:
                while not self._closed and (slow := self._slow()):
                    self._ask_about(slow, side)
                    with self._changed:
                        self._changed.wait_for(lambda: self._closed, self._every)
            finally:
                self._side = None

    def _ask_about(self, units: list[Waiting], side: extensions.connection) -> None:
        self._asked = time.monotonic()
        try:
            for unit in units:
                unit.by = _ask_blockers(side, self._database.pooling.process(unit.pid)) or unit.by
        finally:
            with self._changed:
                self._asked = None
                self._changed.notify_all()


def blockers(database: Database, pid: int) -> str:
    """The body of ``Database.blockers``."""
    try:
        with database.aside() as side:
            return _ask_blockers(side, database.pooling.process(pid))
    except (psycopg2.Error, Unavailable):
        return ""


def _ask_blockers(side: extensions.connection, process: Process) -> str:
    with side.cursor() as cursor:
        cursor.execute(_BLOCKERS.format(process.expression), (process.value,))
        return ", ".join(f"{who} ({program})" if program else who for who, program in cursor.fetchall())


_BLOCKERS: Final = """
SELECT DISTINCT coalesce(usename, 'someone'), coalesce(application_name, '') FROM pg_stat_activity
WHERE pid = ANY(pg_blocking_pids({})) ORDER BY 1, 2 LIMIT 3
"""

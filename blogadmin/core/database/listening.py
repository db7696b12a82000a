"""One connection of the feed: what it is told by the server, and what it lets the server know."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Container, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import psycopg2

from blogadmin.core import models
from blogadmin.core.database import presence
from blogadmin.core.database.errors import describe
from blogadmin.core.database.news import CHANGED, EDITING, Burst, Editing, Event

if TYPE_CHECKING:
    from blogadmin.core.database.line import Line
    from blogadmin.core.database.presence import Row

BEAT: Final = 4.0
"""Seconds between two questions whether the server is still there, and who edits what."""

POOLED: Final = "A connection pooler before the server lets no messages through."
STANDBY: Final = "This server is a read-only copy, which sends no messages."

# The server shall notice soon, too, that this computer is gone: with its session go its locks.
_PREPARE: Final = f"""
SET tcp_keepalives_idle = 4; SET tcp_keepalives_interval = 1; SET tcp_keepalives_count = 3;
LISTEN "{CHANGED}"; LISTEN "{EDITING}"
"""
_log = logging.getLogger(__name__)


class Listening:
    """Call ``begin`` once, then ``go_on`` whenever the socket can be read, at the latest in ``patience()``.

    ``own`` has the server's processes of which nothing needs to be told. Everything raises what ``Line``
    raises when the connection is lost.
    """

    def __init__(self, line: Line, own: Container[int], tell: Callable[[Event], object]) -> None:
        self._run = line.run
        self._raw = line.raw
        self._own = own
        self._tell = tell
        self._burst = Burst(own, frozenset(models.Base.metadata.tables))
        self._beat = 0.0
        self._company = True
        """Whether others edit something, as far as is known; who it is must be looked up again and again."""
        self._held: frozenset[Row] = frozenset()
        self._sees_editors = True

    def begin(self) -> str:
        """Ask for messages. Why none will come, in a person's words; empty if they will."""
        ((pid, standby),) = self._run("SELECT pg_backend_pid(), pg_is_in_recovery()")
        if pid != self._raw.info.backend_pid:
            return POOLED
        if standby:
            return STANDBY
        self._run(_PREPARE)
        return "" if self._run("SELECT pg_listening_channels()") else POOLED

    def go_on(self, held: frozenset[Row]) -> bool:
        """Take what has come and tell of it when it is due; see to the locks on the rows ``held``.

        Says whether anything has come.
        """
        self._hold(held)
        if self._beat <= time.monotonic():
            self._ask()
            self._beat = time.monotonic() + BEAT
        # Last: what came along with those answers is nothing that the socket would wake anybody for.
        heard = self._hear()
        if self._burst.due is not None and self._burst.due <= time.monotonic():
            self._tell_of_burst()
        return heard

    def patience(self) -> float:
        """Seconds until there is something to do even if nothing comes."""
        due = self._beat if self._burst.due is None else min(self._beat, self._burst.due)
        return due - time.monotonic()

    def _hear(self) -> bool:
        self._raw.poll()
        own = self._raw.info.backend_pid
        heard = bool(self._raw.notifies)
        while self._raw.notifies:
            one = self._raw.notifies.pop(0)
            if one.pid != own:
                self._burst.hear(one.channel, one.pid, one.payload)
        return heard

    def _tell_of_burst(self) -> None:
        if self._burst.editing:
            self._company = True
            self._beat = 0.0
        for event in self._burst.take():
            self._tell(event)

    def _hold(self, held: frozenset[Row]) -> None:
        if held == self._held or not self._sees_editors:
            return
        with self._hints():
            presence.cease(self._run, self._held - held)
            presence.begin(self._run, held - self._held)
        self._held = held

    def _ask(self) -> None:
        """See that the server answers; where that is of use, by asking who edits what."""
        if self._company and self._sees_editors:
            with self._hints():
                found = presence.editors(self._run)
                self._company = bool(found)
                self._tell(Editing(found))
        else:
            self._run("SELECT 1")

    @contextmanager
    def _hints(self) -> Iterator[None]:
        """Do without presence where the server refuses it: it is only a hint, and messages come anyway."""
        try:
            yield
        except psycopg2.Error as exc:
            if exc.pgcode is None or self._raw.closed:
                raise
            _log.info("Nobody can be told who edits what: %s", describe(exc))
            self._sees_editors = False

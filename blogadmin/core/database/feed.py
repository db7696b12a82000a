"""What other programs commit, told as it happens, from a connection and a thread of its own.

PostgreSQL keeps no message for whoever is away. So each time the feed has (re)connected it tells that any row
may have changed; nobody has to know how long it was away, or why: restart, failover, sleep, a cable.
"""

from __future__ import annotations

import contextlib
import logging
import random
import selectors
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from typing import TYPE_CHECKING, Final

import psycopg2

from blogadmin.core.database.errors import KnownError, NotPermitted, describe, translate
from blogadmin.core.database.line import Line
from blogadmin.core.database.listening import Listening
from blogadmin.core.database.news import Editing, Event, LostTrack, Standing

if TYPE_CHECKING:
    from psycopg2.extensions import connection

    from blogadmin.core.database.engine import Database
    from blogadmin.core.database.presence import Row

FIRST_PAUSE: Final = 0.2
LONGEST_PAUSE: Final = 5.0
"""Seconds before the next attempt to connect; each pause is twice the one before, give or take a quarter."""
POLL: Final = 30.0
"""Seconds between two attempts, each told as "any row may have changed", where the server tells nothing."""
GATHER: Final = 0.02
"""Seconds for which more may come once something was heard, before it is looked at: a person who makes one
change after the other would otherwise wait for the feed, which looks at each of them, too."""

_log = logging.getLogger(__name__)


class Feed:
    """Listens from ``start`` until it is closed; a lost connection is made again and again.

    ``tell`` is called on the feed's thread with each ``Event``; it must neither wait nor raise. What
    ``database``'s own connections commit is not told. The methods may be called from any thread.
    """

    def __init__(self, database: Database, tell: Callable[[Event], object]) -> None:
        self._database = database
        self._report = tell
        self._thread = threading.Thread(target=self._run, name="feed", daemon=True)
        self._lock = threading.Lock()
        self._wake, self._woken = socket.socketpair()
        self._wake.setblocking(False)
        self._woken.setblocking(False)
        self._ending = False
        self._roused = False
        self._wanted: Counter[Row] = Counter()
        self._told: dict[type[Event], Event] = {Editing: Editing()}

    def start(self) -> None:
        """Begin to listen. Once."""
        self._thread.start()

    def hold(self, noun: str, row_id: int) -> None:
        """Let other programs know that this one edits the row, until ``let_go`` was called as often."""
        with self._lock:
            self._wanted[noun, row_id] += 1
        self._rouse()

    def let_go(self, noun: str, row_id: int) -> None:
        """Take back one ``hold``."""
        with self._lock:
            self._wanted[noun, row_id] -= 1
            self._wanted = +self._wanted
        self._rouse()

    def stop(self) -> None:
        """Begin to end, without waiting. Nothing is told from now on."""
        self._ending = True
        self._rouse()

    def close(self, timeout: float = 1.0) -> bool:
        """End, which takes milliseconds; whether the thread has ended within ``timeout`` seconds.

        One that just waits for a name server ends when that answers; as a daemon it keeps no process.
        """
        self.stop()
        if self._thread.ident is not None:
            self._thread.join(timeout)
        else:
            self._close_wake_up()
        return not self._thread.is_alive()

    def _rouse(self) -> None:
        # Full or closed: the thread has been roused already, or it has ended.
        with contextlib.suppress(OSError):
            self._wake.send(b"!")

    def _close_wake_up(self) -> None:
        self._wake.close()
        self._woken.close()

    # Everything below runs on the feed's thread.

    def _run(self) -> None:
        self._tell(Standing("connecting"))
        pause = FIRST_PAUSE
        try:
            while not self._ending:
                began = time.monotonic()
                wanted = self._one_connection()
                if time.monotonic() - began > LONGEST_PAUSE:
                    pause = FIRST_PAUSE
                # Not in step with everyone else whom the same restart has thrown out.
                self._rest((wanted or pause) * random.uniform(0.75, 1.25))  # noqa: S311 - no secret
                pause = min(2 * pause, LONGEST_PAUSE)
        finally:
            self._close_wake_up()

    def _one_connection(self) -> float | None:
        """Connect, and listen until that fails. How long to wait then, if not as after any other failure."""
        try:
            with closing(Line(self._database, self._pause)) as line:
                return self._listen(line)
        except (psycopg2.Error, OSError, KnownError) as exc:
            return self._failed(exc)

    def _listen(self, line: Line) -> float | None:
        listening = Listening(line, self._database.backends, self._tell)
        deaf = listening.begin()
        self._tell(Standing("not live", deaf) if deaf else Standing("live"))
        self._tell(LostTrack())
        if deaf:
            return POLL
        while not self._ending:
            self._roused = False
            heard = listening.go_on(self._rows_held())
            # Roused in the middle of a statement, it has not looked since.
            if self._roused:
                continue
            if heard:
                self._sleep(min(listening.patience(), GATHER))
            else:
                self._sleep(listening.patience(), line.raw)
        return None

    def _failed(self, exc: Exception) -> float | None:
        if self._ending:
            return None
        # Whatever cut this connection has probably cut the others, too; they need not fail to find out.
        self._database.doubt()
        error = translate(exc)
        _log.info("The feed has no connection: %s", describe(exc))
        self._tell(Standing("connecting", str(error or "")))
        self._tell(Editing())
        # A server that counts wrong passwords must not lock the person out.
        return POLL if isinstance(error, NotPermitted) else None

    def _tell(self, event: Event) -> None:
        if self._ending:
            return
        if isinstance(event, Standing | Editing):
            if self._told.get(type(event)) == event:
                return
            self._told[type(event)] = event
        self._report(event)

    def _rows_held(self) -> frozenset[Row]:
        with self._lock:
            return frozenset(self._wanted)

    def _rest(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while not self._ending and (left := until - time.monotonic()) > 0:
            self._sleep(left)

    def _pause(self, seconds: float, raw: connection, events: int) -> None:
        """``_sleep`` in the middle of something. Raises ``InterruptedError`` when the feed shall end."""
        if self._ending:
            raise InterruptedError
        self._sleep(seconds, raw, events)

    def _sleep(
        self, seconds: float, raw: connection | None = None, events: int = selectors.EVENT_READ
    ) -> None:
        """Wait until the connection is ready, somebody has roused the thread, or time is up."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._woken, selectors.EVENT_READ)
            if raw is not None:
                selector.register(raw, events)
            selector.select(max(0.0, seconds))
        with contextlib.suppress(BlockingIOError):
            self._woken.recv(4096)
            self._roused = True

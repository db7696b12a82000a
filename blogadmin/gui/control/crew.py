"""The threads behind ``Tasks``: lanes of workers, the guard who stops them, the bridge back."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection
from typing import Any

from PySide6.QtCore import QObject

from blogadmin.gui.control.bridge import Bridge
from blogadmin.gui.control.guard import Guard
from blogadmin.gui.control.lane import Lane
from blogadmin.gui.control.ticket import Kind, Ticket
from blogadmin.gui.control.worker import Worker

log = logging.getLogger(__name__)

_OTHER_WORKERS = 3


class Crew:
    """A few readers, one writer, a few for everything else. No thread runs before it is needed.

    ``chunk(ticket, part)``, ``settle(ticket, result, error)`` and, when the ticket's server answers nobody,
    ``silent(ticket)`` are called in the window's thread.
    """

    def __init__(
        self,
        readers: int,
        settle: Callable[[Ticket, Any, BaseException | None], None],
        chunk: Callable[[Ticket, Any], None],
        silent: Callable[[Ticket], None],
        parent: QObject,
    ) -> None:
        self.bridge = Bridge(parent)
        self._guard = Guard(lambda ticket: self.bridge.post(lambda: silent(ticket)))
        worker = Worker(self.bridge, self._guard, settle, chunk)
        reader = Lane("read", readers, worker.run)
        self._writer = Lane("write", 1, worker.run)
        other = Lane("run", _OTHER_WORKERS, worker.run)
        self._lanes = {
            Kind.READ: reader,
            Kind.STREAM: reader,
            Kind.WRITE: self._writer,
            Kind.RUN: other,
            Kind.PROBE: other,
        }

    def submit(self, ticket: Ticket) -> None:
        """Have ``ticket`` done by whom it concerns."""
        self._lanes[ticket.kind].submit(ticket)

    def stop(self, ticket: Ticket) -> bool:
        """Take ``ticket`` back, which is true if nobody has begun it; else have it stopped on the server."""
        if self._lanes[ticket.kind].withdraw(ticket):
            return True
        if ticket.database is not None:
            self._guard.cancel(ticket)
        return False

    def close(self, running: Collection[Ticket], timeout: float) -> None:
        """End all threads within ``timeout`` seconds; nothing is delivered any more.

        Writes have a quarter of the time to finish before they are stopped on the server. Who is left after
        two thirds loses the socket, and the server goes on alone until it notices.
        """
        start = time.monotonic()
        self.bridge.close()
        for lane in set(self._lanes.values()):
            lane.stop(finish=lane is self._writer)
        if not self._join(start + timeout / 4):
            self._stop_hard(running, start, timeout)
        if not self._guard.stop(start + timeout):
            # It ends when its attempt to connect does; as a daemon it keeps no process.
            log.info("A cancel still waits for the server.")

    def _stop_hard(self, running: Collection[Ticket], start: float, timeout: float) -> None:
        self._writer.stop()
        unfinished = [ticket for ticket in running if not ticket.finished.is_set()]
        for ticket in unfinished:
            self._guard.cancel(ticket)
        if self._join(start + timeout * 2 / 3):
            return
        for database in {ticket.database for ticket in unfinished}:
            if database is not None:
                database.abort()
        if not self._join(start + timeout):
            log.warning("A worker could not be stopped.")

    def _join(self, until: float) -> bool:
        return all(lane.join(until) for lane in set(self._lanes.values()))

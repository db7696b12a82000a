"""For tests of the feed: its events collected, and a pooler to stand in between."""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any, TypeVar

from blogadmin.core.database.engine import Database
from blogadmin.core.database.feed import Feed
from blogadmin.core.database.news import CHANGED, Changed, Editing, Editor, Event, LostTrack, Standing
from tests.faults.proxy import FaultProxy, Link

T = TypeVar("T")
PATIENCE = 30.0


class Told:
    """Takes a feed's events; ``wait`` until what was told is as the test expects."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self.events: list[Event] = []

    def __call__(self, event: Event) -> None:
        with self._condition:
            self.events.append(event)
            self._condition.notify_all()

    def wait(self, reached: Callable[[list[Event]], T]) -> T:
        """Wait until ``reached(events)`` is true, and return what it gave."""
        deadline = time.monotonic() + PATIENCE
        with self._condition:
            while not (found := reached(self.events)):
                assert time.monotonic() < deadline, self.events
                # Not only after an event: some conditions ask the server.
                self._condition.wait(0.02)
        return found

    def wait_for(self, event: Event) -> None:
        """Wait until ``event`` has been told."""
        self.wait(lambda events: event in events)

    def live(self, times: int = 1) -> None:
        """Wait until the feed has (re)connected, and said so, that often."""

        def lost_track_since(events: list[Event]) -> list[bool]:
            return [LostTrack() in events[i:] for i, event in enumerate(events) if event == Standing("live")]

        self.wait(lambda events: sum(lost_track_since(events)) >= times)

    def changed(self) -> list[Changed]:
        """The changes that were told so far."""
        with self._condition:
            return [event for event in self.events if isinstance(event, Changed)]

    def rows(self, noun: str) -> set[int]:
        """Every row that was told to have changed."""
        return {row_id for event in self.changed() for row_id in event.changes.touched(noun)}

    def editors(self) -> tuple[Editor, ...]:
        """Who edits something, by what was told last."""
        with self._condition:
            return next((event.editors for event in reversed(self.events) if isinstance(event, Editing)), ())


@contextmanager
def feeding(url: str) -> Iterator[tuple[Database, Feed, Told]]:
    """A feed on a database of its own; when this ends, its thread must have ended within a second."""
    told = Told()
    with closing(Database(url)) as database:
        feed = Feed(database, told)
        feed.start()
        try:
            yield database, feed, told
        finally:
            assert feed.close()


def payload(**told: Any) -> tuple[str, str]:
    """Arguments for pg_notify."""
    return CHANGED, json.dumps(told)


class Pooler(FaultProxy):
    """Tells each client a process id of its own and keeps start-up options back, as connection poolers do."""

    def _forward(self, link: Link, source: socket.socket, data: bytes) -> None:
        if source is link.client:
            # Under a name that means nothing to the server.
            data = data.replace(b"\0options\0", b"\0not.for\0")
        else:
            head = b"K" + struct.pack("!I", 12)
            start, found, rest = data.partition(head)
            if found and len(rest) >= 8:
                (pid,) = struct.unpack("!I", rest[:4])
                data = start + found + struct.pack("!I", pid ^ 0x55555) + rest[4:]
        super()._forward(link, source, data)

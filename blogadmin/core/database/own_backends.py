"""What on the server is this program's: the processes that work for it, and the names of its requests.

So it need not be told of its own commits, and knows them in the history.
"""

from __future__ import annotations

import secrets
import threading
import time
import weakref
from typing import Any, Final

REMEMBERED_FOR: Final = 60.0
"""Seconds for which a process is remembered after it went: its last messages may still be on their way."""


class OwnBackends:
    """Process ids of the connections that were opened; from any thread."""

    def __init__(self) -> None:
        self.requests: Final = secrets.token_hex(8)
        """How the names of all units of work begin that are ours, and of nobody else's."""
        self._lock = threading.Lock()
        self._pids: weakref.WeakKeyDictionary[Any, int] = weakref.WeakKeyDictionary()
        self._gone: dict[int, float] = {}

    def opened(self, raw: Any, _record: object = None) -> None:
        """For SQLAlchemy's ``connect``: ``raw`` has a process on the server."""
        pid = raw.info.backend_pid
        with self._lock:
            self._pids[raw] = pid
            self._gone.pop(pid, None)

    def closed(self, raw: Any, _record: object = None) -> None:
        """For SQLAlchemy's ``close``: the process of ``raw`` ends."""
        now = time.monotonic()
        with self._lock:
            self._gone = {pid: until for pid, until in self._gone.items() if until > now}
            pid = self._pids.pop(raw, None)
            if pid is not None:
                self._gone[pid] = now + REMEMBERED_FOR

    def __contains__(self, pid: object) -> bool:
        if not isinstance(pid, int):
            return False
        with self._lock:
            return pid in self._pids.values() or self._gone.get(pid, 0.0) > time.monotonic()

"""A few plain threads that take work from one queue."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

from blogadmin.gui.control.ticket import Ticket


class Lane:
    """``size`` threads at most, each started when first needed. ``run`` must not raise.

    The threads are daemons: one that hangs in a call that nothing can stop must not keep the process.
    """

    def __init__(self, name: str, size: int, run: Callable[[Ticket], None]) -> None:
        self._name = name
        self._size = size
        self._run = run
        self._changed = threading.Condition()
        self._queue: deque[Ticket] = deque()
        self._threads: list[threading.Thread] = []
        self._idle = 0
        self._stopped = False

    def submit(self, ticket: Ticket) -> None:
        """Queue ``ticket`` behind those that wait already."""
        with self._changed:
            self._queue.append(ticket)
            if len(self._queue) > self._idle and len(self._threads) < self._size:
                self._start_thread()
            self._changed.notify()

    def withdraw(self, ticket: Ticket) -> bool:
        """Take ``ticket`` out of the queue; ``False`` when a thread has it already."""
        with self._changed:
            if ticket not in self._queue:
                return False
            self._queue.remove(ticket)
            return True

    def stop(self, *, finish: bool = False) -> None:
        """Let the threads end after what they are doing now, or with ``finish`` after all that waits."""
        with self._changed:
            self._stopped = True
            if not finish:
                self._queue.clear()
            self._changed.notify_all()

    def join(self, until: float) -> bool:
        """Wait for the threads until ``until`` (``time.monotonic``); say whether all of them ended."""
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def _start_thread(self) -> None:
        name = f"blogadmin-{self._name}-{len(self._threads) + 1}"
        thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _work(self) -> None:
        while (ticket := self._take()) is not None:
            self._run(ticket)

    def _take(self) -> Ticket | None:
        with self._changed:
            self._idle += 1
            self._changed.wait_for(lambda: self._queue or self._stopped)
            self._idle -= 1
            return self._queue.popleft() if self._queue else None

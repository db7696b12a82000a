"""The thread that stops other threads' statements: dropped ones at once, endless ones in time."""

from __future__ import annotations

import math
import threading
import time
from dataclasses import dataclass

from blogadmin.gui.control.ticket import Ticket
from blogadmin.log import report

GRACE = 1.0
"""Seconds between asking the server to stop and shutting the socket."""
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 2.0


@dataclass(slots=True)
class _Watch:
    """When to look at a ticket again, and from when on it has taken too long (``time.monotonic``)."""

    at: float
    overdue: float
    pause: float = _FIRST_PAUSE


class Guard:
    """Watches running tickets. All methods may be called from any thread and return at once.

    A cancel goes over a connection of its own and can take seconds, so it is nobody else's to wait for. It
    is repeated until the work ends: the first one may have come between two of its statements.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._watches: dict[Ticket, _Watch] = {}
        self._thread: threading.Thread | None = None
        self._sleeps_until = -math.inf
        self._stopped = False

    def watch(self, ticket: Ticket) -> None:
        """Stop ``ticket`` should it run longer than its limit, counted from now; again, to count anew."""
        overdue = math.inf if ticket.limit is None else time.monotonic() + ticket.limit
        with self._changed:
            known = self._watches.get(ticket)
            if known is None:
                self._watches[ticket] = known = _Watch(overdue, overdue)
            known.overdue = overdue
            known.at = min(known.at, overdue) if ticket.dropped else overdue
            self._wake(known.at)

    def release(self, ticket: Ticket) -> None:
        """Forget ``ticket``: it has ended."""
        ticket.finished.set()
        with self._changed:
            self._watches.pop(ticket, None)

    def cancel(self, ticket: Ticket) -> None:
        """Have the server stop what ``ticket`` runs, unless it has ended."""
        with self._changed:
            if not ticket.finished.is_set():
                watch = self._watches.setdefault(ticket, _Watch(math.inf, math.inf))
                watch.at = time.monotonic()
                self._wake(watch.at)

    def stop(self, until: float) -> bool:
        """End the thread and wait for it until ``until``; say whether it has ended."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join(max(0.0, until - time.monotonic()))
        return self._thread is None or not self._thread.is_alive()

    def _wake(self, at: float) -> None:
        """See to it that the thread is up at ``at``. Most work ends long before, so it mostly sleeps on."""
        if at == math.inf or self._stopped:
            return
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="blogadmin-guard", daemon=True)
            self._thread.start()
        if at < self._sleeps_until:
            self._changed.notify_all()

    def _work(self) -> None:
        while (due := self._next()) is not None:
            ticket, watch = due
            try:
                if time.monotonic() >= watch.overdue + GRACE:
                    ticket.sever()
                else:
                    ticket.stop_on_server()
            except Exception as exc:  # noqa: BLE001 - without this thread nothing could be stopped any more
                report(exc)

    def _next(self) -> tuple[Ticket, _Watch] | None:
        """Wait for the ticket that is due first and set when to look at it again; ``None`` at the end."""
        with self._changed:
            while not self._stopped:
                now = time.monotonic()
                for ticket, watch in self._watches.items():
                    if watch.at <= now:
                        ticket.overdue = ticket.overdue or watch.overdue <= now
                        watch.at = now + watch.pause
                        watch.pause = min(watch.pause * 2, _LONGEST_PAUSE)
                        return ticket, watch
                self._sleeps_until = min((watch.at for watch in self._watches.values()), default=math.inf)
                asleep = self._sleeps_until - now
                self._changed.wait(None if asleep == math.inf else asleep)
                self._sleeps_until = -math.inf
        return None

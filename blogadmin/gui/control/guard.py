"""The thread that stops other threads' statements: dropped ones at once, endless ones in time.

It also finds out when a server has fallen silent, long before a statement would have taken too long.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from blogadmin.gui.control.ticket import Ticket
from blogadmin.log import report

GRACE = 1.0
"""Seconds between asking the server to stop and shutting the socket."""
LOOK_AFTER = 4.0
"""Seconds without an answer after which the server is asked on the side whether it is there."""
SILENCES = 2
"""How often in a row it must not be: one question may be lost, or this computer be busy."""
LONG_SILENCE = 5.0
"""Seconds of silence in one question, at several addresses of a server, that count for as many."""
LOOK_AGAIN = 2.0
"""Seconds between finding the server idle while an answer is waited for, and making sure."""
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 2.0


@dataclass(slots=True)
class _Watch:
    """When to stop a ticket (again), from when on it has taken too long, and when to ask whether the server
    is there at all (``time.monotonic``)."""

    at: float
    overdue: float
    look: float
    pause: float = _FIRST_PAUSE
    silences: int = 0
    idle: object = None

    @property
    def due(self) -> float:
        """When there is something to do next."""
        return min(self.at, self.look)


class Guard:
    """Watches running tickets. All methods may be called from any thread and return at once.

    A cancel goes over a connection of its own and can take seconds, so it is nobody else's to wait for. It
    is repeated until the work ends: the first one may have come between two of its statements.
    """

    def __init__(self, fell_silent: Callable[[Ticket], object] = lambda _ticket: None) -> None:
        """``fell_silent(ticket)`` is called in the guard's thread: the ticket's server answers nobody."""
        self._fell_silent = fell_silent
        self._changed = threading.Condition()
        self._watches: dict[Ticket, _Watch] = {}
        self._thread: threading.Thread | None = None
        self._sleeps_until = -math.inf
        self._stopped = False

    def watch(self, ticket: Ticket) -> None:
        """Stop ``ticket`` should it run longer than its limit, counted from now; again, to count anew."""
        now = time.monotonic()
        overdue = math.inf if ticket.limit is None else now + ticket.limit
        look = math.inf if ticket.database is None else now + LOOK_AFTER
        with self._changed:
            known = self._watches.get(ticket)
            if known is None:
                self._watches[ticket] = known = _Watch(overdue, overdue, look)
            known.overdue, known.look, known.silences, known.idle = overdue, look, 0, None
            known.at = min(known.at, overdue) if ticket.dropped else overdue
            self._wake(known.due)

    def release(self, ticket: Ticket) -> None:
        """Forget ``ticket``: it has ended."""
        ticket.finished.set()
        with self._changed:
            self._watches.pop(ticket, None)

    def cancel(self, ticket: Ticket) -> None:
        """Have the server stop what ``ticket`` runs, unless it has ended."""
        with self._changed:
            if not ticket.finished.is_set():
                watch = self._watches.setdefault(ticket, _Watch(math.inf, math.inf, math.inf))
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
            ticket, watch, stop = due
            try:
                if not stop:
                    self._look(ticket, watch)
                elif time.monotonic() >= watch.overdue + GRACE:
                    ticket.sever()
                else:
                    ticket.stop_on_server()
            except Exception as exc:  # noqa: BLE001 - without this thread nothing could be stopped any more
                report(exc)

    def _look(self, ticket: Ticket, watch: _Watch) -> None:
        """Ask whether the server is there. If not, whoever waits for it longer than that waits in vain.

        It may be there, and idle, and still owe an answer: then only this connection leads nowhere.
        """
        began = time.monotonic()
        answered, idle = ticket.look_at_server()
        if answered:
            self._compare(ticket, watch, idle)
            return
        watch.look = now = time.monotonic()
        watch.silences += 1 if now - began < LONG_SILENCE else SILENCES
        if watch.silences < SILENCES:
            return
        with self._changed:
            waiting = [
                (one, its)
                for one, its in self._watches.items()
                if one.database is ticket.database and its.look - now < LOOK_AFTER / 2
            ]
        for one, its in waiting:
            its.look, its.silences = now + LOOK_AFTER, 0
            one.sever()
        self._fell_silent(ticket)

    def _compare(self, ticket: Ticket, watch: _Watch, idle: object) -> None:
        watch.silences = 0
        before, watch.idle = watch.idle, idle
        if idle is None:
            return
        if idle == before:
            ticket.give_up()
        else:
            watch.look = time.monotonic() + LOOK_AGAIN

    def _next(self) -> tuple[Ticket, _Watch, bool] | None:
        """Wait for the ticket that is due first and set when to look at it again; ``None`` at the end.

        The last value: whether it is to be stopped, or only the server to be looked at.
        """
        with self._changed:
            while not self._stopped:
                now = time.monotonic()
                # Looking first: on a dead network an attempt to stop something takes seconds, and is in vain.
                found = min(self._watches.items(), key=lambda one: one[1].look, default=None)
                if found is not None and found[1].look <= now:
                    found[1].look = now + LOOK_AFTER
                    return *found, False
                for ticket, watch in self._watches.items():
                    if watch.at <= now:
                        ticket.overdue = ticket.overdue or watch.overdue <= now
                        watch.at = now + watch.pause
                        watch.pause = min(watch.pause * 2, _LONGEST_PAUSE)
                        return ticket, watch, True
                self._sleeps_until = min((watch.due for watch in self._watches.values()), default=math.inf)
                asleep = self._sleeps_until - now
                self._changed.wait(None if asleep == math.inf else asleep)
                self._sleeps_until = -math.inf
        return None

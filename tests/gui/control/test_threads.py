"""Bridge, lanes, guard and link, each by itself."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QObject, QTimer
from pytestqt.qtbot import QtBot

from blogadmin.core.database.errors import Cancelled, NotPermitted, Unavailable
from blogadmin.gui.control import bridge as bridge_module
from blogadmin.gui.control.bridge import Bridge
from blogadmin.gui.control.guard import Guard
from blogadmin.gui.control.lane import Lane
from blogadmin.gui.control.link import Link
from blogadmin.gui.control.ticket import Kind, Ticket
from tests.gui.control.test_tasks import Gate

LONG = 10.0


def ticket(**given: Any) -> Ticket:
    return Ticket(Kind.RUN, lambda: None, **given)


class Server:
    """Counts what a guard does; the rest of a Database is not asked of it."""

    def __init__(self) -> None:
        self.cancelled = threading.Event()
        self.severed = threading.Event()
        self.error: Exception | None = None

    def cancel(self, _pid: int) -> bool:
        self.cancelled.set()
        if self.error is not None:
            raise self.error
        return True

    def sever(self, _pid: int) -> bool:
        self.severed.set()
        return True


# Bridge


def test_closures_of_many_threads_arrive_in_the_order_of_each(qtbot: QtBot) -> None:
    bridge = Bridge()
    seen: list[tuple[int, int]] = []

    def post(who: int) -> None:
        for number in range(200):
            bridge.post(lambda number=number: seen.append((who, number)))

    threads = [threading.Thread(target=post, args=(who,)) for who in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    qtbot.waitUntil(lambda: len(seen) == 600)
    for who in range(3):
        assert [number for one, number in seen if one == who] == list(range(200))


def test_long_deliveries_let_the_event_loop_turn_in_between(qtbot: QtBot) -> None:
    bridge = Bridge()
    seen: list[str] = []

    def busy() -> None:
        until = time.perf_counter() + 1.5 * bridge_module.TURN
        while time.perf_counter() < until:
            pass
        seen.append("work")

    for _ in range(3):
        bridge.post(busy)
    QTimer.singleShot(0, lambda: seen.append("click"))
    qtbot.waitUntil(lambda: len(seen) == 4)
    assert seen.index("click") < 3


def test_a_closed_bridge_forgets_what_waits(qtbot: QtBot) -> None:
    bridge = Bridge()
    seen: list[int] = []
    bridge.post(lambda: seen.append(1))
    bridge.close()
    bridge.post(lambda: seen.append(2))
    QTimer.singleShot(0, lambda: seen.append(3))
    qtbot.waitUntil(lambda: seen == [3])


# Lane


def test_a_lane_never_has_more_threads_than_its_size() -> None:
    going, most, lock = [0], [0], threading.Lock()
    gate, three = threading.Event(), threading.Semaphore(0)

    def run(_ticket: Ticket) -> None:
        with lock:
            going[0] += 1
            most[0] = max(most[0], going[0])
        three.release()
        gate.wait(LONG)
        with lock:
            going[0] -= 1

    lane = Lane("test", 2, run)
    for _ in range(6):
        lane.submit(ticket())
    assert three.acquire(timeout=LONG)
    assert three.acquire(timeout=LONG)
    gate.set()
    for _ in range(4):
        assert three.acquire(timeout=LONG)
    lane.stop()
    assert lane.join(time.monotonic() + LONG)
    assert most[0] == 2


def test_an_idle_thread_is_used_again() -> None:
    names: list[str] = []
    ran = threading.Semaphore(0)

    def run(_ticket: Ticket) -> None:
        names.append(threading.current_thread().name)
        ran.release()

    lane = Lane("test", 4, run)
    lane.submit(ticket())
    assert ran.acquire(timeout=LONG)
    # The thread says that it is idle only when it waits again.
    until = time.monotonic() + LONG
    while not lane._idle and time.monotonic() < until:
        threading.Event().wait(0.001)
    lane.submit(ticket())
    assert ran.acquire(timeout=LONG)
    lane.stop()
    assert lane.join(time.monotonic() + LONG)
    assert names == ["blogadmin-test-1"] * 2


def test_a_lane_that_hangs_says_so() -> None:
    gate = Gate()

    def run(one: Ticket) -> None:
        gate(one)

    lane = Lane("test", 1, run)
    lane.submit(ticket())
    assert gate.entered.wait(LONG)
    lane.stop()
    assert not lane.join(time.monotonic() + 0.01)
    gate.open.set()
    assert lane.join(time.monotonic() + LONG)


# Guard


def on_server(one: Ticket, act: Callable[[], object]) -> None:
    with one.on_server(None, 4711):
        act()


def test_what_has_no_limit_starts_no_guard() -> None:
    guard = Guard()
    guard.watch(ticket())
    assert guard.stop(time.monotonic())


def test_a_cancel_is_repeated_until_the_work_ends() -> None:
    guard, server = Guard(), Server()
    one = ticket(database=server)

    def wait_for_two() -> None:
        guard.cancel(one)
        for _ in range(2):
            assert server.cancelled.wait(LONG)
            server.cancelled.clear()

    on_server(one, wait_for_two)
    guard.release(one)
    guard.cancel(one)
    assert guard.stop(time.monotonic() + LONG)
    assert not server.severed.is_set()


def test_what_is_overdue_and_cannot_be_cancelled_is_severed() -> None:
    guard, server = Guard(), Server()
    one = ticket(database=server, limit=0.01)

    def wait() -> None:
        guard.watch(one)
        assert server.cancelled.wait(LONG)
        assert server.severed.wait(LONG)

    on_server(one, wait)
    assert one.overdue
    guard.release(one)
    assert guard.stop(time.monotonic() + LONG)


def test_an_earlier_date_wakes_a_guard_that_sleeps() -> None:
    guard, server = Guard(), Server()
    late, early = ticket(database=server, limit=LONG), ticket(database=server, limit=0.01)
    guard.watch(late)

    def wait() -> None:
        guard.watch(early)
        assert server.cancelled.wait(LONG)

    on_server(early, wait)
    assert (late.overdue, early.overdue) == (False, True)
    guard.release(early)
    guard.release(late)
    assert guard.stop(time.monotonic() + LONG)


def test_work_off_the_server_is_left_alone() -> None:
    guard, server = Guard(), Server()
    one = ticket(database=server)
    one.stop_on_server()
    one.sever()
    ticket().stop_on_server()
    assert not server.cancelled.is_set()
    assert not server.severed.is_set()
    assert guard.stop(time.monotonic())
    guard.cancel(one)
    assert guard.stop(time.monotonic())


@pytest.mark.expects_log
def test_a_guard_survives_a_bug_in_a_cancel() -> None:
    guard, server = Guard(), Server()
    server.error = ZeroDivisionError()
    one = ticket(database=server)

    def wait_for_two() -> None:
        guard.cancel(one)
        for _ in range(2):
            assert server.cancelled.wait(LONG)
            server.cancelled.clear()

    on_server(one, wait_for_two)
    guard.release(one)
    assert guard.stop(time.monotonic() + LONG)


def test_a_connection_that_a_cancel_may_still_hit_is_given_up() -> None:
    """On a dead network the cancel outlasts the work; the next user of the connection must not get it."""

    class Session:
        invalid = False

        def invalidate(self) -> None:
            self.invalid = True

    server, session, gate = Server(), Session(), Gate()
    server.cancel = gate  # type: ignore[method-assign]
    one = ticket(database=server)
    canceller = threading.Thread(target=one.stop_on_server)

    def work() -> None:
        canceller.start()
        assert gate.entered.wait(LONG)

    def run() -> None:
        with one.on_server(session, 4711):
            work()

    with pytest.raises(Cancelled):
        run()
    assert session.invalid
    gate.open.set()
    canceller.join()


# Link


class Probe(QObject):
    """A link, and how often it asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0
        self.link = Link(self.ask, self)

    def ask(self) -> None:
        self.asked += 1


def test_an_answer_from_before_the_loss_proves_nothing(qtbot: QtBot) -> None:
    link = Probe().link
    link.failed(Unavailable("Gone."), 7)
    link.succeeded(7)
    assert link.state == "lost"
    link.succeeded(8)
    assert link.state == "connected"


def test_a_server_that_refuses_the_login_is_not_asked_again_by_itself(qtbot: QtBot) -> None:
    probe = Probe()
    link = probe.link
    link.failed(Unavailable("Gone."), 1)
    link.retry_now()
    link.probed(NotPermitted("Wrong password."), 2)
    assert (link.state, link.next_retry_in()) == ("lost", 0)
    link.retry_now()
    assert probe.asked == 2
    link.probed(None, 3)
    assert link.state == "connected"


def test_a_check_that_meets_anything_but_a_loss_changes_nothing(qtbot: QtBot) -> None:
    probe = Probe()
    link = probe.link
    link.check()
    link.check()
    assert probe.asked == 1
    link.probed(NotPermitted("No."), 1)
    assert link.state == "connected"
    link.check()
    link.probed(None, 2)
    assert link.state == "connected"
    link.retry_now()
    assert probe.asked == 2


def test_pauses_stop_growing(qtbot: QtBot) -> None:
    link = Probe().link
    link.failed(Unavailable("Gone."), 1)
    for _ in range(10):
        link.retry_now()
        link.probed(Unavailable("Still gone."), 1)
    assert 14 < link.next_retry_in() <= 15
    link.stop()
    assert link.next_retry_in() == 0
    link.retry_now()
    assert link.next_retry_in() == 0

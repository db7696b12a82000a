"""Workers stand aside while rows are painted, but not for ever."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from blogadmin.gui.control import window_turn
from blogadmin.gui.control.tasks import Tasks
from blogadmin.gui.control.window_turn import WINDOW_TURN, WindowTurn
from blogadmin.gui.tables.cells import format_rows
from tests.gui.tables.doubles import COLUMNS, thing


class Painted(QWidget):
    def __init__(self, steps: list[str]) -> None:
        super().__init__()
        self.setObjectName("painted")
        self._steps = steps

    def paintEvent(self, event: QPaintEvent) -> None:
        self._steps.append("painted")


def begun(work: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=work)
    thread.start()
    return thread


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Set as soon as an answer is on its way to the window."""
    on_its_way, expect = threading.Event(), WindowTurn.expect

    def expected(turn: WindowTurn) -> None:
        expect(turn)
        on_its_way.set()

    monkeypatch.setattr(WindowTurn, "expect", expected)
    return on_its_way


def test_rows_are_formatted_after_the_paint_that_is_under_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(window_turn, "MOST", 60)
    steps: list[str] = []
    asked = threading.Event()

    def format_some() -> None:
        asked.set()
        format_rows(COLUMNS, [thing(1)])
        steps.append("formatted")

    with WINDOW_TURN:
        thread = begun(format_some)
        asked.wait()
        steps.append("painted")
    thread.join()
    assert steps == ["painted", "formatted"]


def test_nobody_waits_while_nothing_is_painted() -> None:
    WindowTurn().give_way()


def test_a_paint_that_never_ends_holds_up_no_worker() -> None:
    turn = WindowTurn()
    turn.__enter__()
    thread = begun(turn.give_way)
    thread.join(100 * window_turn.MOST)
    assert not thread.is_alive()


def test_who_formats_rows_does_not_wait_for_what_is_taken_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(window_turn, "MOST", 600)
    turn = WindowTurn()
    turn.begin()
    turn.give_way()


def test_long_work_stands_aside_for_paints_and_for_what_is_taken_in() -> None:
    waited: list[float | None] = []

    class Noted(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            waited.append(timeout)
            return True

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(threading, "Event", Noted)
        turn = WindowTurn()
    turn.stand_aside()
    assert waited == []
    with turn:
        turn.stand_aside()
    turn.begin()
    turn.stand_aside()
    assert waited == [window_turn.MOST] * 2
    turn.end()
    turn.stand_aside()
    assert len(waited) == 2


def test_workers_go_on_when_what_came_has_been_taken_in_and_painted(
    tasks: Tasks, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(window_turn, "MOST", 60)
    steps: list[str] = []
    asked = threading.Event()
    widget = Painted(steps)
    qtbot.addWidget(widget)
    widget.show()
    qtbot.waitUntil(lambda: "painted" in steps)
    steps.clear()

    def stand_aside() -> None:
        asked.set()
        WINDOW_TURN.stand_aside()
        steps.append("went on")

    def take_in(_answer: object) -> None:
        begun(stand_aside)
        asked.wait()
        steps.append("taken in")
        widget.update()

    tasks.run(lambda: None, take_in)
    qtbot.waitUntil(lambda: len(steps) == 3)
    assert steps == ["taken in", "painted", "went on"]


def test_what_nobody_waits_for_is_asked_when_the_answer_before_has_been_shown(
    tasks: Tasks, told: threading.Event, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(window_turn, "MOST", 60)
    steps: list[str] = []
    waits, rest = threading.Event(), WindowTurn.await_rest

    def await_rest(turn: WindowTurn) -> None:
        waits.set()
        rest(turn)

    monkeypatch.setattr(WindowTurn, "await_rest", await_rest)
    tasks.read("shown", lambda _session: None, lambda _answer: steps.append("shown"))
    # Without a turn of the event loop: the answer is on its way, and not taken in.
    assert told.wait(10)
    tasks.read("count", lambda _session: steps.append("asked"), lambda _answer: None, patient=True)
    assert waits.wait(10)
    assert steps == []
    qtbot.waitUntil(lambda: len(steps) == 2)
    assert steps == ["shown", "asked"]


def test_nothing_is_held_up_by_answers_that_nobody_takes_in_any_more(
    tasks: Tasks, told: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(window_turn, "MOST", 600)
    tasks.read("shown", lambda _session: None, lambda _answer: None)
    assert told.wait(10)
    tasks.close()
    thread = begun(WINDOW_TURN.await_rest)
    thread.join(10)
    assert not thread.is_alive()

"""Workers stand aside while rows are painted, but not for ever."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from blogadmin.gui.control import window_turn
from blogadmin.gui.control.window_turn import WINDOW_TURN, WindowTurn
from blogadmin.gui.tables.cells import format_rows
from tests.gui.tables.doubles import COLUMNS, thing


def begun(work: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=work)
    thread.start()
    return thread


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

"""The figures of a benchmark mean what they say."""

from __future__ import annotations

import subprocess
import sys
import threading
import time

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QListWidget
from pytestqt.qtbot import QtBot

from tests.benchmarks.children import ROOT
from tests.benchmarks.harness import (
    Heartbeat,
    PaintStamp,
    percentile,
    resident_mb,
    side_by_side,
    timed,
    wait_for,
)


def test_the_heartbeat_sees_how_long_the_event_loop_was_away(qtbot: QtBot) -> None:
    heartbeat = Heartbeat()
    with heartbeat.running():
        beaten = []
        QTimer.singleShot(20, lambda: beaten.append(True))
        qtbot.waitUntil(lambda: bool(beaten))
        # Away for a known time: nothing in this thread runs while it waits.
        threading.Event().wait(0.15)
        qtbot.waitUntil(lambda: heartbeat.worst > 0)
        qtbot.waitUntil(lambda: heartbeat.worst >= 140)
    before = heartbeat.worst
    threading.Event().wait(0.02)
    assert heartbeat.worst == before


def test_the_heartbeat_tells_whether_a_gap_was_work(qtbot: QtBot) -> None:
    heartbeat = Heartbeat()
    for away, least, most in ((lambda: threading.Event().wait(0.15), 0, 60), (_work, 100, 400)):
        with heartbeat.running():
            qtbot.waitUntil(lambda: heartbeat.worst > 0)
            away()
        assert heartbeat.worst >= 100
        assert least <= heartbeat.worst_busy <= most
        assert 0 <= heartbeat.worst_waited <= heartbeat.worst


def _work() -> None:
    until = time.process_time() + 0.15
    while time.process_time() < until:
        pass


def test_a_paint_is_stamped_after_it_happened(qtbot: QtBot) -> None:
    view = QListWidget()
    view.setObjectName("list")
    view.setAccessibleName("List")
    qtbot.addWidget(view)
    stamp = PaintStamp(view)
    view.show()
    qtbot.waitUntil(lambda: stamp.at > 0)
    first = stamp.at
    view.addItem("another row")
    qtbot.waitUntil(lambda: stamp.at > first)
    assert stamp.whole_at == stamp.at
    assert stamp.whole_from < stamp.whole_at


def test_a_paint_that_lacks_rows_is_not_a_whole_one(qtbot: QtBot) -> None:
    view = QListWidget()
    view.setObjectName("list")
    view.setAccessibleName("List")
    qtbot.addWidget(view)
    stamp = PaintStamp(view, lambda: view.count() > 0)
    view.show()
    qtbot.waitUntil(lambda: stamp.count > 0)
    assert stamp.whole_at == 0
    view.addItem("a row")
    qtbot.waitUntil(lambda: stamp.whole_at > 0)


def test_works_that_take_turns_are_timed_each_for_itself(qtbot: QtBot) -> None:
    long, short = side_by_side([lambda: threading.Event().wait(0.03), lambda: None], 3)
    assert long >= 25 > short
    assert percentile([1, 2, 3, 4], 50) == 3
    assert percentile([7], 95) == 7


def test_waiting_ends_with_the_condition_or_with_the_time(qtbot: QtBot) -> None:
    turns = iter(range(3))
    wait_for(lambda: next(turns, None) is None)
    with pytest.raises(TimeoutError):
        wait_for(lambda: False, seconds=0.01)


def test_time_and_memory_are_in_their_units(qtbot: QtBot) -> None:
    assert timed(lambda: threading.Event().wait(0.03)) >= 25
    assert 5 < resident_mb() < 100_000


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the system's own word is taken")
def test_the_peak_of_a_process_is_not_that_of_the_one_that_started_it() -> None:
    held = bytearray(b"x") * 400_000_000
    command = [sys.executable, "-c", "from tests.benchmarks.harness import peak_mb; print(peak_mb())"]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert 20 < float(told) < len(held) / 1e6

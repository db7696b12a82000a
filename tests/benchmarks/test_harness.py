"""The figures of a benchmark mean what they say."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QListWidget
from pytestqt.qtbot import QtBot

from tests.benchmarks.harness import Heartbeat, PaintStamp, Report, resident_mb, timed, wait_for


def test_a_report_carries_value_limit_ratio_and_target(qtbot: QtBot, tmp_path: Path) -> None:
    report = Report("open", 1000)
    report.add("rows", 30.0004, limit=20.0, target="<= 2 x", note="first paint")
    report.add("memory", 120.0, unit="MB")
    report.write(tmp_path / "out.json")
    told = json.loads((tmp_path / "out.json").read_text("utf-8"))
    assert (told["name"], told["posts"]) == ("open", 1000)
    assert told["qt_platform"] == "offscreen"
    assert told["figures"]["rows"] == {
        "value": 30.0,
        "unit": "ms",
        "limit": 20.0,
        "ratio": 1.5,
        "target": "<= 2 x",
        "note": "first paint",
    }
    assert told["figures"]["memory"]["ratio"] is None
    assert told["figures"]["memory"]["limit"] is None


def test_a_report_without_a_file_writes_nothing(tmp_path: Path) -> None:
    Report("open", 1).write(None)
    assert list(tmp_path.iterdir()) == []


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


def test_waiting_ends_with_the_condition_or_with_the_time(qtbot: QtBot) -> None:
    turns = iter(range(3))
    wait_for(lambda: next(turns, None) is None)
    with pytest.raises(TimeoutError):
        wait_for(lambda: False, seconds=0.01)


def test_time_and_memory_are_in_their_units(qtbot: QtBot) -> None:
    assert timed(lambda: threading.Event().wait(0.03)) >= 25
    assert 5 < resident_mb() < 100_000

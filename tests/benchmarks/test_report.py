"""The table of a benchmark says what was measured, and whether it is enough."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.benchmarks.report import Report, ahead, at_least, at_most, at_most_or_times, one_in, times


def test_a_report_carries_value_limit_ratio_and_target(qtbot: QtBot, tmp_path: Path) -> None:
    report = Report("lists", 1000, {"users": 100})
    report.add("rows", 30.0004, limit=20.0, target=times(1.3, plus=2), note="first paint")
    report.add("memory", 12.0, unit="MB", target=at_most(30, "MB"))
    report.write(tmp_path / "out.json")
    told = json.loads((tmp_path / "out.json").read_text("utf-8"))
    assert (told["name"], told["posts"], told["users"]) == ("lists", 1000, 100)
    assert told["qt_platform"] == "offscreen"
    assert told["figures"]["rows"] == {
        "value": 30.0,
        "unit": "ms",
        "limit": 20.0,
        "ratio": 1.5,
        "target": "<= 1.3 x + 2 ms",
        "met": False,
        "note": "first paint",
    }
    assert told["figures"]["memory"]["ratio"] is None
    assert told["figures"]["memory"]["met"] is True
    assert report.missed() == ["rows"]


def test_what_was_not_measured_is_neither_met_nor_missed(
    qtbot: QtBot, capsys: pytest.CaptureFixture[str]
) -> None:
    report = Report("lists", 1)
    report.add("peers", None, target=ahead(), note="could not be run here")
    assert report.figures["peers"].met is None
    assert report.missed() == []
    report.print_table()
    assert "not measured" in capsys.readouterr().out
    assert (
        "| `peers` | not measured |  |  | < the best of them | could not be run here |"
        in report.as_markdown()
    )


def test_a_report_without_a_file_writes_nothing(tmp_path: Path) -> None:
    Report("lists", 1).write(None)
    assert list(tmp_path.iterdir()) == []


def test_a_target_holds_at_its_bound_and_not_beyond() -> None:
    assert times(1.3, plus=2).is_met(15, 10)
    assert not times(1.3, plus=2).is_met(15.1, 10)
    assert at_most(15).is_met(15, None)
    assert at_least(100, "fps").is_met(100, 500)
    assert not at_least(100, "fps").is_met(99, 500)
    assert one_in(1.25).is_met(80, 100)
    assert not one_in(1.25).is_met(79, 100)
    assert at_most_or_times(16, 2).is_met(16, 5)
    assert at_most_or_times(16, 2).is_met(20, 10)
    assert not at_most_or_times(16, 2).is_met(20.5, 10)
    assert not ahead().is_met(10.1, 10)

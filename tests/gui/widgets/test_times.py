"""Moments in words, with a fixed clock in fixed zones."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from blogadmin.gui.widgets import times

BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")
NOW = datetime(2026, 11, 22, 9, 42, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("ago", "words"),
    [
        (timedelta(seconds=59), "Just now"),
        (timedelta(seconds=-59), "Just now"),
        (timedelta(minutes=1), "1 min ago"),
        (timedelta(minutes=59, seconds=59), "59 min ago"),
        (timedelta(hours=1), "1 h ago"),
        (timedelta(hours=10, minutes=42), "10 h ago"),
        (timedelta(hours=10, minutes=43), "Yesterday, 23:59"),
        (timedelta(days=1, hours=10), "Yesterday, 00:42"),
        (timedelta(days=2), "2 days ago"),
        (timedelta(days=6), "6 days ago"),
        (timedelta(days=7), "15 Nov 2026"),
        (timedelta(days=41), "12 Oct 2026"),
        (timedelta(days=3000), "5 Sep 2018"),
        (timedelta(hours=-2), "Today, 12:42"),
        (timedelta(days=-1), "Tomorrow, 10:42"),
        (timedelta(days=-40), "1 Jan 2027, 10:42"),
    ],
)
def test_how_long_ago(ago: timedelta, words: str) -> None:
    assert times.relative(NOW - ago, NOW, BERLIN) == words


def test_a_day_begins_at_midnight_of_the_zone() -> None:
    moment = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
    assert times.relative(moment, NOW, BERLIN) == "7 h ago"
    assert times.relative(moment, NOW, NEW_YORK) == "Yesterday, 21:00"


def test_minutes_are_told_across_midnight() -> None:
    now = datetime(2026, 11, 22, 0, 10, tzinfo=BERLIN)
    assert times.relative(now - timedelta(minutes=20), now, BERLIN) == "20 min ago"


@pytest.mark.parametrize(
    ("moment", "zone", "words"),
    [
        (NOW, BERLIN, "2026-11-22 10:42:07 CET (UTC+01:00)"),
        (NOW - timedelta(days=120), BERLIN, "2026-07-25 11:42:07 CEST (UTC+02:00)"),
        (NOW, NEW_YORK, "2026-11-22 04:42:07 EST (UTC-05:00)"),
        (NOW, ZoneInfo("Asia/Kathmandu"), "2026-11-22 15:27:07 (UTC+05:45)"),
        (NOW, timezone(timedelta(hours=-3, minutes=-30)), "2026-11-22 06:12:07 (UTC-03:30)"),
        (NOW, UTC, "2026-11-22 09:42:07 UTC (UTC+00:00)"),
    ],
)
def test_the_exact_moment_names_its_zone(moment: datetime, zone: ZoneInfo, words: str) -> None:
    assert times.absolute(moment, zone) == words


def test_a_date_is_told_with_its_time_of_day() -> None:
    assert times.dated(NOW, BERLIN) == "22 Nov 2026, 10:42"
    assert times.dated(NOW, NEW_YORK) == "22 Nov 2026, 04:42"


def test_a_moment_for_other_programs_has_its_offset() -> None:
    assert times.exchange(NOW, BERLIN) == "2026-11-22 10:42:07+01:00"


@pytest.mark.parametrize(
    "moment", [datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC)], ids=["last", "first"]
)
@pytest.mark.parametrize("zone", [BERLIN, NEW_YORK, None], ids=["Berlin", "New York", "here"])
def test_the_ends_of_the_calendar_are_told(moment: datetime, zone: ZoneInfo | None) -> None:
    assert str(moment.year) in times.relative(moment, NOW, zone)
    assert times.absolute(moment, zone)


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="this system cannot change the zone of a process")
def test_without_a_zone_it_is_this_computers(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "XYZ-03:00")
        time.tzset()
        assert times.absolute(NOW) == "2026-11-22 12:42:07 XYZ (UTC+03:00)"
        assert times.relative(NOW - timedelta(hours=12, minutes=43), NOW) == "Yesterday, 23:59"
    time.tzset()

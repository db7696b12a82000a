"""Dates, spans and periods as a filter names them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from blogadmin.core.queries import times


@pytest.fixture
def india(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """This computer stands five and a half hours ahead."""
    monkeypatch.setenv("TZ", "Asia/Kolkata")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def test_spans() -> None:
    assert times.span("7d") == "7 days"
    assert times.span("24h") == "24 hours"
    assert [times.span(text) for text in ("", "d", "7", "7x", "77777d", "-7d", "7d ")] == [None] * 7


def test_periods() -> None:
    assert times.period("today") == ("day", 0)
    assert times.period("yesterday") == ("day", 1)
    assert times.period("last_year") == ("year", 1)
    assert all(times.period(name) for name in times.PERIODS)
    assert times.period("next_week") is None


@pytest.mark.usefixtures("india")
def test_days_begin_where_this_computer_stands() -> None:
    assert times.moment("2024-03-01") == datetime(2024, 2, 29, 18, 30, tzinfo=UTC)
    assert times.moment("2024-03-01T12:00Z") == datetime(2024, 3, 1, 12, tzinfo=UTC)
    assert times.end("2024-03-01") == datetime(2024, 3, 1, 18, 30, tzinfo=UTC)
    assert times.end("2024-03-01T12:00Z") == datetime(2024, 3, 1, 12, tzinfo=UTC)
    assert times.offset() == "19800 seconds"


def test_what_is_no_date() -> None:
    for text in ("", "soon", "2024-02-30", "0001-01-01", "9999-12-31", "7d"):
        assert times.moment(text) is None
    for text in ("2024-02-30", "9999-12-31", "9998-12-31"):
        assert times.end(text) is None

"""Points in time as a filter names them: spans that end now, named periods, and dates in ISO form.

What is relative is reckoned by the server's clock, which set the times it is compared with. Days, weeks
(from Monday), months and years begin as they do where this computer stands.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

PERIODS = (
    "today",
    "yesterday",
    "this_week",
    "last_week",
    "this_month",
    "last_month",
    "this_year",
    "last_year",
)
"""Periods that ``within`` knows by name."""

_UNITS = {"h": "hours", "d": "days", "w": "weeks", "m": "months", "y": "years"}
_SPAN = re.compile(r"([0-9]{1,4})([hdwmy])")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def span(text: str) -> str | None:
    """``"7d"`` as PostgreSQL's interval ``"7 days"``; ``None`` if it is no span."""
    found = _SPAN.fullmatch(text)
    return f"{found[1]} {_UNITS[found[2]]}" if found else None


def period(text: str) -> tuple[str, int] | None:
    """A named period as its unit and how many of them ago it began; ``None`` if there is no such one."""
    if text not in PERIODS:
        return None
    if text in ("today", "yesterday"):
        return "day", int(text == "yesterday")
    when, unit = text.split("_")
    return unit, int(when == "last")


def moment(text: str) -> datetime | None:
    """The moment that an ISO date (its beginning) or time means; ``None`` if it is neither.

    Without an offset it is meant where this computer stands.
    """
    try:
        read = datetime.fromisoformat(text)
        # Both ends of the calendar leave it when they are turned into another zone.
        return read.astimezone(UTC) if 1 < read.year < 9999 else None
    except (ValueError, OverflowError):
        return None


def end(text: str) -> datetime | None:
    """The first moment after a date, so that the day is inside; of a time, the moment itself."""
    if not _DATE.fullmatch(text):
        return moment(text)
    try:
        following = date.fromisoformat(text) + timedelta(days=1)
    except (ValueError, OverflowError):
        return None
    return moment(following.isoformat())


def offset() -> str:
    """How far this computer's time is ahead of UTC, as PostgreSQL's interval."""
    ahead = datetime.now().astimezone().utcoffset() or timedelta()
    return f"{int(ahead.total_seconds())} seconds"

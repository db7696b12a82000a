"""Moments in words, in the local time of this computer or in a zone that is given.

English and 24 hours whatever the system's language is, as the rest of the window.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MINUTE = 60
_HOUR = 3600


def relative(moment: datetime, now: datetime, zone: tzinfo | None = None) -> str:
    """Tell when ``moment`` was or will be, seen from ``now``; exact where it is near, a date where it is far.

    Both are aware. Without a ``zone`` days begin when they do on this computer.
    """
    return teller(now, zone)(moment)


def teller(now: datetime, zone: tzinfo | None = None) -> Callable[[datetime], str]:
    """``relative`` for many moments seen from the same ``now``."""
    today = in_zone(now, zone).toordinal()

    def tell(moment: datetime) -> str:
        local = in_zone(moment, zone)
        seconds = (now - moment).total_seconds()
        days = today - local.toordinal()
        if abs(seconds) < _MINUTE:
            return "Just now"
        if seconds < 0:
            return _ahead(local, -days)
        if seconds < _HOUR:
            return f"{int(seconds // _MINUTE)} min ago"
        if days == 0:
            return f"{int(seconds // _HOUR)} h ago"
        if days == 1:
            return f"Yesterday, {_clock(local)}"
        return f"{days} days ago" if days < 7 else day(local)

    return tell


def _ahead(local: datetime, days: int) -> str:
    near = {0: "Today", 1: "Tomorrow"}.get(days) or day(local)
    return f"{near}, {_clock(local)}"


def day(local: datetime) -> str:
    """The date in words: "12 Oct 2026"."""
    return f"{local.day} {_MONTHS[local.month - 1]} {local.year}"


def dated(moment: datetime, zone: tzinfo | None = None) -> str:
    """The moment by its date, whenever it is: "12 Oct 2026, 10:42"."""
    local = in_zone(moment, zone)
    return f"{day(local)}, {_clock(local)}"


def absolute(moment: datetime, zone: tzinfo | None = None) -> str:
    """The moment to the second with its zone: "2026-11-22 10:42:07 CET (UTC+01:00)"."""
    local = in_zone(moment, zone)
    offset = _offset(local)
    name = local.tzname()
    # Zones without letters of their own call themselves by their offset.
    named = f" {name}" if name and not name.startswith(("+", "-", "UTC+", "UTC-")) else ""
    return f"{plain(local)}{named} (UTC{offset})"


def exchange(moment: datetime, zone: tzinfo | None = None) -> str:
    """The moment to the second with its offset, as other programs read it: "2026-11-22 10:42:07+01:00"."""
    local = in_zone(moment, zone)
    return f"{plain(local)}{_offset(local)}"


def plain(local: datetime) -> str:
    """The moment to the second as it stands, without its zone."""
    return f"{local.year:04}-{local.month:02}-{local.day:02} {_clock(local)}:{local.second:02}"


def in_zone(moment: datetime, zone: tzinfo | None = None) -> datetime:
    """The moment in local time or in ``zone``. At the very ends of the calendar it stays as it is."""
    try:
        return moment.astimezone(zone)
    except (OverflowError, ValueError, OSError):
        # Year 1 and year 9999 have no neighbours to fall into; some systems know no zone before 1970.
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _clock(local: datetime) -> str:
    return f"{local.hour:02}:{local.minute:02}"


def _offset(local: datetime) -> str:
    minutes = round((local.utcoffset() or timedelta()).total_seconds() / _MINUTE)
    hours, rest = divmod(abs(minutes), 60)
    return f"{'-' if minutes < 0 else '+'}{hours:02}:{rest:02}"

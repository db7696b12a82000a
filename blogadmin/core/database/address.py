"""The address of a database as libpq takes it, and what is asked of every connection to it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs, urlsplit

from blogadmin import __version__
from blogadmin.core import hosts
from blogadmin.settings import Settings, SettingsError

if TYPE_CHECKING:
    from sqlalchemy import URL

APPLICATION_NAME: Final = f"blogadmin/{__version__}"


def to_url(url: str) -> URL:
    """Read any PostgreSQL address as one for psycopg2. Raises ``SettingsError`` if it is none."""
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        parsed = make_url(hosts.in_query(url))
    except (ArgumentError, ValueError):
        # Not chained and not repeated: the text may hold a password.
        raise SettingsError("database_url", "is not an address like postgresql://user@host/name") from None
    if parsed.get_backend_name() not in {"postgresql", "postgres"}:
        raise SettingsError("database_url", f"names {parsed.get_backend_name()}, not PostgreSQL")
    return parsed.set(drivername="postgresql+psycopg2")


def libpq_url(url: str) -> str:
    """The same address as libpq itself reads one: it knows no drivers of Python."""
    _scheme, _, rest = hosts.in_query(url).partition("://")
    return f"postgresql://{rest}"


def said(url: str) -> dict[str, str]:
    """What an address says behind its question mark; of what it says twice, the last."""
    return {name: values[-1] for name, values in parse_qs(urlsplit(url).query).items()}


def connect_args(
    query: Mapping[str, str | tuple[str, ...]], settings: Settings, **fixed: str
) -> dict[str, Any]:
    """libpq's arguments beside the URL: bounded waits, a name, UTC. What the URL's ``query`` says wins.

    ``fixed``: the server's settings that hold whatever else is said. ``lc_messages`` is not among ours: only
    a superuser may set it, others could not connect at all.
    """
    ours: dict[str, Any] = {
        "application_name": APPLICATION_NAME,
        "connect_timeout": settings.connect_timeout,
        # Both are needed: keepalives notice a dead network while waiting, the user timeout while sending.
        "keepalives": 1,
        "keepalives_idle": 3,
        "keepalives_interval": 1,
        "keepalives_count": 3,
        "tcp_user_timeout": 5000,
    }
    options = (
        "-c timezone=UTC"
        f" -c statement_timeout={settings.statement_timeout_ms}"
        f" -c lock_timeout={settings.lock_timeout_ms}"
        " -c idle_in_transaction_session_timeout=30s"
    )
    # The server lets the last one win, so the person's own options stand behind ours.
    theirs = query.get("options", os.environ.get("PGOPTIONS", ""))
    theirs = theirs if isinstance(theirs, str) else " ".join(theirs)
    rest = {name: value for name, value in ours.items() if name not in query}
    last = "".join(f" -c {name}={value}" for name, value in fixed.items())
    return {**rest, "options": f"{options} {theirs}".rstrip() + last}

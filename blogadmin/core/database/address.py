"""The address of a database as libpq takes it, and what is asked of every connection to it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs, urlsplit

from blogadmin import __version__
from blogadmin.core import hosts
from blogadmin.settings import Settings, SettingsError

if TYPE_CHECKING:
    from sqlalchemy import URL

Query = Mapping[str, str | tuple[str, ...]]
"""What an address says behind its question mark."""

APPLICATION_NAME: Final = f"blogadmin/{__version__}"
CONNECT_FOR: Final = 12
"""Seconds for connecting to all servers of an address together, unless one of them is allowed more."""


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


def connect_args(query: Query, settings: Settings, **fixed: str) -> dict[str, Any]:
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


def connects_within(query: Query, settings: Settings, together: int = CONNECT_FOR) -> int:
    """Seconds after which connecting has failed, whatever number of servers the address names."""
    theirs = str(query.get("connect_timeout", ""))
    return max(together, int(theirs) if theirs.isdecimal() else settings.connect_timeout)


def in_time(
    query: Query, settings: Settings, keywords: dict[str, Any], together: int = CONNECT_FOR
) -> dict[str, Any]:
    """``keywords`` for libpq with a limit for each server that keeps them all within ``together`` seconds.

    libpq tries one address after the other and gives the whole limit to each.
    """
    one = keywords.get("connect_timeout")
    if not str(one).isdecimal() or int(str(one)) == 0:
        return keywords
    addresses = resolved(keywords).get("host", "").count(",") + 1
    share = connects_within(query, settings, together) // addresses
    return {**keywords, "connect_timeout": max(1, min(int(str(one)), share))}


def resolved(keywords: dict[str, Any]) -> dict[str, str]:
    """The servers to connect to with their addresses looked up, each address beside the name that it has.

    Several hosts, as several addresses of a host, are tried in turn. What is no name stays as it is.
    """
    listed = str(keywords.get("host") or os.environ.get("PGHOST", "")).split(",")
    ports = str(keywords.get("port") or os.environ.get("PGPORT") or 5432).split(",")
    # libpq says what is wrong with a number of ports that does not fit.
    if keywords.get("hostaddr") or len(ports) not in (1, len(listed)) or not any(map(_is_name, listed)):
        return {}
    found = [
        (host, address, port)
        for host, port in zip(listed, ports * (len(listed) if len(ports) == 1 else 1), strict=True)
        for address in _addresses(host, port)
    ]
    names, addresses, numbers = (",".join(part) for part in zip(*found, strict=True))
    return {"host": names, "hostaddr": addresses, "port": numbers}


def _is_name(host: str) -> bool:
    return bool(host) and not host.startswith("/")


def _addresses(host: str, port: str) -> Iterable[str]:
    if not _is_name(host):
        return [""]
    # A server on this computer has no name, and its first rows need not wait for this module.
    import socket

    try:
        found = socket.getaddrinfo(host, port or 5432, type=socket.SOCK_STREAM)
    except OSError:
        # libpq says what is wrong with it, and may know the next one.
        return [""]
    return dict.fromkeys(str(address[0]) for *_kind, address in found)

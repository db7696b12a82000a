"""Addresses that name several servers, as libpq writes them: ``postgresql://user@a:1,b:2/blog``."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, quote, urlsplit

_PARTS = re.compile(
    r"(?P<scheme>[^:/?#]+://)(?P<place>[^/?#]*)(?P<path>[^?#]*)(?:\?(?P<query>[^#]*))?(?P<rest>.*)"
)
_ONE = re.compile(r"(?P<host>\[[^\]]*\]|[^:]*)(?::(?P<port>\d*))?")


def in_query(url: str) -> str:
    """The same address with its servers in ``?host=a,b&port=1,2`` if there are several; else as it is."""
    found = _PARTS.fullmatch(url)
    login, at, places = found["place"].rpartition("@") if found else ("", "", "")
    each = [_ONE.fullmatch(place) for place in places.split(",")]
    if found is None or len(each) < 2 or None in each:
        return url
    hosts = ",".join(one["host"].strip("[]") for one in each if one)
    ports = ",".join(one["port"] or "" for one in each if one)
    servers = f"host={quote(hosts, safe=',')}" + (f"&port={ports}" if ports.strip(",") else "")
    rest = f"&{found['query']}" if found["query"] else ""
    return f"{found['scheme']}{login}{at}{found['path'] or '/'}?{servers}{rest}{found['rest']}"


def names(url: str) -> list[str]:
    """The servers that an address names; none for sockets of this computer."""
    parts = urlsplit(in_query(url))
    listed = parse_qs(parts.query).get("host", [""])[-1].split(",")
    found = [host for host in listed if host and not host.startswith("/")]
    return found or ([parts.hostname] if parts.hostname else [])

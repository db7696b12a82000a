"""Several servers in one address, as libpq writes them."""

from __future__ import annotations

import psycopg2.extensions
import pytest

from blogadmin.connection import _place
from blogadmin.core import hosts
from blogadmin.core.database.address import CONNECT_FOR, connect_args, in_time, libpq_url, said, to_url
from blogadmin.settings import Settings, SettingsError

MANY = "postgresql://anna:p%40s@db.example.org:1,[::1]:2,other/blog?target_session_attrs=read-write"


def test_several_servers_reach_the_driver_as_they_were_written() -> None:
    url = to_url(MANY)
    assert dict(url.query) == {
        "host": "db.example.org,::1,other",
        "port": "1,2,",
        "target_session_attrs": "read-write",
    }
    assert (url.username, url.password, url.database, url.host) == ("anna", "p@s", "blog", None)
    assert hosts.names(MANY) == ["db.example.org", "::1", "other"]
    # libpq itself reads the same of both.
    told = psycopg2.extensions.parse_dsn(hosts.in_query(MANY))
    assert told == psycopg2.extensions.parse_dsn(MANY)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://anna@db.example.org:5432/blog",
        "postgresql:///blog?host=/run/postgresql,b",
        "postgresql+psycopg2://u:p@[::1]:1/d",
        "no address",
    ],
)
def test_one_server_stays_as_it_is(url: str) -> None:
    assert hosts.in_query(url) == url


def test_ports_need_not_be_named() -> None:
    assert hosts.in_query("postgres://a,b") == "postgres://?host=a,b".replace("://?", ":///?")


def test_what_is_no_address_is_refused() -> None:
    with pytest.raises(SettingsError):
        to_url("postgresql://a:x,b:2/blog")


@pytest.mark.parametrize(
    ("url", "place"),
    [
        (MANY, "anna@db.example.org, ::1, other / blog"),
        ("postgresql:///blog?host=db.example.org", "db.example.org / blog"),
        ("postgresql:///blog?host=/run/postgresql", "this computer / blog"),
        ("postgresql://anna@db.example.org/blog", "anna@db.example.org / blog"),
    ],
)
def test_a_place_is_named_without_the_password(url: str, place: str) -> None:
    assert _place(url) == place


@pytest.mark.parametrize(
    "url",
    ["postgres://u:p%40s@a:1/d?sslmode=prefer", "postgresql+psycopg2:///d?host=%2Frun&sslmode=prefer", MANY],
)
def test_without_sqlalchemy_an_address_means_the_same(url: str) -> None:
    told = psycopg2.extensions.parse_dsn(libpq_url(url))
    name, password, database = to_url(url).username, to_url(url).password, to_url(url).database
    assert (told.get("user"), told.get("password"), told.get("dbname")) == (name, password, database)
    assert said(libpq_url(url)) == dict(to_url(url).query)


@pytest.mark.parametrize(
    ("url", "allowed", "limit"),
    [
        ("postgresql://127.0.0.1/blog", 3, 3),
        ("postgresql:///blog?host=/tmp", 3, 3),
        ("postgresql://127.0.0.1:1,127.0.0.1:2,[::1]:3/blog", 3, 3),
        ("postgresql://127.0.0.1:1,127.0.0.1:2,[::1]:3,127.0.0.1:4,127.0.0.1:5/blog", 3, 2),
        ("postgresql://" + ",".join(["127.0.0.1"] * 9) + "/blog", 3, 1),
        ("postgresql://127.0.0.1:1,127.0.0.1:2/blog", 30, 15),
        ("postgresql://127.0.0.1:1,127.0.0.1:2/blog?connect_timeout=40", 3, 20),
        ("postgresql://a,b/blog?port=1,2,3", 3, 3),
    ],
)
def test_servers_share_the_time_for_connecting(url: str, allowed: int, limit: int) -> None:
    target, settings = to_url(url), Settings(connect_timeout=allowed)
    keywords = {**target.translate_connect_args(), **target.query, **connect_args(target.query, settings)}
    told = in_time(target.query, settings, keywords)["connect_timeout"]
    assert int(told) == limit
    assert int(told) * len(hosts.names(url)) <= max(CONNECT_FOR, allowed, 40 if "=40" in url else 0)


def test_who_asks_to_wait_without_end_may() -> None:
    target = to_url("postgresql://127.0.0.1:1,127.0.0.1:2/blog?connect_timeout=0")
    assert in_time(target.query, Settings(), dict(target.query))["connect_timeout"] == "0"

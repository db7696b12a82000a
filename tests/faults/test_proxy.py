"""The proxy fails as it is told to, so that the fault tests may rely on it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import psycopg2
import psycopg2.extensions
import pytest

from tests.conftest import connect
from tests.faults.proxy import FaultProxy


@pytest.fixture
def proxy(empty_database_url: str) -> Iterator[FaultProxy]:
    with FaultProxy(empty_database_url) as standing:
        yield standing


def ask(connection: psycopg2.extensions.connection, statement: str) -> Any:
    """The one value that ``statement`` answers."""
    with connection.cursor() as cursor:
        cursor.execute(statement)
        row = cursor.fetchone()
        assert row is not None
        return row[0]


def test_it_passes_small_and_large(proxy: FaultProxy) -> None:
    with closing(connect(proxy.url)) as client:
        assert ask(client, "SELECT length(repeat('x', 3000000))") == 3_000_000
        assert len(ask(client, "SELECT repeat('x', 3000000)")) == 3_000_000
        assert proxy.open_links == 1


def test_it_refuses_and_takes_up_again_on_the_same_port(proxy: FaultProxy) -> None:
    url = proxy.url
    proxy.refuse()
    with pytest.raises(psycopg2.OperationalError, match="refused"):
        connect(url)
    proxy.pass_through()
    connect(url).close()


def test_it_kills_what_is_open(proxy: FaultProxy) -> None:
    with closing(connect(proxy.url)) as client:
        proxy.kill()
        with pytest.raises(psycopg2.OperationalError):
            ask(client, "SELECT 1")
        assert proxy.open_links == 0


@pytest.mark.parametrize(("after", "left"), [(False, 0), (True, 1)])
def test_a_cut_comes_before_or_after_the_server_saw_the_words(
    proxy: FaultProxy, empty_database_url: str, after: bool, left: int
) -> None:
    with closing(connect(empty_database_url)) as direct, closing(connect(proxy.url)) as client:
        direct.cursor().execute("CREATE TABLE seen (id int)")
        (proxy.cut_after if after else proxy.cut_before)(b"INSERT")
        with pytest.raises(psycopg2.OperationalError):
            client.cursor().execute("INSERT INTO seen VALUES (1)")
        assert proxy.struck.is_set()
        assert ask(direct, "SELECT count(*) FROM seen") == left


def test_a_black_hole_never_answers(proxy: FaultProxy) -> None:
    answered = threading.Event()
    with closing(connect(proxy.url)) as client:
        proxy.swallow()

        def wait() -> None:
            with pytest.raises(psycopg2.OperationalError):
                ask(client, "SELECT 1")
            answered.set()

        waiting = threading.Thread(target=wait)
        waiting.start()
        assert not answered.wait(0.3)
        proxy.kill()
        waiting.join()
        assert answered.is_set()
    with pytest.raises(psycopg2.OperationalError, match="timeout"):
        psycopg2.connect(proxy.url, connect_timeout=2)


def test_words_that_come_in_pieces_are_seen(proxy: FaultProxy) -> None:
    with closing(connect(proxy.url)) as client:
        proxy.cut_before(b"x" * 100_000)
        with pytest.raises(psycopg2.OperationalError):
            ask(client, f"SELECT '{'x' * 200_000}'")
        assert proxy.struck.is_set()

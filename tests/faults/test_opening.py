"""A server is told to be out of reach within fifteen seconds, in plain words, however it is silent."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from blogadmin import connection
from blogadmin.connection import Connector
from blogadmin.core.database.errors import Unavailable
from blogadmin.core.database.line import SILENT
from blogadmin.settings import Settings
from tests.faults.proxy import FaultProxy

Record = Callable[[str, object], None]


@pytest.fixture
def silent() -> Iterator[Callable[[int], str]]:
    """Addresses of so many servers that take every connection and say nothing."""
    with ExitStack() as listening:

        def make(number: int) -> str:
            servers = [listening.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(number)]
            return ",".join(f"127.0.0.1:{server.getsockname()[1]}" for server in servers)

        yield make


def refused(url: str) -> float:
    """Seconds until it was told that the server of ``url`` is silent."""
    connector = Connector(Settings(database_url=url))
    began = time.perf_counter()
    with pytest.raises(Unavailable) as told:
        connector.open()
    connector.close()
    assert str(told.value) == SILENT
    return time.perf_counter() - began


@pytest.mark.slow
def test_several_silent_servers_share_the_time(silent: Callable[[int], str], record_property: Record) -> None:
    took = refused(f"postgresql://anna@{silent(6)}/blog")
    record_property("told after, s", round(took, 1))
    assert took < 15


@pytest.mark.slow
def test_a_pooler_that_lets_in_and_never_answers_is_out_of_reach(
    database_url: str, record_property: Record
) -> None:
    with FaultProxy(database_url) as proxy:
        proxy.let_in_and_swallow()
        took = refused(proxy.url)
    record_property("told after, s", round(took, 1))
    assert took < 15


def test_who_lets_in_and_never_answers_is_given_up(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "ANSWER_FOR", -11.0)
    with FaultProxy(database_url) as proxy:
        proxy.let_in_and_swallow()
        assert refused(proxy.url) < 10


def test_a_server_behind_a_silent_one_is_found(database_url: str, silent: Callable[[int], str]) -> None:
    with FaultProxy(database_url) as proxy:
        connector = Connector(
            Settings(database_url=proxy.url.replace("@", f"@{silent(1)},"), connect_timeout=1)
        )
        try:
            assert connector.open().state.kind == "current"
        finally:
            connector.close()

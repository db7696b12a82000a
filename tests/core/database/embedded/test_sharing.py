"""Programs start one server between them, share it, and the last one stops it."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg2
import pytest
import sqlalchemy

from blogadmin.core.database.embedded import EmbeddedServer, EmbeddedServerError, caretaker
from blogadmin.core.database.embedded.lock import is_held

if TYPE_CHECKING:
    from tests.core.database.embedded.conftest import Program

Query = Callable[..., list[tuple[Any, ...]]]
Eventually = Callable[[Callable[[], object]], None]
IDENTITY = "SELECT system_identifier, pg_postmaster_start_time()::text FROM pg_control_system()"
CARETAKER = "SELECT xact_start FROM pg_stat_activity WHERE application_name = 'blogadmin caretaker'"


def test_a_path_may_hold_spaces_quotes_and_other_scripts(empty_home: Path) -> None:
    with EmbeddedServer(empty_home / "Meine Blögs' 100% 日本 \\ #1", fast=True) as server:
        assert server.ensure_database()
        engine = sqlalchemy.create_engine(server.url())
        with engine.connect() as connection:
            assert connection.scalar(sqlalchemy.text("SELECT current_database()")) == "blogadmin"
        engine.dispose()


def test_the_server_speaks_utf8_in_utc_and_knows_letters_beyond_ascii(home: Path, query: Query) -> None:
    with EmbeddedServer(home, fast=True) as server:
        shown = query(
            server.url("postgres"),
            "SELECT current_setting('server_encoding'), current_setting('timezone'), lower('ÄÉЖ'),"
            " current_setting('listen_addresses'), current_setting('jit')",
        )
    assert shown == [("UTF8", "UTC", "äéж", "", "off")]


@pytest.mark.skipif(sys.platform != "linux", reason="the system's letters are known on Linux only")
def test_parts_of_words_are_indexed_in_every_script(home: Path, query: Query) -> None:
    with EmbeddedServer(home, fast=True) as server:
        query(server.url("postgres"), "CREATE EXTENSION pg_trgm")
        found = query(
            server.url("postgres"), "SELECT cardinality(show_trgm('森健二')), show_trgm('É') = show_trgm('é')"
        )
    assert found == [(4, True)]


def test_two_programs_share_one_server_and_the_last_one_stops_it(
    home: Path, program: Callable[..., Program], query: Query
) -> None:
    first, second = program(), program()
    url = first.ask("start")["url"]
    before = query(url, IDENTITY)
    assert second.ask("start")["url"] == url
    assert query(url, IDENTITY) == before
    assert (first.ask("users"), second.ask("users")) == (2, 2)

    assert first.ask("stop") is False
    assert query(url, IDENTITY) == before
    assert second.ask("stop") is True
    with pytest.raises(psycopg2.OperationalError):
        query(url, "SELECT 1")


def test_the_next_program_takes_over_from_a_killed_one_and_stops_the_server(
    program: Callable[..., Program], query: Query
) -> None:
    killed = program()
    url = killed.ask("start")["url"]
    before = query(url, IDENTITY)
    killed.kill()

    successor = program()
    assert successor.ask("start")["url"] == url
    assert query(url, IDENTITY) == before
    assert successor.ask("stop") is True


def test_a_server_whose_last_program_was_killed_stops_by_itself(
    home: Path, program: Callable[..., Program], eventually: Eventually
) -> None:
    killed = program(linger=0.05)
    data = Path(killed.ask("start")["data"])
    killed.kill()

    eventually(lambda: not is_held(data.parent / "alive"))
    assert not (data / "postmaster.pid").exists(), "stopped, not crashed"


def test_a_server_in_use_is_left_alone_by_its_caretaker(
    home: Path, query: Query, eventually: Eventually
) -> None:
    server = EmbeddedServer(home, fast=True)
    server._linger = 0.01
    with server:
        url = server.url("postgres")
        before = query(url, CARETAKER)
        assert len(before) == 1
        eventually(lambda: query(url, CARETAKER) != before)
        assert query(url, "SELECT 1") == [(1,)]


def test_four_cold_starts_at_once_make_one_server(empty_home: Path, program: Callable[..., Program]) -> None:
    programs = [program() for _ in range(4)]
    for one in programs:
        one.tell("start")
    answers = [one.hear()["answer"] for one in programs]
    assert answers == [answers[0]] * 4
    assert programs[0].ask("users") == 4
    made = Path(answers[0]["data"]).parent
    assert sorted(empty_home.iterdir()) == [empty_home / "lock", made]

    assert [one.ask("stop") for one in programs] == [False, False, False, True]


def test_programs_that_race_for_a_database_create_it_once(program: Callable[..., Program]) -> None:
    programs = [program() for _ in range(3)]
    for one in programs:
        one.ask("start")
    for one in programs:
        one.tell("ensure the blog")
    assert sorted(one.hear()["answer"] for one in programs) == [False, False, True]
    for one in programs:
        one.ask("stop")


def test_threads_of_one_program_count_as_users_of_their_own(home: Path) -> None:
    servers = [EmbeddedServer(home, fast=True) for _ in range(3)]
    threads = [threading.Thread(target=server.start) for server in servers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert servers[0].users() == 3
    assert [server.stop() for server in servers] == [False, False, True]


def test_connections_that_are_no_program_do_not_keep_the_server(home: Path) -> None:
    server = EmbeddedServer(home, fast=True).start()
    visitor = psycopg2.connect(server.url("postgres").replace("+psycopg2", ""))
    assert server.stop() is True
    with pytest.raises(psycopg2.OperationalError), visitor.cursor() as cursor:
        cursor.execute("SELECT 1")
    visitor.close()


def test_starting_twice_uses_once_and_stopping_twice_is_harmless(home: Path) -> None:
    server = EmbeddedServer(home, fast=True)
    assert server.start().start().users() == 1
    assert server.stop() is True
    assert server.stop() is False
    with server:
        assert server.users() == 1


def test_a_server_that_is_about_to_stop_is_not_joined(
    home: Path,
    program: Callable[..., Program],
    query: Query,
    eventually: Eventually,
) -> None:
    server = EmbeddedServer(home, fast=True).start()
    url = server.url("postgres")
    ends = "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE application_name = ANY(%s)"
    query(url, ends, ["blogadmin hold", "blogadmin caretaker"])
    waiting = program()
    with closing(psycopg2.connect(url.replace("+psycopg2", ""))) as stopping, stopping.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", (caretaker.LOCK_KEY,))
        waiting.tell("start")
        # It comes to the door …
        eventually(lambda: is_held(home / "lock"))
        eventually(lambda: server.users() > 0)
    # … and gets in when the door stays open after all.
    assert waiting.hear()["answer"]["url"] == url
    assert server.stop() is False
    assert waiting.ask("stop") is True


def test_a_server_started_by_hand_is_joined_and_stopped(home: Path) -> None:
    server = EmbeddedServer(home, fast=True)
    with server:
        pass
    programs = server._known().programs
    by_hand = ("start", "-w", "-D", server.data)
    assert programs.run("pg_ctl", *by_hand, output=home / "by hand.log", timeout=60) == 0
    with server:
        assert server.users() == 1
    assert not (server.data / "postmaster.pid").exists()


def test_a_log_of_last_week_is_not_continued(home: Path) -> None:
    with EmbeddedServer(home, fast=True) as server:
        logs = server.data.parent / "log"
    old, recent = logs / "server-old.log", logs / "server-new.log"
    for log, days in ((old, 7), (recent, 1)):
        log.write_text("")
        written = time.time() - days * 86400
        os.utime(log, (written, written))
    with server:
        assert not old.exists()
        assert recent.exists()


def test_nothing_is_known_before_the_first_start(empty_home: Path) -> None:
    server = EmbeddedServer(empty_home, fast=True)
    for ask in (server.url, server.users, server.ensure_database, lambda: server.data, lambda: server.major):
        with pytest.raises(EmbeddedServerError, match="has not been started"):
            ask()
    assert not empty_home.exists()

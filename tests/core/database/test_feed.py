"""The feed on a real server: what others commit arrives, whatever happens to the connection."""

from __future__ import annotations

import os
import signal
import time
import uuid
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from blogadmin.core.database import feed as feeds
from blogadmin.core.database import line as lines
from blogadmin.core.database import listening, schema
from blogadmin.core.database.address import APPLICATION_NAME
from blogadmin.core.database.changes import Changes
from blogadmin.core.database.embedded import EmbeddedServer
from blogadmin.core.database.engine import Database
from blogadmin.core.database.feed import Feed
from blogadmin.core.database.news import Changed, LostTrack, Standing
from blogadmin.core.database.presence import Row
from tests.conftest import connect
from tests.core.database.feeding import Pooler, Told, feeding, payload
from tests.faults.proxy import FaultProxy

Sql = Callable[..., list[tuple[object, ...]]]
NOTIFY = "SELECT pg_notify(%s, %s)"
FEED = f"""
FROM pg_stat_activity WHERE datname = current_database() AND application_name = '{APPLICATION_NAME}'
"""
LOCKS = """
SELECT l.objid FROM pg_locks l JOIN pg_database d ON d.oid = l.database
WHERE l.locktype = 'advisory' AND d.datname = current_database()
"""


def test_what_others_commit_is_told(database_url: str, sql: Sql) -> None:
    with feeding(database_url) as (_database, _feed, told):
        told.live()
        sql(NOTIFY, payload(n="posts", u=[1], i=[2], d=[3]))
        told.wait_for(Changed(Changes.of("posts", created=[2], updated=[1], deleted=[3])))


def test_first_it_says_that_what_was_read_before_may_be_old(database_url: str) -> None:
    with feeding(database_url) as (_database, _feed, told):
        told.live()
        assert told.events[:3] == [Standing("connecting"), Standing("live"), LostTrack()]


def test_a_burst_is_one_event(database_url: str) -> None:
    with feeding(database_url) as (_database, _feed, told), closing(connect(database_url)) as other:
        told.live()
        with other.cursor() as cursor:
            # In one statement, so that the server sends them at the same time.
            arguments = [payload(n="posts", u=[number]) for number in range(1, 201)]
            cursor.execute("; ".join([NOTIFY] * 200), [part for pair in arguments for part in pair])
        told.wait(lambda _events: len(told.rows("posts")) == 200)
        assert len(told.changed()) == 1


def test_too_many_rows_to_name_are_told_as_all(database_url: str, sql: Sql) -> None:
    with feeding(database_url) as (_database, _feed, told):
        told.live()
        sql(NOTIFY, payload(n="posts", all=True))
        told.wait_for(LostTrack("posts"))


def test_own_commits_are_not_told(database_url: str, sql: Sql) -> None:
    with feeding(database_url) as (database, _feed, told):
        told.live()
        channel, words = payload(n="posts", u=[1])
        with database.session_scope() as session:
            session.execute(text("SELECT pg_notify(:c, :p)"), {"c": channel, "p": words})
        # The message may come later than its connection lives.
        database.engine.dispose()
        sql(NOTIFY, payload(n="posts", u=[2]))
        told.wait(lambda _events: 2 in told.rows("posts"))
        assert told.rows("posts") == {2}


def test_many_messages_are_looked_at_together(
    database_url: str, sql: Sql, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[float] = []
    go_on = listening.Listening.go_on

    def counted(self: listening.Listening, held: frozenset[Row]) -> bool:
        looked.append(time.monotonic())
        return go_on(self, held)

    monkeypatch.setattr(listening.Listening, "go_on", counted)
    with feeding(database_url) as (database, _feed, told):
        told.live()
        begin = time.monotonic()
        for number in range(1, 201):
            channel, words = payload(n="posts", u=[number])
            with database.session_scope() as session:
                session.execute(text("SELECT pg_notify(:c, :p)"), {"c": channel, "p": words})
        sql(NOTIFY, payload(n="posts", u=[201]))
        told.wait(lambda _events: 201 in told.rows("posts"))
        end = time.monotonic()
    # After each look that finds something, a pause and one that finds nothing may follow.
    expected = 2 * (end - begin) / feeds.GATHER + 4
    assert sum(begin <= at <= end for at in looked) <= expected


def test_two_programs_tell_each_other(database_url: str) -> None:
    with feeding(database_url) as (one, _, told_one), feeding(database_url) as (_two, _feed, told_two):
        told_one.live()
        told_two.live()
        channel, words = payload(n="users", u=[5])
        with one.session_scope() as session:
            session.execute(text("SELECT pg_notify(:c, :p)"), {"c": channel, "p": words})
        told_two.wait_for(Changed(Changes.of("users", updated=[5])))
        assert told_one.changed() == []


def test_a_lost_connection_is_made_again(database_url: str, sql: Sql) -> None:
    with FaultProxy(database_url) as proxy, feeding(proxy.url) as (_database, _feed, told):
        told.live()
        proxy.refuse()
        proxy.kill()
        told.wait(lambda events: [e for e in events if isinstance(e, Standing)][-1].kind == "connecting")
        sql(NOTIFY, payload(n="posts", u=[1]))
        proxy.pass_through()
        told.live(2)
        assert told.events.count(LostTrack()) == 2
        sql(NOTIFY, payload(n="posts", u=[2]))
        told.wait(lambda _events: told.rows("posts") == {2})


def test_a_reader_that_was_cut_off_at_the_same_time_is_not_used(database_url: str) -> None:
    with FaultProxy(database_url) as proxy, feeding(proxy.url) as (database, _feed, told):
        told.live()
        with database.reader() as session:
            session.execute(text("SELECT 1"))
        proxy.kill()
        told.live(2)
        with database.reader() as session:
            assert session.scalar(text("SELECT 2")) == 2


def test_it_survives_being_terminated_on_the_server(database_url: str, sql: Sql) -> None:
    with feeding(database_url) as (_database, _feed, told):
        for times in (1, 2, 3):
            told.live(times)
            sql(f"SELECT pg_terminate_backend(pid) {FEED}")
        told.live(4)


def test_a_server_that_answers_no_more_is_noticed(
    database_url: str, monkeypatch: pytest.MonkeyPatch, sql: Sql
) -> None:
    monkeypatch.setattr(listening, "BEAT", 0.2)
    monkeypatch.setattr(lines, "ANSWER", 0.3)
    with FaultProxy(database_url) as proxy, feeding(proxy.url) as (_database, _feed, told):
        told.live()
        proxy.swallow()
        told.wait(lambda events: [e for e in events if isinstance(e, Standing)][-1].kind == "connecting")
        proxy.pass_through()
        told.live(2)


def test_beat_and_answer_together_keep_the_promise() -> None:
    assert listening.BEAT + lines.ANSWER + feeds.LONGEST_PAUSE <= 15


@pytest.mark.parametrize("silent", [False, True], ids=["listening", "waiting for an answer"])
def test_it_closes_within_a_second(database_url: str, monkeypatch: pytest.MonkeyPatch, silent: bool) -> None:
    monkeypatch.setattr(listening, "BEAT", 0.1)
    told = Told()
    with FaultProxy(database_url) as proxy, closing(Database(proxy.url)) as database:
        feed = Feed(database, told)
        feed.start()
        told.live()
        if silent:
            proxy.swallow()
        assert feed.close(1.0)
        count = len(told.events)
    assert not feed._thread.is_alive()
    assert len(told.events) == count


def test_it_closes_while_it_connects_to_a_server_that_is_silent(database_url: str) -> None:
    with FaultProxy(database_url) as proxy:
        proxy.swallow()
        with feeding(proxy.url):
            while not proxy.open_links:
                pass


def test_a_server_that_is_silent_from_the_start_is_given_up(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "MARGIN", -2.8)
    with FaultProxy(database_url) as proxy:
        proxy.swallow()
        with feeding(proxy.url) as (_database, _feed, told):
            told.wait_for(Standing("connecting", lines.SILENT))
            proxy.kill()
            proxy.pass_through()
            told.live()


@pytest.mark.parametrize(
    "hosts", ["localhost,127.0.0.1", "127.0.0.1", "localhost", "no.such.host.invalid,127.0.0.1"]
)
def test_a_server_is_found_by_any_of_its_names(database_url: str, hosts: str) -> None:
    with FaultProxy(database_url) as proxy:
        port = make_url(proxy.url).port
        ports = ",".join([str(port)] * len(hosts.split(",")))
        url = make_url(proxy.url).set(host=None, port=None)
        url = url.update_query_dict({"host": hosts, "port": ports})
        with feeding(url.render_as_string(hide_password=False)) as (_database, _feed, told):
            told.live()


def test_it_closes_between_two_attempts(database_url: str) -> None:
    with FaultProxy(database_url) as proxy:
        url = proxy.url
    with feeding(url) as (_database, _feed, told):
        told.wait(lambda events: any(isinstance(e, Standing) and e.reason for e in events))


def test_one_that_was_never_started_can_be_closed(database_url: str) -> None:
    with closing(Database(database_url)) as database:
        assert Feed(database, Told()).close()


def test_a_login_without_the_right_to_connect_waits_and_says_why(database_url: str, sql: Sql) -> None:
    role = f"nobody_{uuid.uuid4().hex[:16]}"
    sql(f"CREATE ROLE {role}")
    try:
        url = make_url(database_url).set(username=role).render_as_string(hide_password=False)
        with feeding(url) as (_database, _feed, told):
            standing = told.wait(
                lambda events: next((e for e in events if isinstance(e, Standing) and e.reason), None)
            )
            assert standing is not None
            assert standing.kind == "connecting"
            assert role not in standing.reason
    finally:
        sql(f"DROP ROLE {role}")


def test_through_a_pooler_it_says_so_and_looks_now_and_then(
    database_url: str, monkeypatch: pytest.MonkeyPatch, sql: Sql
) -> None:
    monkeypatch.setattr(feeds, "POLL", 0.1)
    with Pooler(database_url) as pooler, feeding(pooler.url) as (_database, feed, told):
        feed.hold("posts", 1)
        told.wait(lambda events: events.count(LostTrack()) >= 3)
        assert Standing("not live", listening.POOLED) in told.events
        assert sum(isinstance(event, Standing) for event in told.events) == 2
        # On a pooled session a lock would outlive the program.
        assert sql(LOCKS) == []


def test_nothing_is_left_open_in_a_transaction(database_url: str, sql: Sql) -> None:
    with feeding(database_url) as (_database, feed, told):
        told.live()
        feed.hold("posts", 1)
        told.wait(lambda _events: sql(LOCKS))
        assert sql(f"SELECT state {FEED}") == [("idle",)]


def test_it_survives_a_restart_of_the_server(tmp_path: Path) -> None:
    with EmbeddedServer(tmp_path / "server", fast=True) as server:
        server.ensure_database()
        schema.upgrade(server.url())
        with feeding(server.url()) as (_database, _feed, told):
            told.live()
            restart(server)
            told.live(2)
            with closing(connect(server.url())) as other, other.cursor() as cursor:
                cursor.execute(NOTIFY, payload(n="posts", u=[1]))
            told.wait(lambda _events: told.rows("posts") == {1})


def restart(server: EmbeddedServer) -> None:
    """Stop the server under everybody's feet, and start it again."""
    pid = int((server.data / "postmaster.pid").read_text().splitlines()[0])
    os.kill(pid, signal.SIGQUIT)
    server.start()

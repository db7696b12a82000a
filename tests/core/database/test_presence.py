"""Who edits what is known everywhere at once, and forgotten with whoever is gone."""

from __future__ import annotations

import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from typing import Any

import pytest
from psycopg2 import extensions
from sqlalchemy import make_url

from blogadmin.core.database import line, listening, presence
from blogadmin.core.database.address import APPLICATION_NAME
from blogadmin.core.models import Base
from tests.conftest import connect
from tests.core.database.feeding import Told, feeding
from tests.faults.proxy import FaultProxy

Sql = Callable[..., list[tuple[object, ...]]]

PROGRAM = """
import sys
from blogadmin.core.database.engine import Database
from blogadmin.core.database.feed import Feed
feed = Feed(Database(sys.argv[1]), lambda event: None)
feed.hold("posts", int(sys.argv[2]))
feed.start()
sys.stdin.read()
"""


@pytest.fixture
def anna(database_url: str, sql: Sql) -> Iterator[str]:
    """The address of the database for a login of her own, which may do nothing but connect."""
    name = f"anna_{uuid.uuid4().hex[:12]}"
    sql(f"CREATE ROLE {name} LOGIN PASSWORD 'secret'")
    yield make_url(database_url).set(username=name, password="secret").render_as_string(hide_password=False)
    sql(f"DROP ROLE {name}")


def edited(told: Told) -> list[tuple[str, int]]:
    return [(editor.noun, editor.row_id) for editor in told.editors()]


def test_others_see_at_once_who_edits_what(database_url: str, anna: str) -> None:
    with feeding(database_url) as (_database, _feed, told), feeding(anna) as (_, hers, told_her):
        told.live()
        told_her.live()
        hers.hold("posts", 7)
        told.wait(lambda _events: edited(told) == [("posts", 7)])
        (editor,) = told.editors()
        assert editor.login == make_url(anna).username
        assert editor.application in (APPLICATION_NAME, "")
        assert not editor.own_login
        assert edited(told_her) == []
        hers.hold("users", 2**40)
        told.wait(lambda _events: edited(told) == [("posts", 7), ("users", 2**40)])
        hers.let_go("posts", 7)
        hers.let_go("users", 2**40)
        told.wait(lambda _events: edited(told) == [])


def test_a_row_is_held_until_the_last_window_lets_it_go(database_url: str) -> None:
    with feeding(database_url) as (_one, _, told), feeding(database_url) as (_two, other, told_other):
        told.live()
        told_other.live()
        other.hold("posts", 7)
        other.hold("posts", 7)
        other.hold("posts", 8)
        told.wait(lambda _events: edited(told) == [("posts", 7), ("posts", 8)])
        assert all(editor.own_login for editor in told.editors())
        other.let_go("posts", 7)
        other.let_go("posts", 8)
        told.wait(lambda _events: edited(told) == [("posts", 7)])


def test_two_programs_may_edit_the_same_row(database_url: str) -> None:
    with (
        feeding(database_url) as (_one, first, told),
        feeding(database_url) as (_two, second, told_second),
    ):
        first.hold("posts", 7)
        second.hold("posts", 7)
        told.wait(lambda _events: edited(told) == [("posts", 7)])
        told_second.wait(lambda _events: edited(told_second) == [("posts", 7)])


def test_who_is_killed_edits_nothing_any_more(database_url: str) -> None:
    with feeding(database_url) as (_database, _feed, told):
        told.live()
        program = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, database_url, "7"], stdin=subprocess.PIPE, close_fds=True
        )
        with program:
            try:
                told.wait(lambda _events: edited(told) == [("posts", 7)])
            finally:
                program.kill()
        told.wait(lambda _events: edited(told) == [])
    # The server frees the lock when the connection breaks; it is asked at each beat.
    assert listening.BEAT + line.ANSWER <= 10


def test_after_a_lost_connection_rows_are_held_again(database_url: str) -> None:
    with (
        feeding(database_url) as (_one, _, told),
        FaultProxy(database_url) as proxy,
        feeding(proxy.url) as (_two, other, told_other),
    ):
        told.live()
        told_other.live()
        other.hold("posts", 7)
        told.wait(lambda _events: edited(told) == [("posts", 7)])
        proxy.refuse()
        proxy.kill()
        told.wait(lambda _events: edited(told) == [])
        proxy.pass_through()
        told.wait(lambda _events: edited(told) == [("posts", 7)])


def test_who_lost_the_connection_knows_of_nobody(database_url: str) -> None:
    with (
        FaultProxy(database_url) as proxy,
        feeding(proxy.url) as (_one, _, told),
        feeding(database_url) as (_two, other, _told_other),
    ):
        told.live()
        other.hold("posts", 7)
        told.wait(lambda _events: edited(told) == [("posts", 7)])
        proxy.refuse()
        proxy.kill()
        told.wait(lambda _events: edited(told) == [])


def test_without_the_right_to_lock_messages_come_all_the_same(database_url: str, anna: str, sql: Sql) -> None:
    sql("REVOKE EXECUTE ON FUNCTION pg_try_advisory_lock_shared(bigint) FROM PUBLIC")
    with feeding(anna) as (_database, feed, told):
        feed.hold("posts", 7)
        told.live()
        sql("""SELECT pg_notify('blogadmin', '{"n": "posts", "u": [1]}')""")
        told.wait(lambda _events: told.rows("posts") == {1})


def test_locks_of_other_programs_are_no_editors(database_url: str) -> None:
    with closing(connect(database_url)) as first, closing(connect(database_url)) as second:
        one, other = runner(first), runner(second)
        other("SELECT pg_advisory_lock(7), pg_advisory_lock_shared(7, 7)", ())
        other("SELECT pg_advisory_lock(%s)", [presence.class_of("posts") << 48 | 5])
        presence.begin(one, [("posts", 5)])
        presence.begin(one, [("posts", 6)])
        assert [editor.row_id for editor in presence.editors(other)] == [6]
        presence.cease(one, [("posts", 6)])
        assert presence.editors(other) == ()


def runner(raw: extensions.connection) -> presence.Run:
    def run(statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        with raw.cursor() as cursor:
            cursor.execute(statement, values or None)
            return cursor.fetchall()

    return run


def test_each_noun_has_a_number_of_its_own() -> None:
    numbers = [presence.class_of(noun) for noun in Base.metadata.tables]
    assert len(set(numbers)) == len(numbers)
    assert all(0 < number < 2**15 for number in numbers)

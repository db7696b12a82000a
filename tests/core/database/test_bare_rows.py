"""Rows come as the driver has them, while all else that SQLAlchemy does for a statement is as ever."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import create_engine, event
from sqlalchemy.exc import DBAPIError

from blogadmin.core.database import bare_rows
from blogadmin.core.database.bare_rows import BareText
from blogadmin.core.database.engine import Database

TWO = BareText("SELECT n, n * %(by)s AS product, 'a' AS n FROM generate_series(1, 2) AS n")
ROWS = [(1, 3, "a"), (2, 6, "a")]


def test_rows_are_those_of_the_driver(database: Database) -> None:
    with database.reader() as session:
        assert bare_rows.rows(session.connection(), TWO, {"by": 3}) == ROWS
    with database.session_scope() as session:
        assert bare_rows.rows(session.connection(), TWO, {"by": 3}) == ROWS


def test_whoever_wants_names_still_has_them(database: Database) -> None:
    with database.reader() as session:
        connection = session.connection()
        bare_rows.rows(connection, TWO, {"by": 3})
        named = connection.exec_driver_sql("SELECT 1 AS one, 2 AS two")
        assert named.mappings().all() == [{"one": 1, "two": 2}]


def test_no_column_is_looked_at(database: Database) -> None:
    with database.reader() as session:
        connection = session.connection()
        assert len(list(connection.exec_driver_sql(str(TWO), {"by": 3}).keys())) == 3
        assert list(connection.exec_driver_sql(TWO, {"by": 3}).keys()) == ["row"]


def test_the_same_rows_come_from_an_engine_that_knows_nothing_of_it(database_url: str) -> None:
    engine = create_engine(database_url)
    with engine.connect() as connection:
        assert bare_rows.rows(connection, TWO, {"by": 3}) == ROWS
    engine.dispose()


def test_a_statement_without_rows_is_refused(database: Database) -> None:
    with database.reader() as session, pytest.raises(TypeError, match="no rows"):
        bare_rows.rows(session.connection(), BareText("SET LOCAL work_mem = '4MB'"), {})


def test_statements_are_heard_of_and_errors_are_wrapped(database: Database) -> None:
    heard: list[Any] = []
    with database.reader() as session:
        connection = session.connection()
        event.listen(connection, "before_cursor_execute", lambda *arguments: heard.append(arguments[2]))
        with pytest.raises(DBAPIError, match="division by zero"):
            bare_rows.rows(connection, BareText("SELECT 1 / %(by)s"), {"by": 0})
        assert bare_rows.rows(connection, TWO, {"by": 3}) == ROWS
    assert heard == ["SELECT 1 / %(by)s", TWO]

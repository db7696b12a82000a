"""Sessions commit or roll back, readers keep their connection, and nothing stays behind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from blogadmin.core.database.engine import Database

Sql = Callable[..., list[tuple[Any, ...]]]


def test_a_scope_commits_on_success(database: Database, sql: Sql) -> None:
    with database.session_scope() as session:
        session.execute(text("CREATE TABLE kept (id int)"))
    assert sql("SELECT to_regclass('kept') IS NOT NULL") == [(True,)]


def test_a_scope_rolls_back_on_any_exception(database: Database, sql: Sql) -> None:
    def unit() -> None:
        with database.session_scope() as session:
            session.execute(text("CREATE TABLE lost (id int)"))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        unit()
    assert sql("SELECT to_regclass('lost') IS NULL") == [(True,)]


def test_a_reader_keeps_its_connection_and_leaves_no_transaction_open(database: Database, sql: Sql) -> None:
    with database.reader() as session:
        first = database.backend_pid(session)
        session.execute(text("SELECT 1"))
        assert sql("SELECT state FROM pg_stat_activity WHERE pid = %s", (first,)) == [("idle",)]
    with database.reader() as session:
        assert database.backend_pid(session) == first

"""A database is known again by what it is, not by how it was reached."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from typing import Any

from sqlalchemy import text

from blogadmin.core.database.engine import Database
from blogadmin.core.queries import identity

Sql = Callable[..., list[tuple[Any, ...]]]


def test_the_same_database_has_the_same_id_each_time(database: Database) -> None:
    url = database.url.render_as_string(hide_password=False)
    with database.reader() as session:
        first = identity.database_id(session)
    with closing(Database(url)) as again, again.reader() as session:
        assert identity.database_id(session) == first


def test_two_databases_of_one_server_differ(
    database: Database, make_database: Callable[[str | None], str]
) -> None:
    with closing(Database(make_database(None))) as other, other.reader() as there, database.reader() as here:
        assert identity.database_id(there) != identity.database_id(here)


def test_a_login_that_may_not_ask_gets_the_address(database: Database, sql: Sql) -> None:
    sql("REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC")
    with database.reader() as session:
        session.execute(text("SET ROLE pg_read_all_stats"))
        found = identity.database_id(session)
        session.execute(text("RESET ROLE"))
    assert found.startswith("host ")
    assert found.endswith(f"/{database.url.database}")

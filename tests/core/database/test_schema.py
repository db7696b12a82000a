"""The revision is read by plain SQL, and upgrading brings it to the head."""

from __future__ import annotations

from contextlib import closing

from blogadmin.core.database import schema
from blogadmin.core.database.engine import Database


def test_an_empty_database_is_upgraded_to_the_head(empty_database_url: str) -> None:
    with closing(Database(empty_database_url)) as database:
        assert schema.inspect(database).kind == "empty"
        schema.upgrade(empty_database_url)
        assert schema.inspect(database) == schema.State("current", schema.head(), schema.head())

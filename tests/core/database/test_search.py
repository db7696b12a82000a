"""The language of the search is a property of the database: one command changes it, for every client."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from blogadmin.core.database import search
from blogadmin.core.database.engine import Database
from blogadmin.core.database.errors import Invalid

Sql = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture(autouse=True)
def post(sql: Sql) -> None:
    sql("INSERT INTO users (email, name, password_hash) VALUES ('ada@example.org', 'Ada', 'x')")
    sql(
        "INSERT INTO posts (public_id, title, body, slug, author_id)"
        " SELECT gen_random_uuid(), 'Häuser', 'Die Gärten, viel mehr', 'one', id FROM users"
    )


def language(database: Database) -> str | None:
    with database.reader() as session:
        return search.language(session)


def test_a_new_database_reads_english(database: Database) -> None:
    assert language(database) == "pg_catalog.english"


def test_another_language_is_read_from_then_on_and_in_what_is_there(database: Database, sql: Sql) -> None:
    found = "SELECT count(*) FROM posts WHERE body_search @@ to_tsquery('german', 'haus & garten')"
    assert sql(found) == [(0,)]

    assert search.set_language(database, "German ") == "pg_catalog.german"

    assert language(database) == "pg_catalog.german"
    assert sql(found) == [(1,)]
    assert sql("SELECT version, created_at = updated_at FROM posts") == [(1, True)]
    sql("UPDATE posts SET title = 'Mäuse'")
    assert sql("SELECT body_search @@ to_tsquery('german', 'maus') FROM posts") == [(True,)]
    triggers = "SELECT tgname::text FROM pg_trigger WHERE NOT tgisinternal AND tgrelid = 'posts'::regclass"
    assert [name for (name,) in sorted(sql(triggers)) if not str(name).startswith("z_")] == [
        "a_touch",
        "b_search",
    ]


def test_a_configuration_of_the_blog_s_own_can_be_chosen(database: Database, sql: Sql) -> None:
    sql('CREATE SCHEMA "Our Words"; CREATE TEXT SEARCH CONFIGURATION "Our Words".blog (COPY = german)')

    assert search.set_language(database, "blog") == '"Our Words".blog'

    sql("UPDATE posts SET body = 'Mäuse'")
    assert sql("SELECT body_search @@ to_tsquery('german', 'maus') FROM posts") == [(True,)]
    assert language(database) == '"Our Words".blog'


@pytest.mark.parametrize(("name", "hint"), [("englisch", "Did you mean english?"), ("qqq", "Known: arabic")])
def test_an_unknown_language_is_refused_and_changes_nothing(database: Database, name: str, hint: str) -> None:
    with pytest.raises(Invalid, match="not known to the server") as refused:
        search.set_language(database, name)

    assert hint in str(refused.value)
    assert language(database) == "pg_catalog.english"


def test_a_database_in_which_nothing_keeps_the_words_has_no_language(database: Database, sql: Sql) -> None:
    sql("DROP TRIGGER b_search ON posts")
    assert language(database) is None

    search.set_language(database, "simple")

    assert language(database) == "pg_catalog.simple"

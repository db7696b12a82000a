"""Adopting brings what finding needs: words of posts, parts of words, and room for saved views."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest
from sqlalchemy import make_url

from blogadmin.core.database import adopt, schema
from blogadmin.core.database.engine import Database
from blogadmin.core.models import FUNCTIONS
from tests.conftest import connect

Sql = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture
def blog(database: Database, sql: Sql) -> Database:
    """A migrated database with a post, made foreign: as if its application had made just that much."""
    sql("INSERT INTO users (email, name, password_hash) VALUES ('ada@example.org', 'Ada', 'x')")
    sql(
        "INSERT INTO posts (public_id, title, body, slug, author_id)"
        " SELECT gen_random_uuid(), 'Gardens', 'Trees', 'gardens', id FROM users"
    )
    sql(f"DROP TABLE {schema.REVISION_TABLE}, saved_views")
    return database


@pytest.fixture
def login(server_url: str, database_url: str, sql: Sql) -> Iterator[Callable[[], str]]:
    """Make the tables another login's, who may make tables but no extensions; gives the URL for it."""
    name = f"owner_{uuid.uuid4().hex[:12]}"

    def make() -> str:
        sql(f"CREATE ROLE {name} LOGIN PASSWORD 'x'")
        sql(f"GRANT USAGE, CREATE ON SCHEMA public TO {name}")
        parts = sql("SELECT relname::text FROM pg_class WHERE relispartition AND relkind = 'r'")
        for table in (*schema.TABLES, "audit_log", *(part for (part,) in parts)):
            sql(f"ALTER TABLE {table} OWNER TO {name}")
        for function in FUNCTIONS:
            sql(f"ALTER FUNCTION {function} OWNER TO {name}")
        sql(f"ALTER ROLE {name} SET search_path TO public")
        return make_url(database_url).set(username=name, password="x").render_as_string(hide_password=False)

    yield make
    with closing(connect(database_url)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (name,))
        if cursor.fetchone():
            cursor.execute(f"DROP OWNED BY {name}; DROP ROLE {name}")


def indexes(sql: Sql) -> set[str]:
    return {name for (name,) in sql("SELECT indexname::text FROM pg_indexes WHERE indexname ~ '^ix_'")}


def test_the_words_of_posts_that_are_there_are_read(blog: Database, sql: Sql) -> None:
    sql("DROP TRIGGER b_search ON posts; ALTER TABLE posts DROP body_search")

    done = adopt.apply(blog)

    assert sql("SELECT body_search, version FROM posts") == [("'garden':1A 'tree':2", 1)]
    assert any("body_search" in note for note in done.notes)
    assert "body_search" not in "".join(adopt.apply(blog).notes)
    assert schema.inspect(blog).kind == "current"


def test_words_are_read_anew_when_nobody_kept_them(blog: Database, sql: Sql) -> None:
    sql("ALTER TABLE posts DISABLE TRIGGER b_search; UPDATE posts SET title = 'Sheds'")

    adopt.apply(blog)

    assert sql("SELECT body_search, tgenabled FROM posts, pg_trigger WHERE tgname = 'b_search'") == [
        ("'shed':1A 'tree':2", "O")
    ]


def test_a_language_that_was_chosen_stays(blog: Database, sql: Sql) -> None:
    sql(
        "DROP TRIGGER b_search ON posts; CREATE TRIGGER b_search BEFORE INSERT OR UPDATE ON posts"
        " FOR EACH ROW EXECUTE FUNCTION blogadmin_search('pg_catalog.german')"
    )

    adopt.apply(blog)

    assert sql("SELECT tgargs FROM pg_trigger WHERE tgname = 'b_search'")[0][0].tobytes() == (
        b"pg_catalog.german\0"
    )


def test_indexes_of_every_kind_are_put_back(blog: Database, sql: Sql) -> None:
    complete = indexes(sql)
    sql("DROP INDEX ix_posts_body_search, ix_posts_metadata, ix_posts_metadata_keys")
    sql("DROP INDEX ix_posts_trigrams, ix_posts_title_id")
    # The same column in an index of another kind does not do.
    sql("CREATE INDEX a ON posts (metadata); CREATE INDEX b ON posts USING gin (metadata)")

    adopt.apply(blog)

    assert indexes(sql) == complete
    assert adopt.plan(blog).is_empty


def test_the_extension_is_found_in_a_schema_that_is_not_searched(blog: Database, sql: Sql) -> None:
    complete = indexes(sql)
    sql('DROP EXTENSION pg_trgm CASCADE; CREATE SCHEMA "Ext"; CREATE EXTENSION pg_trgm SCHEMA "Ext"')

    done = adopt.apply(blog)

    assert indexes(sql) == complete
    assert not [line for line in done.statements if "EXTENSION" in line]


def test_the_extension_is_made_where_that_is_allowed(blog: Database, sql: Sql) -> None:
    complete = indexes(sql)
    sql("DROP EXTENSION pg_trgm CASCADE")

    done = adopt.apply(blog)

    assert "CREATE EXTENSION pg_trgm" in done.statements
    assert indexes(sql) == complete


def test_without_the_right_to_make_it_everything_else_is_done_and_a_note_says_so(
    blog: Database, sql: Sql, login: Callable[[], str]
) -> None:
    complete = indexes(sql)
    sql("DROP EXTENSION pg_trgm CASCADE")
    with closing(Database(login())) as theirs:
        done = adopt.apply(theirs)
        assert adopt.plan(theirs).is_empty
        assert schema.inspect(theirs).kind == "current"

    assert complete - indexes(sql) == {"ix_posts_trigrams", "ix_users_trigrams"}
    assert any("CREATE EXTENSION pg_trgm" in note for note in done.notes)
    assert not any("EXTENSION" in line for line in done.statements)

    sql("CREATE EXTENSION pg_trgm")
    adopt.apply(blog)
    assert indexes(sql) == complete


def test_a_blog_with_a_migration_history_of_its_own_is_adopted_beside_it(blog: Database, sql: Sql) -> None:
    sql("CREATE TABLE alembic_version (version_num varchar(32)); INSERT INTO alembic_version VALUES ('8e1f')")
    assert schema.inspect(blog).kind == "foreign"

    done = adopt.apply(blog)

    assert any("own migration history" in note for note in done.notes)
    assert schema.inspect(blog).kind == "current"
    assert sql("SELECT version_num FROM alembic_version") == [("8e1f",)]


def test_who_may_write_posts_may_save_views(blog: Database, sql: Sql) -> None:
    sql("GRANT SELECT, UPDATE ON users, posts TO PUBLIC")

    adopt.apply(blog)

    assert sql(
        "SELECT has_table_privilege('pg_monitor', 'saved_views', 'INSERT'),"
        " has_sequence_privilege('pg_monitor', 'saved_views_id_seq', 'USAGE')"
    ) == [(True, True)]


def test_notes_stand_beside_the_script_not_in_it(blog: Database, sql: Sql) -> None:
    sql("ALTER TABLE posts ALTER status SET DEFAULT 'review'")

    plan = adopt.plan(blog)

    assert any("keeps its own default" in note for note in plan.notes)
    assert "keeps its own default" not in plan.as_sql()

"""A database that the blog's own application made is taken over without losing or changing a thing."""

from __future__ import annotations

import gzip
import hashlib
import io
import itertools
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg2.extensions
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from blogadmin.core.database import adopt, schema
from blogadmin.core.database.engine import Database
from blogadmin.core.models import Base
from tests.conftest import connect

RUST_BLOG = Path(__file__).parents[4] / "shared" / "data" / "rust-blog.sql.gz"
Sql = Callable[..., list[tuple[Any, ...]]]
TIMES = ("created_at", "updated_at")


@pytest.fixture
def raw(empty_database_url: str) -> Iterator[psycopg2.extensions.connection]:
    """Another client of the database that is being adopted, in autocommit."""
    with closing(connect(empty_database_url)) as connection:
        yield connection


@pytest.fixture
def blog(empty_database_url: str) -> Iterator[Database]:
    """The program's way into the database that is being adopted."""
    with closing(Database(empty_database_url)) as database:
        yield database


@pytest.fixture
def rust_blog(raw: psycopg2.extensions.connection, blog: Database) -> Database:
    """A real blog of 750 posts, as its own application left it."""
    if not RUST_BLOG.exists():
        pytest.skip("needs ../shared/data/rust-blog.sql.gz beside the checkout")
    load_dump(raw, RUST_BLOG)
    return blog


def load_dump(raw: psycopg2.extensions.connection, path: Path) -> None:
    """Do what psql does with a plain dump: statements, and the lines of each COPY up to ``\\.``."""
    statements: list[str] = []
    with gzip.open(path, "rt", encoding="utf-8", newline="\n") as dump, raw.cursor() as cursor:
        for line in dump:
            if line.startswith("COPY "):
                cursor.execute("".join(statements) + "SELECT 1")
                statements.clear()
                rows = itertools.takewhile(lambda row: row != "\\.\n", dump)
                cursor.copy_expert(line, io.BytesIO("".join(rows).encode()))
            elif not line.startswith("--"):
                statements.append(line)
        cursor.execute("".join(statements))


def query(raw: psycopg2.extensions.connection, statement: str) -> list[tuple[Any, ...]]:
    with raw.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def checksum(raw: psycopg2.extensions.connection, table: str, columns: list[str]) -> str:
    """One digest over the named columns of every row."""
    digest = hashlib.sha256()
    for row in query(raw, f"SELECT {', '.join(columns)} FROM {table} ORDER BY id"):
        digest.update(repr(row).encode())
    return digest.hexdigest()


def columns_of(raw: psycopg2.extensions.connection, table: str) -> list[str]:
    return [
        name
        for (name,) in query(
            raw,
            f"SELECT attname FROM pg_attribute WHERE attrelid = '{table}'::regclass AND attnum > 0"
            " ORDER BY attnum",
        )
    ]


def missing(database: Database) -> list[Any]:
    """What Alembic would still add or change; what it would remove is allowed to be there."""
    with database.engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "compare_server_default": True,
                "version_table": schema.REVISION_TABLE,
            },
        )
        found = compare_metadata(context, Base.metadata)
    flat = [step for group in found for step in (group if isinstance(group, list) else [group])]
    return [step for step in flat if not step[0].startswith("remove_")]


def test_a_real_blog_is_adopted_with_every_row_as_it_was(
    rust_blog: Database, raw: psycopg2.extensions.connection
) -> None:
    kept = {t: [c for c in columns_of(raw, t) if c not in TIMES] for t in ("users", "posts")}
    before = {t: checksum(raw, t, columns) for t, columns in kept.items()}

    done = adopt.apply(rust_blog, assume_timezone="UTC")

    assert done.statements
    assert {t: checksum(raw, t, columns) for t, columns in kept.items()} == before
    assert query(raw, "SELECT count(*) FROM users") == [(165,)]
    assert query(raw, "SELECT count(*) FROM posts") == [(750,)]
    assert query(raw, "SELECT DISTINCT version FROM posts UNION SELECT version FROM users") == [(1,)]
    assert schema.inspect(rust_blog).kind == "current"
    assert missing(rust_blog) == []


def test_an_adopted_blog_has_every_rule_of_a_migrated_one(
    rust_blog: Database, raw: psycopg2.extensions.connection, sql: Callable[..., list[tuple[Any, ...]]]
) -> None:
    rules = (
        "SELECT CAST(conrelid AS regclass)::text, conname, pg_get_constraintdef(oid), convalidated"
        " FROM pg_constraint WHERE connamespace = 2200"
        " UNION SELECT tablename, indexname, indexdef, true FROM pg_indexes WHERE schemaname = 'public'"
        " UNION SELECT CAST(tgrelid AS regclass)::text, tgname, pg_get_triggerdef(oid), true FROM pg_trigger"
        " WHERE NOT tgisinternal UNION SELECT '', proname, pg_get_functiondef(oid), true FROM pg_proc"
        " WHERE pronamespace = 2200"
    )

    adopt.apply(rust_blog, assume_timezone="UTC")

    assert set(sql(rules)) - set(query(raw, rules)) == set()


def test_naive_times_become_the_instants_that_the_named_zone_showed(
    rust_blog: Database, raw: psycopg2.extensions.connection
) -> None:
    naive = dict(query(raw, "SELECT id, created_at FROM posts"))

    adopt.apply(rust_blog, assume_timezone="Europe/Berlin")

    # Winter and summer: Berlin is one hour ahead of UTC in the one, two in the other.
    assert naive[1].isoformat() == "2014-09-15T12:00:00"
    assert query(raw, "SELECT created_at FROM posts WHERE id = 1") == [
        (datetime(2014, 9, 15, 10, 0, tzinfo=UTC),)
    ]
    shown = query(raw, "SELECT id, created_at AT TIME ZONE 'Europe/Berlin' FROM posts")
    assert dict(shown) == naive
    assert query(raw, "SELECT created_at FROM users WHERE id = 5") == [
        (datetime(2015, 1, 9, 11, 0, tzinfo=UTC),)
    ]


def test_the_plan_changes_nothing_and_says_which_columns_need_a_zone(
    rust_blog: Database, raw: psycopg2.extensions.connection
) -> None:
    catalogue = "SELECT count(*), sum(hashtext(relname)) FROM pg_class WHERE relnamespace = 2200"
    before = query(raw, catalogue)

    unzoned = adopt.plan(rust_blog)
    zoned = adopt.plan(rust_blog, assume_timezone="America/New_York")

    assert unzoned.needs_timezone == (
        "users.created_at",
        "users.updated_at",
        "posts.created_at",
        "posts.updated_at",
    )
    assert not unzoned.can_apply
    assert zoned.can_apply
    assert not zoned.needs_timezone
    assert query(raw, catalogue) == before
    assert schema.inspect(rust_blog).kind == "foreign"


def test_without_a_zone_adopting_is_refused_and_changes_nothing(
    rust_blog: Database, raw: psycopg2.extensions.connection
) -> None:
    with pytest.raises(adopt.Refused, match=r"without a zone in users\.created_at") as refused:
        adopt.apply(rust_blog)

    assert refused.value.plan.needs_timezone
    assert query(raw, "SELECT to_regclass('comments'), to_regclass('blogadmin_version')") == [(None, None)]


@pytest.mark.parametrize(
    ("name", "hint"),
    [("Europe/Berlyn", "Europe/Berlin"), ("berlin", "Europe/Berlin"), ("+02:00", "Europe/Berlin, or UTC")],
)
def test_an_unknown_zone_is_refused_with_a_suggestion(rust_blog: Database, name: str, hint: str) -> None:
    with pytest.raises(adopt.Refused, match="knows no time zone") as refused:
        adopt.plan(rust_blog, assume_timezone=name)

    assert hint in str(refused.value)


def test_the_printed_plan_runs_as_a_script(rust_blog: Database, raw: psycopg2.extensions.connection) -> None:
    script = adopt.plan(rust_blog, assume_timezone="europe/berlin").as_sql()

    with raw.cursor() as cursor:
        cursor.execute(script)

    assert "AT TIME ZONE 'Europe/Berlin'" in script
    assert adopt.plan(rust_blog).is_empty
    assert schema.inspect(rust_blog).kind == "current"


def test_the_second_plan_is_empty_and_applying_it_does_nothing(rust_blog: Database) -> None:
    adopt.apply(rust_blog, assume_timezone="UTC")

    assert adopt.plan(rust_blog, assume_timezone="UTC").is_empty
    assert adopt.apply(rust_blog).is_empty


def test_what_the_blog_has_beyond_the_models_stays(
    rust_blog: Database, raw: psycopg2.extensions.connection
) -> None:
    query(
        raw,
        "CREATE TABLE tags (id int); ALTER TABLE posts ADD COLUMN mood text DEFAULT 'calm';"
        "CREATE INDEX posts_mood ON posts (mood); SELECT 1",
    )

    adopt.apply(rust_blog, assume_timezone="UTC")

    assert query(
        raw,
        "SELECT to_regclass('tags') IS NOT NULL, to_regclass('posts_mood') IS NOT NULL,"
        " to_regclass('ix_users_id') IS NOT NULL, (SELECT count(*) FROM posts WHERE mood = 'calm')",
    ) == [(True, True, True, 750)]


def test_the_blogs_application_goes_on_as_before(
    rust_blog: Database, raw: psycopg2.extensions.connection
) -> None:
    """It knows neither version nor the server defaults, and its counter must not look like an edit."""
    adopt.apply(rust_blog, assume_timezone="UTC")

    rows = query(
        raw,
        "INSERT INTO posts (public_id, title, body, slug, status, view_count, author_id)"
        " VALUES (gen_random_uuid(), 'New', 'text', 'new-post', 'draft', 0, 1) RETURNING id, version",
    )
    post, version = rows[0]
    counted = f"UPDATE posts SET view_count = view_count + 1 WHERE id = {post} RETURNING version"
    edited = f"UPDATE posts SET title = 'Newer' WHERE id = {post} RETURNING version"

    assert (post, version) == (751, 1)
    assert query(raw, counted) == [(1,)]
    assert query(raw, edited) == [(2,)]


def test_a_migrated_database_has_nothing_to_adopt(database: Database) -> None:
    assert adopt.plan(database).is_empty
    assert adopt.apply(database).as_sql() == ""


def test_a_database_that_was_dumped_and_restored_has_nothing_to_adopt(database: Database, sql: Sql) -> None:
    """A restored rule is the print of the rule that was dumped, which PostgreSQL prints in another way."""
    rules = (
        "SELECT conrelid::regclass::text, conname::text, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE contype = 'c' AND connamespace = 'public'::regnamespace ORDER BY 1, 2"
    )
    before = sql(rules)
    for table, name, rule in before:
        sql(f"ALTER TABLE {table} DROP CONSTRAINT {name}, ADD CONSTRAINT {name} {rule}")
    assert {one for one, two in zip(before, sql(rules), strict=True) if one != two} != set()
    assert adopt.plan(database).is_empty


def test_a_rule_that_only_looks_alike_is_none_of_ours(database: Database, sql: Sql) -> None:
    sql(
        "ALTER TABLE users DROP CONSTRAINT users_role_check, ADD CONSTRAINT users_role_check"
        " CHECK (role IN ('user', 'editor', 'moderator', 'admin', 'owner'))"
    )
    (misfit,) = adopt.plan(database).misfits
    assert (misfit.table, misfit.column) == ("users", "role")


def test_what_was_dropped_from_a_migrated_database_is_put_back(
    database: Database, sql: Callable[..., list[tuple[object, ...]]]
) -> None:
    sql("DROP INDEX ix_users_name_id; ALTER TABLE posts DROP CONSTRAINT posts_status_check")
    sql("ALTER TABLE posts ALTER status DROP DEFAULT; ALTER TABLE users DISABLE TRIGGER a_touch")
    sql("DROP TRIGGER a_touch ON comments; ALTER TABLE comments DROP CONSTRAINT comments_post_id_fkey")

    done = adopt.apply(database)

    assert len(done.statements) == 5
    assert adopt.plan(database).is_empty
    assert missing(database) == []


def test_a_function_that_was_altered_is_made_anew(
    database: Database, sql: Callable[..., list[tuple[object, ...]]]
) -> None:
    sql("CREATE OR REPLACE FUNCTION blogadmin_touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN END'")

    done = adopt.apply(database)

    assert len(done.statements) == 1
    assert done.statements[0].startswith("CREATE OR REPLACE FUNCTION blogadmin_touch()")


def test_a_database_without_a_blog_is_told_to_be_upgraded(blog: Database) -> None:
    with pytest.raises(adopt.Refused, match="no blog in this database"):
        adopt.plan(blog)


@pytest.mark.parametrize(("revision", "words"), [("f00dcafe", "does not know"), ("0000", "does not know")])
def test_the_blogs_own_migration_history_is_not_overwritten(
    database: Database, sql: Callable[..., list[tuple[object, ...]]], revision: str, words: str
) -> None:
    sql("UPDATE blogadmin_version SET version_num = %s", (revision,))

    with pytest.raises(adopt.Refused, match=words):
        adopt.apply(database)

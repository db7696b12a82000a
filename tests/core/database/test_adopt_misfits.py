"""A database that does not fit is reported by table, column and count, and nothing in it is changed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg2.extensions
import pytest
from sqlalchemy import make_url

from blogadmin.core.database import adopt, schema
from blogadmin.core.database.adopt.constraints import BROKEN_CHECKS
from blogadmin.core.database.adopt.models import TABLES, name_of, of_kind
from blogadmin.core.database.engine import Database
from blogadmin.core.database.errors import Locked, NotPermitted
from tests.conftest import connect

# As a web application creates them from models of its own, down to the naive times.
BLOG = """
CREATE TABLE users (
    id SERIAL PRIMARY KEY, email VARCHAR(320) NOT NULL, name VARCHAR(100) NOT NULL,
    password_hash TEXT NOT NULL, role VARCHAR(20) NOT NULL, is_active BOOLEAN NOT NULL,
    created_at TIMESTAMP DEFAULT now() NOT NULL, updated_at TIMESTAMP DEFAULT now() NOT NULL
);
CREATE UNIQUE INDEX ix_users_email ON users (email);
CREATE TABLE posts (
    id SERIAL PRIMARY KEY, public_id UUID NOT NULL UNIQUE, title VARCHAR(200) NOT NULL, body TEXT NOT NULL,
    slug VARCHAR(200) NOT NULL, status VARCHAR(20) NOT NULL, view_count INTEGER NOT NULL,
    metadata JSONB, author_id INTEGER NOT NULL REFERENCES users (id),
    created_at TIMESTAMP DEFAULT now() NOT NULL, updated_at TIMESTAMP DEFAULT now() NOT NULL
);
CREATE UNIQUE INDEX posts_slug ON posts (slug);
INSERT INTO users (email, name, password_hash, role, is_active)
    SELECT 'person' || n || '@example.org', 'Person ' || n, '!', 'user', true FROM generate_series(1, 3) AS n;
INSERT INTO posts (public_id, title, body, slug, status, view_count, author_id)
    SELECT gen_random_uuid(), 'Post ' || n, 'Text', 'post-' || n, 'draft', 0, 1 + n % 3
    FROM generate_series(1, 9) AS n;
"""


@pytest.fixture
def raw(empty_database_url: str) -> Iterator[psycopg2.extensions.connection]:
    """Another client of the same database, in autocommit."""
    with closing(connect(empty_database_url)) as connection:
        with connection.cursor() as cursor:
            cursor.execute(BLOG)
        yield connection


@pytest.fixture
def blog(empty_database_url: str, raw: psycopg2.extensions.connection) -> Iterator[Database]:
    """The program's way into a small blog that its own application made."""
    assert raw.closed == 0
    with closing(Database(empty_database_url)) as database:
        yield database


@pytest.fixture
def stranger(raw: psycopg2.extensions.connection, empty_database_url: str) -> Iterator[Database]:
    """The same blog for a login that owns none of its tables."""
    name = f"{make_url(empty_database_url).database}_stranger"
    run(
        raw,
        f"CREATE ROLE {name} LOGIN PASSWORD 'secret'; GRANT SELECT ON ALL TABLES IN SCHEMA public TO {name}",
    )
    with closing(Database(as_login(empty_database_url, name))) as database:
        yield database
    run(raw, f"DROP OWNED BY {name}; DROP ROLE {name}")


def as_login(url: str, name: str) -> str:
    login = make_url(url).set(username=name, password="secret")
    return login.render_as_string(hide_password=False)


def searching(url: str, path: str) -> Database:
    """A database whose sessions look for tables in ``path``."""
    options = {"options": f"-c search_path={path}"}
    return Database(make_url(url).update_query_dict(options).render_as_string(hide_password=False))


def run(raw: psycopg2.extensions.connection, statement: str) -> list[tuple[Any, ...]]:
    with raw.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []


def fingerprint(raw: psycopg2.extensions.connection) -> list[tuple[Any, ...]]:
    """Everything that adopting could change."""
    return run(
        raw,
        "SELECT 'c', attrelid::regclass::text || attname || format_type(atttypid, atttypmod) || attnotnull"
        " FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid WHERE relnamespace = 2200"
        " UNION ALL SELECT 'k', conname || pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE connamespace = 2200"
        " UNION ALL SELECT 'd', pg_get_expr(adbin, adrelid) FROM pg_attrdef"
        " UNION ALL SELECT 'u', u::text FROM (SELECT * FROM users ORDER BY id) AS u ORDER BY 1, 2",
    )


@pytest.mark.parametrize(
    ("change", "table", "column", "words", "count"),
    [
        ("ALTER TABLE users ALTER role TYPE text", "users", "role", "type text and should be", 3),
        ("ALTER TABLE posts ALTER slug TYPE varchar(300)", "posts", "slug", r"varying\(300\)", 9),
        ("ALTER TABLE posts ALTER view_count TYPE bigint", "posts", "view_count", "type bigint", 9),
        ("UPDATE users SET role = 'boss' WHERE id < 3", "users", "role", "none of user.*example id 1, 2", 2),
        ("UPDATE users SET email = 'nobody'||id", "users", "email", "not an e-mail address", 3),
        ("UPDATE users SET name = ' ' WHERE id = 2", "users", "name", "empty or longer", 1),
        ("UPDATE posts SET status = 'gone'", "posts", "status", "none of draft", 9),
        ("UPDATE posts SET view_count = -1 WHERE id > 5", "posts", "view_count", "negative", 4),
        ("UPDATE posts SET metadata = '[1]' WHERE id = 1", "posts", "metadata", "not a JSON object", 1),
        ("UPDATE posts SET slug = 'a/b' WHERE id = 1", "posts", "slug", "contains a space", 1),
        (
            "DROP INDEX posts_slug; UPDATE posts SET slug = 'same' WHERE id IN (4, 5)",
            "posts",
            "slug",
            "must be unique, for example id 4, 5",
            2,
        ),
        (
            "DROP INDEX ix_users_email; UPDATE users SET email = 'me@example.org'",
            "users",
            "email",
            "must be unique",
            3,
        ),
        (
            "ALTER TABLE posts ALTER body DROP NOT NULL; UPDATE posts SET body = NULL WHERE id = 7",
            "posts",
            "body",
            "without a value, for example id 7",
            1,
        ),
        (
            "ALTER TABLE posts DROP CONSTRAINT posts_author_id_fkey; UPDATE posts SET author_id = 99",
            "posts",
            "author_id",
            "rows of users that do not exist",
            9,
        ),
        ("ALTER TABLE posts DROP public_id", "posts", "public_id", "is missing", 9),
        (
            "ALTER TABLE posts DROP body; ALTER TABLE posts ADD body text GENERATED ALWAYS AS ('x') STORED",
            "posts",
            "body",
            "computed by the database",
            0,
        ),
        (
            "ALTER TABLE users ADD CONSTRAINT users_role_check CHECK (role <> 'admin')",
            "users",
            "role",
            "a rule of its own called users_role_check",
            0,
        ),
        ("CREATE INDEX ix_users_name_id ON users (name)", "users", "name", "something else has that name", 0),
        ("CREATE VIEW recent AS SELECT created_at FROM posts", "posts", "created_at", "while recent uses", 9),
        (
            (
                "CREATE TRIGGER a_touch BEFORE UPDATE ON posts FOR EACH ROW"
                " EXECUTE FUNCTION suppress_redundant_updates_trigger()"
            ),
            "posts",
            "",
            "trigger of its own called a_touch",
            0,
        ),
        (
            "ALTER TABLE posts DROP CONSTRAINT posts_pkey; ALTER TABLE posts ADD PRIMARY KEY (slug)",
            "posts",
            "id",
            r"\(slug\) is",
            0,
        ),
        (
            (
                "CREATE TABLE people AS SELECT id FROM users; ALTER TABLE people ADD PRIMARY KEY (id);"
                "ALTER TABLE posts DROP CONSTRAINT posts_author_id_fkey;"
                "ALTER TABLE posts ADD CONSTRAINT wrong FOREIGN KEY (author_id) REFERENCES people (id)"
            ),
            "posts",
            "author_id",
            "refers to another table than users",
            0,
        ),
        ("CREATE VIEW comments AS SELECT 1 AS id", "comments", "", "is a view", 0),
        (
            "ALTER TABLE posts ALTER id DROP DEFAULT; ALTER SEQUENCE posts_id_seq OWNED BY NONE",
            "posts",
            "id",
            "posts_id_seq is taken",
            0,
        ),
    ],
)
def test_what_does_not_fit_is_named_and_nothing_changes(
    blog: Database,
    raw: psycopg2.extensions.connection,
    change: str,
    table: str,
    column: str,
    words: str,
    count: int,
) -> None:
    run(raw, change)
    before = fingerprint(raw)

    with pytest.raises(adopt.Refused, match="nothing was changed") as refused:
        adopt.apply(blog, assume_timezone="UTC")

    misfits = refused.value.plan.misfits
    assert [(m.table, m.column, m.count) for m in misfits] == [(table, column, count)]
    assert re.search(words, str(misfits[0]))
    assert str(misfits[0]) in str(refused.value)
    assert fingerprint(raw) == before
    assert schema.inspect(blog).kind == "foreign"


def test_every_misfit_is_told_at_once(blog: Database, raw: psycopg2.extensions.connection) -> None:
    run(raw, "UPDATE users SET role = 'boss'; UPDATE posts SET view_count = -1; DROP INDEX ix_users_email")

    found = adopt.plan(blog)

    assert [(m.table, m.column) for m in found.misfits] == [("users", "role"), ("posts", "view_count")]
    assert len(found.needs_timezone) == 4


def test_every_check_of_the_models_has_its_sentence() -> None:
    import sqlalchemy as sa

    checks = {name_of(check) for table in TABLES for check in of_kind(table, sa.CheckConstraint)}

    assert checks == set(BROKEN_CHECKS)


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE users ALTER role DROP NOT NULL, ALTER is_active DROP NOT NULL",
        "ALTER TABLE posts DROP view_count; ALTER TABLE users DROP is_active",
        "ALTER TABLE posts DROP CONSTRAINT posts_author_id_fkey; DROP INDEX posts_slug",
        "ALTER TABLE posts DROP CONSTRAINT posts_pkey; ALTER TABLE posts ALTER id DROP NOT NULL",
        "ALTER TABLE users DROP CONSTRAINT users_pkey CASCADE",
        "ALTER TABLE posts ALTER id DROP DEFAULT; DROP SEQUENCE posts_id_seq",
        "ALTER TABLE posts ALTER created_at SET DEFAULT timezone('utc', now())",
        "DROP TABLE posts",
        "DROP TABLE posts, users; CREATE TABLE posts (id integer PRIMARY KEY)",
        "ALTER TABLE users ADD CONSTRAINT users_view_check CHECK (name <> 'x') NOT VALID",
        "ALTER TABLE posts ADD CONSTRAINT positive CHECK (view_count >= 0) NOT VALID",
        (
            "ALTER TABLE posts DROP CONSTRAINT posts_author_id_fkey; ALTER TABLE posts ADD CONSTRAINT later"
            " FOREIGN KEY (author_id) REFERENCES users (id) NOT VALID"
        ),
    ],
)
def test_what_can_be_added_is_added(blog: Database, raw: psycopg2.extensions.connection, change: str) -> None:
    run(raw, change)

    planned = adopt.plan(blog, assume_timezone="UTC")
    done = adopt.apply(blog, assume_timezone="UTC")

    assert done == planned
    assert adopt.plan(blog).is_empty
    assert schema.inspect(blog).kind == "current"
    run(raw, "INSERT INTO users (email, name, password_hash) VALUES ('new@example.org', 'New', '!')")


def test_planning_leaves_the_models_as_they_are(blog: Database, raw: psycopg2.extensions.connection) -> None:
    from sqlalchemy.schema import CreateTable

    before = [str(CreateTable(table)) for table in TABLES]
    run(raw, "ALTER TABLE users DROP CONSTRAINT users_pkey CASCADE; DROP INDEX posts_slug")

    adopt.plan(blog, assume_timezone="UTC")

    assert [str(CreateTable(table)) for table in TABLES] == before


def test_equal_rules_under_other_names_are_not_made_twice(
    blog: Database, raw: psycopg2.extensions.connection
) -> None:
    run(
        raw,
        "ALTER TABLE posts ADD CONSTRAINT my_check CHECK (view_count >= 0),"
        " ADD CONSTRAINT his_check CHECK (((status)::text = ANY (ARRAY['draft', 'review', 'scheduled',"
        " 'published', 'archived']::varchar[]::text[])));"
        "ALTER TABLE posts RENAME CONSTRAINT posts_public_id_key TO only_one;"
        "ALTER TABLE posts RENAME CONSTRAINT posts_author_id_fkey TO written_by;"
        "ALTER INDEX ix_users_email RENAME TO mails; CREATE UNIQUE INDEX people ON users (name, id)",
    )

    script = adopt.apply(blog, assume_timezone="UTC").as_sql()

    for name in (
        "view_count_check",
        "status_check",
        "public_id_key",
        "slug_key",
        "author_id_fkey",
        "ix_users_email",
    ):
        assert f"posts_{name} CHECK (view" not in script
        assert f"ADD CONSTRAINT posts_{name}" not in script.partition("CREATE TABLE comments")[0]
    assert "ix_users_email " not in script
    assert "ix_users_name_id" not in script


def test_an_index_that_serves_only_some_rows_does_not_count(
    blog: Database, raw: psycopg2.extensions.connection
) -> None:
    run(
        raw,
        "CREATE INDEX a ON users (name, id) WHERE is_active; CREATE INDEX b ON users (lower(name), id);"
        "CREATE INDEX c ON users (name DESC, id); CREATE INDEX d ON users (name text_pattern_ops, id)",
    )

    assert "CREATE INDEX ix_users_name_id ON users (name, id)" in adopt.apply(blog, "UTC").statements


def test_differences_that_stay_are_said(blog: Database, raw: psycopg2.extensions.connection) -> None:
    run(
        raw,
        "ALTER TABLE users ALTER role SET DEFAULT 'editor', ADD phone text NOT NULL DEFAULT '';"
        "ALTER TABLE users ALTER phone DROP DEFAULT; UPDATE posts SET metadata = '{}';"
        "ALTER TABLE posts ALTER metadata SET NOT NULL, DROP CONSTRAINT posts_author_id_fkey;"
        "ALTER TABLE posts ADD FOREIGN KEY (author_id) REFERENCES users (id) ON DELETE CASCADE",
    )

    notes = "\n".join(adopt.apply(blog, assume_timezone="Europe/Berlin").notes)

    assert "users.role keeps its own default, 'editor'" in notes
    assert "users.phone must have a value" in notes
    assert "posts.metadata may not be empty here" in notes
    assert "posts.author_id keeps its rule for deleting, CASCADE." in notes
    assert "sessions must be set to Europe/Berlin" in notes


def test_times_that_the_clock_skipped_or_showed_twice_are_said(
    blog: Database, raw: psycopg2.extensions.connection
) -> None:
    run(
        raw,
        "UPDATE posts SET created_at = '2024-03-31 02:30' WHERE id < 4;"
        "UPDATE posts SET created_at = '2024-10-27 02:30' WHERE id = 9",
    )

    notes = "\n".join(adopt.plan(blog, assume_timezone="Europe/Berlin").notes)

    assert "posts.created_at: 3 times fall into an hour that the clocks of Europe/Berlin skipped" in notes
    assert "posts.created_at: 1 time falls into an hour that the clocks of Europe/Berlin showed" in notes
    assert "skipped" not in "\n".join(adopt.plan(blog, assume_timezone="UTC").notes)


def test_tables_in_a_schema_of_their_own_are_adopted_there(
    blog: Database, raw: psycopg2.extensions.connection, empty_database_url: str
) -> None:
    run(
        raw,
        'CREATE SCHEMA "the blog"; ALTER TABLE users SET SCHEMA "the blog";'
        'ALTER TABLE posts SET SCHEMA "the blog"',
    )
    with pytest.raises(adopt.Refused, match="in the schema the blog, where this login does not look"):
        adopt.plan(blog)
    path = r'public,"the\ blog"'

    with closing(searching(empty_database_url, path)) as found:
        adopt.apply(found, assume_timezone="UTC")

        assert adopt.plan(found).is_empty
        assert schema.inspect(found).kind == "current"
    homes = "SELECT DISTINCT relnamespace::regnamespace::text FROM pg_class WHERE relname = ANY(%s)"
    with raw.cursor() as cursor:
        cursor.execute(homes, (["users", "comments", "blogadmin_version", "ix_comments_post_id_id"],))
        assert cursor.fetchall() == [('"the blog"',)]


def test_tables_spread_over_two_schemas_do_not_fit(
    blog: Database, raw: psycopg2.extensions.connection, empty_database_url: str
) -> None:
    run(raw, "CREATE SCHEMA other; ALTER TABLE users SET SCHEMA other")
    path = "public,other"

    with closing(searching(empty_database_url, path)) as found:
        (misfit,) = adopt.plan(found, assume_timezone="UTC").misfits

    assert str(misfit) == "posts is in the schema public, and users is in other"


def test_who_does_not_own_the_tables_is_told_who_does(stranger: Database, blog: Database) -> None:
    with pytest.raises(NotPermitted, match="The table users belongs to "):
        adopt.plan(stranger, assume_timezone="UTC")
    adopt.apply(blog, assume_timezone="UTC")

    with pytest.raises(NotPermitted):
        adopt.apply(stranger)


def test_an_owner_who_may_not_create_tables_is_told_so(
    stranger: Database, raw: psycopg2.extensions.connection
) -> None:
    name = stranger.url.username
    run(raw, f"ALTER TABLE users OWNER TO {name}; ALTER TABLE posts OWNER TO {name}")

    with pytest.raises(NotPermitted, match="may not create tables in the schema public"):
        adopt.apply(stranger, assume_timezone="UTC")


def test_a_table_in_use_is_not_waited_for_long(blog: Database, raw: psycopg2.extensions.connection) -> None:
    raw.autocommit = False
    run(raw, "SELECT 1 FROM users FOR UPDATE")

    with pytest.raises(Locked, match=r"using the blog's tables \(\w+, test\)") as locked:
        adopt.apply(blog, assume_timezone="UTC")

    assert locked.value.by.endswith(", test")
    raw.rollback()
    adopt.apply(blog, assume_timezone="UTC")


def test_what_a_comparison_cannot_foresee_is_refused_in_the_servers_words(
    blog: Database, raw: psycopg2.extensions.connection
) -> None:
    run(raw, "CREATE TYPE comments AS ENUM ()")

    with pytest.raises(adopt.Refused, match="PostgreSQL refused, and nothing was changed: type"):
        adopt.plan(blog, assume_timezone="UTC")


def test_adopting_and_migrating_exclude_each_other(
    blog: Database, raw: psycopg2.extensions.connection
) -> None:
    migrations = (Path(__file__).parents[3] / "migrations" / "env.py").read_text("utf-8")
    key = re.search(r"^ADVISORY_LOCK = (0x\w+)$", migrations, re.MULTILINE)
    assert key is not None
    run(raw, f"SELECT pg_advisory_lock({int(key[1], 16)})")

    with pytest.raises(Locked, match="test"):
        adopt.plan(blog, assume_timezone="UTC")


def test_a_migration_history_without_a_revision_counts_as_none(
    blog: Database, raw: psycopg2.extensions.connection
) -> None:
    run(raw, "CREATE TABLE blogadmin_version (version_num varchar(32) PRIMARY KEY)")

    adopt.apply(blog, assume_timezone="UTC")

    assert schema.inspect(blog).kind == "current"


def test_a_statement_that_leaves_a_difference_is_a_bug_and_is_undone(
    blog: Database, raw: psycopg2.extensions.connection
) -> None:
    """A rule of the database (here: an event trigger) can undo what was just made."""
    run(
        raw,
        "CREATE FUNCTION spoil() RETURNS event_trigger LANGUAGE plpgsql AS"
        " $$ BEGIN DROP INDEX IF EXISTS ix_users_name_id; END $$;"
        "CREATE EVENT TRIGGER spoil ON ddl_command_end WHEN TAG IN ('CREATE TRIGGER')"
        " EXECUTE FUNCTION spoil()",
    )
    before = fingerprint(raw)

    with pytest.raises(RuntimeError, match="left differences"):
        adopt.apply(blog, assume_timezone="UTC")

    assert fingerprint(raw) == before

"""Each refusal of a real server becomes a known error, with its field and an editor's sentence."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from typing import Any

import psycopg2
import pytest
from sqlalchemy import insert, text, update
from sqlalchemy.exc import SQLAlchemyError

from blogadmin.core.database import constraints, errors
from blogadmin.core.database.engine import Database
from blogadmin.core.database.errors import (
    Duplicate,
    Invalid,
    KnownError,
    Locked,
    NotPermitted,
    ReadOnly,
    StillReferenced,
    TookTooLong,
)
from blogadmin.core.models import Comment, Post, User

Sql = Callable[..., list[tuple[Any, ...]]]

USER = {"email": "ada@example.org", "name": "Ada", "password_hash": "x"}
POST = {"title": "One", "body": "Text", "slug": "one", "author_id": 1}


@pytest.fixture
def blog(sql: Sql) -> None:
    sql("INSERT INTO users (email, name, password_hash) VALUES ('grace@example.org', 'Grace', 'x')")
    sql(
        "INSERT INTO posts (public_id, title, body, slug, author_id)"
        " VALUES (gen_random_uuid(), 'First', 'Text', 'first', 1)"
    )
    sql("INSERT INTO comments (post_id, author_id, body) VALUES (1, 1, 'Well said')")


def raised(database: Database, statement: Any, values: Any = None) -> Exception:
    """What running ``statement`` in a unit of work raises."""
    with pytest.raises(Exception) as caught, database.session_scope() as session:  # noqa: PT011 - any is meant
        session.execute(statement, values)
    return caught.value


def known(database: Database, statement: Any, values: Any = None) -> KnownError:
    """The known error that running ``statement`` leads to."""
    answer = errors.translate(raised(database, statement, values))
    assert answer is not None
    return answer


@pytest.mark.usefixtures("blog")
@pytest.mark.parametrize(
    ("statement", "values", "kind", "field", "words"),
    [
        (insert(User), USER | {"email": "grace@example.org"}, Duplicate, "email", "already belongs"),
        (insert(Post), POST | {"slug": "first"}, Duplicate, "slug", "already taken"),
        (insert(User), USER | {"id": 1}, Duplicate, "id", "Save again"),
        (insert(User), USER | {"email": "nobody"}, Invalid, "email", "needs one @"),
        (insert(User), USER | {"name": "  "}, Invalid, "name", "is required"),
        (insert(User), USER | {"role": "king"}, Invalid, "role", "known roles"),
        (insert(User), USER | {"name": None}, Invalid, "name", "is required"),
        (insert(User), USER | {"name": "n" * 101}, Invalid, "name", "at most 100"),
        (insert(User), [USER, {**USER, "email": "b@example.org", "name": "n" * 101}], Invalid, "name", "100"),
        (insert(Post), POST | {"title": "t" * 201}, Invalid, "title", "at most 200"),
        (insert(Post), POST | {"title": "t" * 201, "slug": "s" * 201}, Invalid, None, "too long"),
        (insert(Post), POST | {"slug": "a b"}, Invalid, "slug", "spaces"),
        (insert(Post), POST | {"status": "lost"}, Invalid, "status", "known statuses"),
        (insert(Post), POST | {"view_count": -1}, Invalid, "view_count", "less than zero"),
        (insert(Post), POST | {"view_count": 2**31}, Invalid, "view_count", "2,147,483,647"),
        (insert(Post), POST | {"metadata_": [1]}, Invalid, "metadata", "JSON object"),
        (insert(Post), POST | {"metadata_": {"a": "\x00"}}, Invalid, "metadata", "\\u0000"),
        (insert(Post), POST | {"body": "b" * (5 * 2**20 + 1)}, Invalid, "body", "5 MB"),
        (insert(Post), POST | {"author_id": 99}, Invalid, "author_id", "another author"),
        (insert(Comment), {"post_id": 9, "author_id": 1, "body": "b"}, Invalid, "post_id", "deleted"),
        (insert(Comment), {"post_id": 1, "author_id": 1, "body": " "}, Invalid, "body", "required"),
        (update(Post).values(title="nul\x00"), None, Invalid, None, "NUL"),
        (update(Post).values(title="half \ud83d"), None, Invalid, None, "surrogate"),
        (text("UPDATE posts SET metadata = '{x'"), None, Invalid, "metadata", "not valid JSON"),
        (text("SELECT CAST('x' AS uuid)"), None, Invalid, None, "form"),
        (text("SELECT CAST('x' AS timestamptz)"), None, Invalid, None, "dates"),
        (text("SELECT CAST('300000-01-01' AS timestamptz)"), None, Invalid, None, "out of range"),
        (text("SELECT 2147483647 + 1"), None, Invalid, None, "too large"),
        (text("SELECT convert_from('\\xff', 'UTF8')"), None, Invalid, None, "cannot store"),
        (text("SELECT repeat('x', 1200000000)"), None, Invalid, None, "too large"),
        (text("DELETE FROM users"), None, StillReferenced, None, "still has"),
        (text("DELETE FROM posts"), None, StillReferenced, None, "still has comments"),
        (text("SET TRANSACTION READ ONLY; DELETE FROM posts"), None, ReadOnly, None, "no changes"),
        (text("SET LOCAL statement_timeout=20; SELECT pg_sleep(9)"), None, TookTooLong, None, "too long"),
        (text("SELECT pg_cancel_backend(pg_backend_pid())"), None, TookTooLong, None, "Someone stopped"),
    ],
)
def test_a_refusal_becomes_a_sentence_at_its_field(
    database: Database, statement: Any, values: Any, kind: type[KnownError], field: str | None, words: str
) -> None:
    answer = known(database, statement, values)
    assert type(answer) is kind
    assert getattr(answer, "field", None) == field
    assert words in str(answer)


def test_json_too_deep_to_write_is_told_at_the_metadata(database: Database) -> None:
    deep: Any = {}
    for _ in range(100_000):
        deep = {"a": deep}
    answer = known(database, insert(Post), POST | {"metadata_": deep})
    assert isinstance(answer, Invalid)
    assert answer.field == "metadata"


def test_json_too_deep_for_the_server_is_told(database: Database) -> None:
    answer = known(database, text("SELECT CAST(:deep AS jsonb)"), {"deep": "[" * 100_000 + "]" * 100_000})
    assert isinstance(answer, Invalid)


def test_a_recursion_of_our_own_is_a_bug() -> None:
    def forever(depth: int) -> int:
        return forever(depth + 1)

    with pytest.raises(RecursionError) as caught:
        forever(0)
    assert errors.translate(caught.value) is None


def test_a_missing_right_is_told_in_our_words_and_a_trigger_in_its_own(database: Database) -> None:
    answer = known(database, text("SET LOCAL ROLE pg_monitor; DELETE FROM posts"))
    assert isinstance(answer, NotPermitted)
    assert "administrator" in str(answer)
    refuse = text("DO $$ BEGIN RAISE EXCEPTION 'post 1 belongs to Bob' USING ERRCODE = '42501'; END $$")
    answer = known(database, refuse)
    assert isinstance(answer, NotPermitted)
    assert str(answer) == "post 1 belongs to Bob"


def test_a_rule_that_the_blog_added_speaks_for_itself(database: Database) -> None:
    answer = known(database, text("DO $$ BEGIN RAISE EXCEPTION 'No posts on Sundays'; END $$"))
    assert isinstance(answer, Invalid)
    assert str(answer) == "No posts on Sundays"


@pytest.mark.usefixtures("blog")
def test_a_row_held_by_another_client_is_locked(database: Database, database_url: str) -> None:
    with closing(Database(database_url)) as theirs, theirs.session_scope() as other:
        other.execute(text("UPDATE posts SET title = 'Mine'"))
        answer = known(database, text("SET LOCAL lock_timeout = 50; UPDATE posts SET title = 'Ours'"))
    assert isinstance(answer, Locked)
    assert answer.retryable


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("53100", errors.ServerFull),
        ("53200", errors.Unavailable),
        ("53300", errors.Unavailable),
        ("57P01", errors.Unavailable),
        ("57P03", errors.Unavailable),
        ("57P04", errors.Unavailable),
        ("08006", errors.Unavailable),
        ("28P01", NotPermitted),
        ("28000", NotPermitted),
        ("3D000", errors.Unavailable),
        ("58P01", errors.Unavailable),
        ("40001", Locked),
        ("40P01", Locked),
        ("55006", Locked),
        ("23P01", Duplicate),
        ("23001", StillReferenced),
    ],
)
def test_a_state_that_is_hard_to_provoke_is_known_too(
    database: Database, statement: str, kind: type[KnownError]
) -> None:
    raise_it = text(
        f'DO $$ BEGIN RAISE EXCEPTION \'on "a" by "b" of "c"\' USING ERRCODE=\'{statement}\'; END $$'
    )
    assert type(known(database, raise_it)) is kind


@pytest.mark.parametrize("statement", ["SELECT no_such_column", "SELEC", "SELECT 1/0"])
def test_a_wrong_statement_is_a_bug(database: Database, statement: str) -> None:
    assert errors.translate(raised(database, text(statement))) is None


def test_a_value_of_a_type_that_the_driver_does_not_know_is_a_bug(database: Database) -> None:
    assert errors.translate(raised(database, text("SELECT :it"), {"it": object()})) is None


@pytest.mark.parametrize(
    "bug", [ValueError("no"), KeyError("x"), UnicodeEncodeError("ascii", "ä", 0, 1, "ordinal not in range")]
)
def test_an_error_of_pythons_own_is_a_bug(bug: Exception) -> None:
    assert errors.translate(bug) is None


def test_a_known_error_stays_what_it_is() -> None:
    answer = errors.NotFound("It was deleted meanwhile.")
    assert errors.translate(answer) is answer


def test_every_constraint_of_the_catalogue_has_a_field_and_a_sentence(sql: Sql) -> None:
    catalogue = sql(
        "SELECT contype::text, conname::text, conrelid::regclass::text FROM pg_constraint"
        " WHERE conrelid = ANY(ARRAY['users', 'posts', 'comments']::regclass[])"
    )
    unique = sql(
        "SELECT 'u', indexrelid::regclass::text, indrelid::regclass::text FROM pg_index"
        " WHERE indisunique AND indrelid = ANY(ARRAY['users', 'posts', 'comments']::regclass[])"
    )
    tables = {
        "u": constraints.UNIQUE,
        "p": constraints.UNIQUE,
        "c": constraints.CHECKS,
        "f": constraints.REFERENCES,
    }
    unmapped = [name for kind, name, _ in catalogue + unique if kind != "n" and name not in tables[kind]]
    assert unmapped == []
    columns = {row[0] for row in sql("SELECT column_name FROM information_schema.columns")}
    assert {says.field for table in tables.values() for says in table.values()} <= columns
    # Not-null constraints have names of their own since PostgreSQL 18; the driver tells their column.
    assert all(constraints.column(name, table) in columns for kind, name, table in catalogue if kind == "n")


@pytest.mark.parametrize(
    ("constraint", "table", "column"),
    [
        ("posts_slug_key", "posts", "slug"),
        ("ix_posts_slug", "posts", "slug"),
        ("posts_slug_idx", "posts", "slug"),
        ("posts_author_id_fkey1", "posts", "author_id"),
        ("users_email_not_null", "users", "email"),
        ("only_on_mondays", "posts", ""),
        ("posts_slug_key", "", ""),
    ],
)
def test_the_name_of_a_foreign_constraint_tells_its_column(constraint: str, table: str, column: str) -> None:
    assert constraints.column(constraint, table) == column


def test_constraints_that_the_blog_named_itself_are_told_at_their_column(
    database: Database, sql: Sql
) -> None:
    sql("ALTER TABLE users ADD CONSTRAINT users_email_key UNIQUE (email)")
    sql("DROP INDEX ix_users_email")
    sql("ALTER TABLE users ADD CONSTRAINT users_name_key UNIQUE (name)")
    sql("ALTER TABLE users ADD CONSTRAINT users_password_hash_check CHECK (password_hash <> 'plain')")
    sql("ALTER TABLE users ADD CONSTRAINT monday CHECK (name <> 'Tuesday')")
    sql("CREATE TABLE likes (users_id int CONSTRAINT likes_users_id_fkey REFERENCES users)")
    with database.session_scope() as session:
        session.execute(insert(User), USER)
        session.execute(text("INSERT INTO likes SELECT id FROM users"))

    def told(statement: Any, values: Any = None) -> tuple[str, str | None]:
        answer = known(database, statement, values)
        return type(answer).__name__, getattr(answer, "field", None)

    assert told(insert(User), USER | {"name": "Other"}) == ("Duplicate", "email")
    assert told(insert(User), USER | {"email": "b@example.org"}) == ("Duplicate", "name")
    other = USER | {"email": "c@example.org", "name": "C"}
    assert told(insert(User), other | {"password_hash": "plain"}) == ("Invalid", "password_hash")
    assert told(insert(User), other | {"name": "Tuesday"}) == ("Invalid", None)
    assert told(text("INSERT INTO likes VALUES (99)")) == ("Invalid", "users_id")
    assert told(text("DELETE FROM users")) == ("StillReferenced", None)


@pytest.mark.usefixtures("blog")
def test_the_log_learns_state_and_constraint_and_no_value(database: Database) -> None:
    secret = USER | {"email": "grace@example.org", "password_hash": "$argon2id$secret"}
    exc = raised(database, insert(User), secret)
    assert errors.describe(exc) == "UniqueViolation 23505 ix_users_email"
    exc = raised(database, insert(User), secret | {"name": None})
    assert errors.describe(exc) == "NotNullViolation 23502"
    assert "secret" in str(exc), "the driver's own text is what must not be logged"


def test_the_log_learns_the_class_of_anything_else() -> None:
    assert errors.describe(KeyError("secret")) == "KeyError"
    assert errors.describe(SQLAlchemyError("secret", code="8s2b")) == "SQLAlchemyError 8s2b"
    assert errors.describe(psycopg2.OperationalError("secret")) == "OperationalError no SQLSTATE"


def test_no_error_keeps_the_rows_that_the_server_printed(database: Database) -> None:
    exc = raised(database, insert(User), USER | {"password_hash": "s3cret", "role": "king"})
    answer = errors.translate(exc)
    assert "s3cret" not in json.dumps([str(answer), repr(answer), str(vars(answer))])

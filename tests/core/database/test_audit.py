"""Every change is recorded by the database itself, whoever makes it and however."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
from sqlalchemy import select

from blogadmin.core import operations
from blogadmin.core.database import engine as engine_module
from blogadmin.core.database.engine import Database, get_db
from blogadmin.core.models import AuditEntry, Post
from tests.conftest import connect

Sql = Callable[..., list[tuple[Any, ...]]]
pytestmark = pytest.mark.usefixtures("small_blog")
ENTRIES = "SELECT noun, op, row_id, version, old, new FROM audit_log ORDER BY id"


@pytest.fixture
def entries(sql: Sql) -> Callable[[], list[tuple[Any, ...]]]:
    """What was recorded since the last look."""
    seen = 0

    def read() -> list[tuple[Any, ...]]:
        nonlocal seen
        found = sql(ENTRIES)[seen:]
        seen += len(found)
        return found

    return read


Entries = Callable[[], list[tuple[Any, ...]]]


def test_rows_that_a_replica_or_a_restore_writes_are_not_recorded(entries: Entries) -> None:
    assert entries() == []


def test_what_changed_is_recorded_as_it_was_and_as_it_is(sql: Sql, entries: Entries) -> None:
    sql("""UPDATE posts SET title = 'Uno', metadata = '{"a": [1]}' WHERE id = 1""")
    sql("UPDATE posts SET title = 'Eins', metadata = NULL WHERE id = 1")
    sql("UPDATE comments SET status = 'spam'")
    sql("UPDATE users SET is_active = false, role = 'editor' WHERE id = 2")

    assert entries() == [
        (
            "posts",
            "changed",
            1,
            2,
            {"title": "One", "metadata": None},
            {"title": "Uno", "metadata": {"a": [1]}},
        ),
        (
            "posts",
            "changed",
            1,
            3,
            {"title": "Uno", "metadata": {"a": [1]}},
            {"title": "Eins", "metadata": None},
        ),
        ("comments", "changed", 1, 2, {"status": "pending"}, {"status": "spam"}),
        (
            "users",
            "changed",
            2,
            2,
            {"is_active": True, "role": "user"},
            {"is_active": False, "role": "editor"},
        ),
    ]


def test_a_body_is_stored_once_as_it_was(sql: Sql, entries: Entries) -> None:
    sql("UPDATE posts SET body = 'Second' WHERE id = 1")
    sql("UPDATE posts SET body = 'Third', title = 'Tre' WHERE id = 1")

    assert entries() == [
        ("posts", "changed", 1, 2, {"body": "First body"}, {}),
        ("posts", "changed", 1, 3, {"body": "Second", "title": "One"}, {"title": "Tre"}),
    ]


def test_a_new_and_a_deleted_row_are_recorded_whole(sql: Sql, entries: Entries) -> None:
    sql("INSERT INTO comments (post_id, author_id, body) VALUES (1, 1, 'Thanks')")
    sql("UPDATE comments SET status = 'approved' WHERE id = 101")
    sql("DELETE FROM comments WHERE id = 101")

    made, _, gone = entries()
    head = {"id": 101, "post_id": 1, "author_id": 1}
    (created_at,) = {made[5].pop("created_at"), gone[4].pop("created_at")}
    assert "+00:00" in created_at
    assert made == ("comments", "created", 101, 1, None, {**head, "status": "pending"})
    assert gone == ("comments", "deleted", 101, 2, {**head, "status": "approved", "body": "Thanks"}, None)


def test_what_is_recorded_is_what_the_row_has_but_for_what_must_not_be(sql: Sql, entries: Entries) -> None:
    never = {"version", "updated_at", "view_count", "body_search"}
    sql("DELETE FROM comments; DELETE FROM posts; DELETE FROM users WHERE id = 1")

    kept = {entry[0]: set(entry[4]) for entry in entries()}
    for noun, columns in kept.items():
        (every,) = sql(
            "SELECT array_agg(column_name::text) FROM information_schema.columns WHERE table_name = %s",
            (noun,),
        )
        assert columns == set(every[0]) - never


def test_a_password_is_never_recorded(sql: Sql, entries: Entries) -> None:
    sql("UPDATE users SET password_hash = 'hidden' WHERE id = 1")
    sql("INSERT INTO users (email, name, password_hash) VALUES ('cem@example.org', 'Cem', 'hidden')")
    sql("DELETE FROM users WHERE id = 101")

    changed, made, gone = entries()
    assert changed[4:] == ({"password_hash": "***"}, {"password_hash": "***"})
    assert (made[5]["password_hash"], gone[4]["password_hash"]) == ("***", "***")
    assert sql("SELECT count(*) FROM audit_log WHERE audit_log::text ~ 'hidden|secret'") == [(0,)]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE posts SET view_count = view_count + 1",
        "UPDATE posts SET view_count = view_count + 1 WHERE id = 1",
        "UPDATE posts SET title = title",
        "UPDATE posts SET title = 'None' WHERE id = 77",
        "UPDATE posts SET version = 12, updated_at = '2001-01-01'",
        "DELETE FROM comments WHERE id = 77",
        "INSERT INTO users (email, name, password_hash) SELECT '', '', '' WHERE false",
    ],
)
def test_what_changes_nothing_is_not_recorded(sql: Sql, entries: Entries, change: str) -> None:
    sql(change)
    assert entries() == []


def test_a_column_of_the_blog_s_own_is_told_but_not_kept(sql: Sql, entries: Entries) -> None:
    sql("ALTER TABLE users ADD reset_token text; UPDATE users SET reset_token = 'abc' WHERE id = 1")
    assert entries() == [("users", "changed", 1, 2, {}, {})]


def test_another_id_is_another_row(sql: Sql, entries: Entries) -> None:
    sql("UPDATE posts SET id = 7 WHERE id = 2")

    ops = {(op, row_id): (version, old, new) for _, op, row_id, version, old, new in entries()}
    assert set(ops) == {("deleted", 2), ("created", 7)}
    assert ops["deleted", 2][0] == 1
    assert ops["deleted", 2][1]["body"] == "Second body"
    assert ops["created", 7][0] == 2
    assert ops["created", 7][2]["title"] == "Two"


def test_ids_that_move_up_are_told_for_each_id(sql: Sql, entries: Entries) -> None:
    """Id 2 is there before and after, at the very same version, and is another post."""
    sql("UPDATE posts SET title = 'Two!' WHERE id = 2")
    entries()
    sql("ALTER TABLE comments DROP CONSTRAINT comments_post_id_fkey")
    sql(
        "ALTER TABLE posts DROP CONSTRAINT posts_pkey;"
        "ALTER TABLE posts ADD PRIMARY KEY (id) DEFERRABLE INITIALLY DEFERRED; UPDATE posts SET id = id + 1"
    )
    found = {(op, row_id): (version, new) for _, op, row_id, version, _old, new in entries()}
    assert set(found) == {("deleted", 1), ("changed", 2), ("created", 3)}
    assert found["changed", 2][0] == 2
    assert found["changed", 2][1]["title"] == "One"


def test_upserts_merges_copies_and_cascades_are_recorded(
    database_url: str, sql: Sql, entries: Entries
) -> None:
    sql(
        "INSERT INTO users (id, email, name, password_hash) VALUES (1, 'ada@example.org', 'Ada King', ''),"
        " (9, 'eve@example.org', 'Eve', '') ON CONFLICT (id) DO UPDATE SET name = excluded.name"
    )
    assert sorted((e[1], e[2]) for e in entries()) == [("changed", 1), ("created", 9)]
    with closing(connect(database_url)) as connection, connection.cursor() as cursor:
        lines = io.StringIO("1\t1\tcopied\n1\t2\tcopied too\n")
        cursor.copy_expert("COPY comments (post_id, author_id, body) FROM STDIN", lines)
        assert [(e[1], e[2]) for e in entries()] == [("created", 101), ("created", 102)]
        if connection.server_version >= 150_000:
            cursor.execute(
                "MERGE INTO users u USING (VALUES (1), (2), (9), (10)) AS v (id) ON u.id = v.id"
                " WHEN MATCHED AND u.id = 9 THEN DELETE"
                " WHEN MATCHED THEN UPDATE SET name = u.name || '!'"
                " WHEN NOT MATCHED THEN INSERT (id, email, name, password_hash) VALUES (v.id, 'x@y', 'X', '')"
            )
            merged = sorted((e[1], e[2]) for e in entries())
            assert merged == [("changed", 1), ("changed", 2), ("created", 10), ("deleted", 9)]
    sql(
        "ALTER TABLE comments DROP CONSTRAINT comments_post_id_fkey,"
        " ADD FOREIGN KEY (post_id) REFERENCES posts ON DELETE CASCADE"
    )
    sql("DELETE FROM posts WHERE id = 1")
    assert sorted((e[0], e[1], e[2]) for e in entries()) == [
        ("comments", "deleted", 1),
        ("comments", "deleted", 101),
        ("comments", "deleted", 102),
        ("posts", "deleted", 1),
    ]


def test_what_is_rolled_back_was_never_there(sql: Sql, entries: Entries) -> None:
    sql("BEGIN; UPDATE posts SET title = 'Gone'; DELETE FROM comments; ROLLBACK")
    assert entries() == []


def test_program_application_and_psql_are_all_seen(
    database: Database, sql: Sql, monkeypatch: pytest.MonkeyPatch, new_login: Callable[[str], str]
) -> None:
    database.transact(operations.posts.EditPost(1, 1, {"title": "One"}, {"title": "Program"}).apply)
    monkeypatch.setattr(engine_module, "default", lambda: database)
    for session in get_db():
        session.scalars(select(Post).where(Post.id == 1)).one().title = "Web"
    with closing(connect(new_login("SELECT, UPDATE"))) as psql, psql.cursor() as cursor:
        cursor.execute("SET application_name = 'psql'; SET blogadmin.request_id = 'r-1'")
        cursor.execute("BEGIN; UPDATE posts SET title = 'psql' WHERE id = 1; SELECT txid_current()")
        transaction = cursor.fetchall()[0][0]
        cursor.execute("COMMIT; SELECT session_user")
        theirs = cursor.fetchall()[0][0]

    with database.reader() as session:
        found = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
        assert [entry.new for entry in found] == [{"title": t} for t in ("Program", "Web", "psql")]
        ((owner,),) = sql("SELECT session_user")
        assert [entry.login for entry in found] == [owner, owner, theirs]
        assert [entry.application.partition("/")[0] for entry in found] == ["blogadmin", "blogadmin", "psql"]
        assert found[2].request_id == "r-1"
        assert found[2].transaction == transaction
        assert len({entry.transaction for entry in found}) == 3
        assert found[0].at < found[1].at < found[2].at
        assert repr(found[0]) == f"<AuditEntry id={found[0].id}>"


def test_each_operation_of_the_program_is_seen(database: Database, entries: Entries) -> None:
    for operation in (
        operations.users.SetActive((1, 2), active=False),
        operations.comments.SetCommentStatus((1,), "approved"),
        operations.posts.DeletePosts((2,)),
    ):
        database.transact(operation.apply)
    assert [entry[:3] for entry in entries()] == [
        ("users", "changed", 1),
        ("users", "changed", 2),
        ("comments", "changed", 1),
        ("posts", "deleted", 2),
    ]


def test_a_bulk_is_recorded_as_one_set_also_after_a_single_row_was_planned(sql: Sql) -> None:
    """The server plans the statement for one row at first; with each against each this would take hours."""
    sql(
        "INSERT INTO posts (public_id, title, body, slug, author_id)"
        " SELECT gen_random_uuid(), 'P', 'Text', 'p-' || n, 1 FROM generate_series(1, 20000) AS n"
    )
    sql("UPDATE posts SET status = 'review' WHERE id = 1")
    sql("UPDATE posts SET status = 'archived'")
    sql("SET statement_timeout = '20s'")
    sql("UPDATE posts SET id = id + 1000000 WHERE id > 100")

    assert sql("SELECT op, count(*), count(DISTINCT at) FROM audit_log GROUP BY op ORDER BY op") == [
        ("changed", 20_003, 2),
        ("created", 40_000, 2),
        ("deleted", 20_000, 1),
    ]


def test_a_long_name_of_a_request_keeps_no_row_from_being_saved(sql: Sql) -> None:
    sql("SELECT set_config('blogadmin.request_id', repeat('x', 100000), false)")
    sql("UPDATE users SET name = 'Ada King' WHERE id = 1")
    assert sql("SELECT length(request_id) FROM audit_log") == [(200,)]

"""Creating, editing and deleting users, one or many, and the way back from each."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError

from blogadmin.core import operations
from blogadmin.core.database.changes import Changes
from blogadmin.core.database.engine import Database
from blogadmin.core.database.errors import (
    Conflict,
    Duplicate,
    FieldConflict,
    Invalid,
    NotFound,
    NotPermitted,
    StillReferenced,
    translate,
)
from blogadmin.core.operations.operation import Operation, Outcome
from blogadmin.core.operations.users import CreateUser, DeleteUsers, EditUser, SetActive, SetRole

Sql = Callable[..., list[tuple[Any, ...]]]
Do = Callable[[Operation], Outcome]
Everything = Callable[[], dict[str, list[tuple[Any, ...]]]]
pytestmark = pytest.mark.usefixtures("blog")

BEN: dict[str, Any] = {"name": "Ben", "email": "ben@example.org", "role": "editor", "is_active": True}
NEW = CreateUser("fay@example.org", "Fay", "user", is_active=True, password_hash="hash-of-fay")


def back(outcome: Outcome) -> Operation:
    assert outcome.inverse is not None
    return outcome.inverse


def user(sql: Sql, id_: int) -> tuple[Any, ...]:
    [row] = sql("SELECT name, email, role, is_active, password_hash FROM users WHERE id = %s", (id_,))
    return row


# --- Creating


def test_a_created_user_is_there(do: Do, sql: Sql) -> None:
    outcome = do(NEW)
    assert outcome.created_id == 6
    assert outcome.changes == Changes.of("users", created=[6])
    assert outcome.message == "User created"
    assert user(sql, 6) == ("Fay", "fay@example.org", "user", True, "hash-of-fay")


def test_creating_is_undone_and_done_again(do: Do, everything: Everything) -> None:
    before = everything()
    created = do(NEW)
    after = everything()
    undone = do(back(created))
    assert everything() == before
    do(back(undone))
    assert everything() == after


def test_a_created_user_who_was_changed_since_is_not_undone(do: Do, sql: Sql) -> None:
    created = do(NEW)
    sql("UPDATE users SET name = 'Fay Wray' WHERE id = 6")
    with pytest.raises(Conflict) as caught:
        do(back(created))
    assert caught.value.version == 2
    assert user(sql, 6)[0] == "Fay Wray"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "no address"),
        ("email", None),
        ("email", "a@b\x00"),
        ("email", "\ud800@example.org"),
        ("name", "  "),
        ("name", "x" * 101),
        ("name", "two\nlines"),
        ("role", "boss"),
        ("role", None),
        ("is_active", None),
        ("password_hash", ""),
    ],
)
def test_what_a_column_cannot_take_is_refused_before_the_server_is_asked(field: str, value: Any) -> None:
    fields = {"email": "x@example.org", "name": "X", "role": "user", "is_active": True, "password_hash": "h"}
    nobody: Any = None
    with pytest.raises(Invalid) as caught:
        CreateUser(**{**fields, field: value}).apply(nobody)
    assert caught.value.field == field
    assert str(caught.value).endswith(".")
    with pytest.raises(Invalid):
        EditUser(1, 1, {}, {field: value}).apply(nobody)


def test_a_taken_address_is_told_as_a_duplicate(do: Do) -> None:
    with pytest.raises(IntegrityError) as caught:
        do(CreateUser("ada@example.org", "X", "user", is_active=True, password_hash="h"))
    known = translate(caught.value)
    assert isinstance(known, Duplicate)
    assert known.field == "email"


# --- Editing


def test_only_the_changed_fields_are_sent(do: Do, sql: Sql, database: Database) -> None:
    sent: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *args: sent.append(args[2]))
    outcome = do(EditUser(2, 1, BEN, {"name": "Benjamin"}))
    assert outcome.message == "User saved"
    assert outcome.changes == Changes.of("users", updated=[2])
    (update,) = sent
    assert "name=" in update
    assert "email=" not in update
    assert "version = " in update
    assert "password_hash" not in update
    assert user(sql, 2) == ("Benjamin", "ben@example.org", "editor", True, "hash-of-2")


def test_nothing_changed_asks_the_server_nothing(do: Do, database: Database) -> None:
    sent: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *args: sent.append(args[2]))
    outcome = do(EditUser(2, 1, BEN, {}))
    assert outcome == Outcome(Changes(), "Nothing changed")
    assert not outcome.changes
    assert sent == []


def test_values_that_the_row_has_already_change_nothing(do: Do, sql: Sql) -> None:
    assert do(EditUser(2, 1, BEN, {"name": "Ben", "role": "editor"})).message == "Nothing changed"
    assert sql("SELECT version FROM users WHERE id = 2") == [(1,)]


def test_an_edit_is_undone_and_done_again(do: Do, everything: Everything) -> None:
    before = everything()
    edited = do(EditUser(2, 1, BEN, {"name": "Benjamin", "is_active": False}))
    after = everything()
    undone = do(back(edited))
    assert everything() == before
    do(back(undone))
    assert everything() == after


def test_undoing_never_overwrites_what_came_after(do: Do, sql: Sql) -> None:
    edited = do(EditUser(2, 1, BEN, {"name": "Benjamin"}))
    sql("UPDATE users SET name = 'Benno' WHERE id = 2")
    with pytest.raises(Conflict) as caught:
        do(back(edited))
    assert caught.value.fields == (FieldConflict("name", base="Benjamin", theirs="Benno", mine="Ben"),)
    assert user(sql, 2)[0] == "Benno"


def test_a_field_that_both_changed_is_a_conflict(do: Do, sql: Sql) -> None:
    sql("UPDATE users SET name = 'Benno', role = 'admin' WHERE id = 2")
    with pytest.raises(Conflict) as caught:
        do(EditUser(2, 1, BEN, {"name": "Benjamin", "email": "b@example.org"}))
    conflict = caught.value
    assert conflict.version == 2
    assert conflict.fields == (FieldConflict("name", base="Ben", theirs="Benno", mine="Benjamin"),)
    assert conflict.theirs == {"name": "Benno", "role": "admin"}
    assert user(sql, 2)[:2] == ("Benno", "ben@example.org")


def test_other_fields_that_moved_are_told_without_a_quarrel(do: Do, sql: Sql) -> None:
    sql("UPDATE users SET role = 'admin' WHERE id = 2")
    with pytest.raises(Conflict) as caught:
        do(EditUser(2, 1, BEN, {"name": "Benjamin"}))
    assert caught.value.fields == ()
    assert caught.value.theirs == {"role": "admin"}


def test_the_same_change_by_both_is_no_quarrel(do: Do, sql: Sql) -> None:
    sql("UPDATE users SET name = 'Benno' WHERE id = 2")
    with pytest.raises(Conflict) as caught:
        do(EditUser(2, 1, BEN, {"name": "Benno"}))
    assert caught.value.fields == ()


def test_a_version_that_moved_without_a_field_is_no_conflict(do: Do, sql: Sql) -> None:
    sql("UPDATE users SET name = 'Benno' WHERE id = 2")
    sql("UPDATE users SET name = 'Ben' WHERE id = 2")
    do(EditUser(2, 1, BEN, {"name": "Benjamin"}))
    assert sql("SELECT name, version FROM users WHERE id = 2") == [("Benjamin", 4)]


def test_a_field_that_nobody_saw_is_not_overwritten_after_a_move(do: Do, sql: Sql) -> None:
    sql("UPDATE users SET password_hash = 'theirs' WHERE id = 2")
    with pytest.raises(Conflict) as caught:
        do(EditUser(2, 1, BEN, {"password_hash": "mine"}))
    assert caught.value.theirs == {}
    assert user(sql, 2)[4] == "theirs"


def test_a_new_password_is_kept_and_has_no_way_back(do: Do, sql: Sql) -> None:
    edit = EditUser(2, 1, BEN, {"name": "Benjamin", "password_hash": "new-hash"})
    assert "new-hash" not in repr(edit)
    outcome = do(edit)
    assert outcome.inverse is None
    assert user(sql, 2) == ("Benjamin", "ben@example.org", "editor", True, "new-hash")


def test_an_operation_keeps_its_own_copy() -> None:
    values = {"name": "Benjamin"}
    edit = EditUser(2, 1, BEN, values)
    values["name"] = "Someone else"
    assert edit.values == {"name": "Benjamin"}


def test_a_deleted_user_is_not_found(do: Do) -> None:
    with pytest.raises(NotFound, match="The user was deleted meanwhile"):
        do(EditUser(99, 1, BEN, {"name": "X"}))


def test_an_unknown_field_is_a_bug(do: Do) -> None:
    with pytest.raises(KeyError):
        do(EditUser(2, 1, BEN, {"created_at": "now"}))


@pytest.mark.parametrize("gap", [1, 2], ids=["at once", "after looking at a row that moved"])
@pytest.mark.parametrize(
    ("meanwhile", "error"),
    [
        ("UPDATE users SET name = 'Benno' WHERE id = 2", Conflict),
        ("DELETE FROM comments; DELETE FROM posts; DELETE FROM users WHERE id = 2", NotFound),
    ],
)
def test_between_reading_and_writing_there_is_no_gap(
    database: Database, sql: Sql, meanwhile: str, error: type[Exception], gap: int
) -> None:
    updates: list[str] = []

    def before(*args: Any) -> None:
        if args[2].startswith("UPDATE"):
            updates.append(args[2])
            if len(updates) == gap:
                sql(meanwhile)

    if gap == 2:
        sql("UPDATE users SET password_hash = 'another' WHERE id = 2")
    event.listen(database.engine, "before_cursor_execute", before)
    with pytest.raises(error), database.session_scope() as session:
        EditUser(2, 1, BEN, {"role": "admin"}).apply(session)
    assert len(updates) == gap


def test_a_row_that_the_server_keeps_is_told_as_not_permitted(do: Do, sql: Sql) -> None:
    sql(
        "CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';"
        "CREATE TRIGGER b_keep BEFORE UPDATE OR DELETE ON users FOR EACH ROW EXECUTE FUNCTION keep()"
    )
    with pytest.raises(NotPermitted):
        do(EditUser(2, 1, BEN, {"name": "Benjamin"}))
    with pytest.raises(NotPermitted):
        do(DeleteUsers((5,)))


def test_a_user_whose_date_python_cannot_read_can_be_edited(do: Do, sql: Sql) -> None:
    sql("UPDATE users SET created_at = '20000-01-01' WHERE id = 2")
    do(EditUser(2, 2, BEN, {"name": "Benjamin"}))
    assert user(sql, 2)[0] == "Benjamin"


# --- Many at once


def test_many_are_deactivated_by_one_statement(do: Do, sql: Sql, database: Database) -> None:
    sent: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *args: sent.append(args[2]))
    outcome = do(SetActive((1, 2, 4), active=False))
    assert outcome.message == "3 users deactivated"
    assert outcome.changes == Changes.of("users", updated=[1, 2, 4])
    assert len(sent) == 1
    assert sql("SELECT id FROM users WHERE is_active ORDER BY id") == [(5,)]


def test_those_that_are_so_already_are_left_untouched(do: Do, sql: Sql) -> None:
    outcome = do(SetActive((3, 4, 4), active=True))
    assert outcome.message == "1 user activated"
    assert outcome.changes == Changes.of("users", updated=[3])
    assert sql("SELECT version FROM users WHERE id = 4") == [(1,)]


def test_nothing_to_change_is_said(do: Do) -> None:
    outcome = do(SetActive((1, 2, 4, 5), active=True))
    assert outcome == Outcome(Changes(), "Nothing to change: all 4 were active already")
    assert do(SetRole((1,), "admin")).message == "Nothing to change: it was admin already"


def test_users_that_are_gone_are_said(do: Do) -> None:
    assert do(SetActive((1, 98, 99), active=False)).message == "1 user deactivated; 2 were deleted meanwhile"
    assert do(SetActive((1, 99), active=False)).message == (
        "Nothing to change: it was inactive already; 1 was deleted meanwhile"
    )
    with pytest.raises(NotFound, match="All 2 users were deleted meanwhile"):
        do(SetActive((98, 99), active=False))


def test_a_role_is_given_and_taken_back(do: Do, sql: Sql, everything: Everything) -> None:
    before = everything()
    outcome = do(SetRole((1, 2, 3), "moderator"))
    assert outcome.message == "3 users set to moderator"
    after = everything()
    undone = do(back(outcome))
    assert undone.message == "3 users set back"
    assert everything() == before
    do(back(undone))
    assert everything() == after


def test_only_rows_that_nobody_touched_since_are_set_back(do: Do, sql: Sql) -> None:
    outcome = do(SetRole((1, 2, 5), "moderator"))
    sql("UPDATE users SET role = 'user' WHERE id = 2")
    sql("DELETE FROM users WHERE id = 5")
    undone = do(back(outcome))
    assert undone.message == "1 user set back; 1 changed since and was left alone; 1 was deleted meanwhile"
    assert undone.changes == Changes.of("users", updated=[1])
    assert sql("SELECT id, role FROM users WHERE id IN (1, 2) ORDER BY id") == [(1, "admin"), (2, "user")]


def test_nothing_to_set_back_leaves_no_way_forth(do: Do, sql: Sql) -> None:
    outcome = do(SetActive((1, 2), active=False))
    sql("UPDATE users SET name = name || '!'")
    undone = do(back(outcome))
    assert undone.message == "0 users set back; 2 changed since and were left alone"
    assert undone.inverse is None
    assert not undone.changes


def test_an_unknown_role_is_refused(do: Do) -> None:
    with pytest.raises(Invalid) as caught:
        do(SetRole((1,), "boss"))
    assert caught.value.field == "role"


# --- Deleting


def test_a_user_without_works_is_deleted(do: Do, sql: Sql) -> None:
    outcome = do(DeleteUsers((5,)))
    assert outcome.message == "1 user deleted"
    assert outcome.changes == Changes.of("users", deleted=[5])
    assert sql("SELECT id FROM users WHERE id = 5") == []


def test_a_user_with_works_stays(do: Do, sql: Sql) -> None:
    with pytest.raises(StillReferenced, match="1 post and 2 comments of this user") as caught:
        do(DeleteUsers((4,)))
    assert caught.value.counts == {"posts": 1, "comments": 2}
    with pytest.raises(StillReferenced, match="2 posts of these users"):
        do(DeleteUsers((2, 5)))
    assert sql("SELECT count(*) FROM users") == [(5,)]


def test_works_are_given_to_another_user(do: Do, sql: Sql) -> None:
    outcome = do(DeleteUsers((2, 4), reassign_to=1))
    assert outcome.message == "2 users deleted, 3 posts and 2 comments given to Ada"
    assert outcome.changes == (
        Changes.of("users", deleted=[2, 4])
        | Changes.of("posts", updated=[2, 3, 4])
        | Changes.of("comments", updated=[2, 3])
    )
    assert sql("SELECT DISTINCT author_id FROM posts UNION SELECT author_id FROM comments") == [(1,)]


def test_deletion_with_all_that_was_given_away_is_undone_and_done_again(
    do: Do, everything: Everything
) -> None:
    before = everything()
    deleted = do(DeleteUsers((2, 4), reassign_to=1))
    after = everything()
    restored = do(back(deleted))
    assert everything() == before
    assert restored.message == "2 users restored"
    assert restored.changes == (
        Changes.of("users", created=[2, 4])
        | Changes.of("posts", updated=[2, 3, 4])
        | Changes.of("comments", updated=[2, 3])
    )
    do(back(restored))
    assert everything() == after


@pytest.mark.parametrize(
    ("meanwhile", "left"),
    [
        ("UPDATE posts SET title = 'Theirs' WHERE id = 2", "1 post"),
        ("DELETE FROM comments", "2 comments"),
        ("DELETE FROM comments; DELETE FROM posts", "3 posts and 2 comments"),
    ],
    ids=["one moved", "some are gone", "all are gone"],
)
def test_users_come_back_also_when_what_they_wrote_cannot(
    do: Do, sql: Sql, meanwhile: str, left: str
) -> None:
    deleted = do(DeleteUsers((2, 4), reassign_to=5))
    sql(meanwhile)
    restored = do(back(deleted))
    assert restored.message == f"2 users restored; changed or deleted meanwhile and left alone: {left}"
    assert sql("SELECT name FROM users WHERE id IN (2, 4) ORDER BY id") == [("Ben",), ("Dot",)]


def test_a_restored_user_has_the_next_version_and_the_old_hash(do: Do, sql: Sql) -> None:
    deleted = do(DeleteUsers((5,)))
    inverse = back(deleted)
    assert "hash-of-5" not in repr(deleted)
    assert inverse.label == "Delete user"
    do(inverse)
    assert sql("SELECT version, password_hash FROM users WHERE id = 5") == [(2, "hash-of-5")]


def test_columns_that_only_others_know_come_back_too(do: Do, sql: Sql, everything: Everything) -> None:
    sql(
        'ALTER TABLE users ADD COLUMN "Born on" date, ADD COLUMN blob bytea,'
        " ADD COLUMN shout text GENERATED ALWAYS AS (upper(name)) STORED"
    )
    sql("""UPDATE users SET "Born on" = '0044-03-15 BC', blob = '\\x00ff', created_at = 'infinity'""")
    before = everything()
    do(back(do(DeleteUsers((5,)))))
    assert everything() == before


def test_a_restored_address_that_was_taken_since_is_a_duplicate(do: Do) -> None:
    deleted = do(DeleteUsers((5,)))
    do(CreateUser("eve@example.org", "Eve 2", "user", is_active=True, password_hash="h"))
    with pytest.raises(IntegrityError) as caught:
        do(back(deleted))
    known = translate(caught.value)
    assert isinstance(known, Duplicate)
    assert known.field == "email"


def test_a_login_that_may_not_read_hashes_can_delete_but_not_undo(database: Database, sql: Sql) -> None:
    [(name,)] = sql("SELECT 'clerk_' || replace(gen_random_uuid()::text, '-', '')")
    sql(f"CREATE ROLE {name}")
    try:
        sql(f"GRANT SELECT (id, version, name), DELETE, UPDATE (id) ON users TO {name}")
        sql(f"GRANT SELECT ON posts, comments TO {name}")
        with database.session_scope() as session:
            session.connection().exec_driver_sql(f"SET LOCAL ROLE {name}")
            outcome = DeleteUsers((5,)).apply(session)
        assert outcome.message == "1 user deleted"
        assert outcome.inverse is None
    finally:
        sql(f"DROP OWNED BY {name}")
        sql(f"DROP ROLE {name}")


@pytest.mark.parametrize(("heir", "words"), [(4, "among the users to delete"), (99, "deleted meanwhile")])
def test_works_are_given_only_to_someone_who_stays(do: Do, sql: Sql, heir: int, words: str) -> None:
    with pytest.raises(Invalid, match=words) as caught:
        do(DeleteUsers((2, 4), reassign_to=heir))
    assert caught.value.field == "reassign_to"
    assert sql("SELECT count(*) FROM users") == [(5,)]


def test_an_heir_of_nothing_is_not_mentioned(do: Do) -> None:
    assert do(DeleteUsers((5,), reassign_to=1)).message == "1 user deleted"


def test_users_deleted_meanwhile_are_said(do: Do) -> None:
    assert do(DeleteUsers((5, 99))).message == "1 user deleted; 1 was deleted meanwhile"
    with pytest.raises(NotFound, match="The user was deleted meanwhile"):
        do(DeleteUsers((5,)))


def test_a_deletion_done_again_leaves_alone_what_moved(do: Do, sql: Sql) -> None:
    do(NEW)
    restored = do(back(do(DeleteUsers((5, 6)))))
    sql("UPDATE users SET name = 'Eva' WHERE id = 5")
    again = do(back(restored))
    assert again.message == "1 user deleted; 1 changed since and was left alone"
    assert sql("SELECT id FROM users WHERE id > 4") == [(5,)]


def test_nothing_can_come_to_hang_on_a_user_while_they_are_deleted(
    database: Database, sql: Sql, database_url: str
) -> None:
    import psycopg2

    with database.session_scope() as session:
        DeleteUsers((5,)).apply(session)
        with (
            closing(psycopg2.connect(database_url.replace("+psycopg2", ""))) as other,
            other.cursor() as cursor,
        ):
            cursor.execute("SET lock_timeout = '50ms'")
            with pytest.raises(psycopg2.errors.LockNotAvailable):
                cursor.execute(
                    "INSERT INTO posts (public_id, title, slug, body, author_id)"
                    " VALUES (gen_random_uuid(), 'x', 'x', '', 5)"
                )


def test_labels_are_words_for_a_menu() -> None:
    assert NEW.label == "Create user"
    assert EditUser(1, 1, {}, {}).label == "Edit user"
    assert SetActive((1, 2), active=True).label == "Activate 2 users"
    assert SetActive((1,), active=False).label == "Deactivate 1 user"
    assert SetRole((1, 2), "user").label == "Set role of 2 users"
    assert DeleteUsers((1,)).label == "Delete user"
    assert DeleteUsers((1, 2)).label == "Delete 2 users"


def test_no_operation_shows_a_secret() -> None:
    assert "hash-of-fay" not in repr(NEW)


def test_the_package_loads_its_nouns_when_they_are_named() -> None:
    assert operations.__getattr__("users").CreateUser is CreateUser
    with pytest.raises(AttributeError):
        _ = operations.nothing

"""The way back stays open over what this program changed and took back itself, and only over that."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest

from blogadmin.core.database.engine import Database
from blogadmin.core.database.errors import Conflict, FieldConflict
from blogadmin.core.operations.bulk_run import AddTags, RemoveTags, SetColumn
from blogadmin.core.operations.comments import SetCommentStatus
from blogadmin.core.operations.operation import Operation, Outcome
from blogadmin.core.operations.posts import CreatePost, DeletePosts, EditPost, SetStatus
from blogadmin.core.operations.single import Edit
from blogadmin.core.operations.users import CreateUser, DeleteUsers, EditUser, SetRole
from tests.core.operations.test_bulk_run import run

Sql = Callable[..., list[tuple[Any, ...]]]
Do = Callable[[Operation], Outcome]
Everything = Callable[[], dict[str, list[tuple[Any, ...]]]]
pytestmark = pytest.mark.usefixtures("blog")


@pytest.fixture
def here(database: Database) -> Do:
    """Commit an operation as this program does."""
    return lambda operation: database.transact(operation.apply)


@pytest.fixture
def elsewhere(database_url: str) -> Iterator[Do]:
    """Commit an operation as another program of the same kind does."""
    with closing(Database(database_url)) as other:
        yield lambda operation: other.transact(operation.apply)


def back(outcome: Outcome) -> Operation:
    assert outcome.inverse is not None
    return outcome.inverse


def editing(sql: Sql, noun: str = "posts", id_: int | None = 1) -> Edit:
    """Give a row another name, as somebody does who has just opened it."""
    kind, column = {"posts": (EditPost, "title"), "users": (EditUser, "name")}[noun]
    assert id_ is not None
    [(version, name)] = sql(f"SELECT version, {column} FROM {noun} WHERE id = %s", (id_,))
    return kind(id_, version, {column: name}, {column: f"{name}!"})


STEPS = [
    pytest.param(SetStatus((1, 2, 3), "review"), id="status"),
    pytest.param(SetColumn("posts", "status", "review"), id="bulk status"),
    pytest.param(SetColumn("posts", "author_id", 5), id="bulk author"),
    pytest.param(AddTags(("a", "b")), id="tags added"),
]


def steps_back(database: Database, change: Any) -> Operation:
    """Make a change of posts, in chunks if it is one of many rows; give the way back."""
    if isinstance(change, SetStatus):
        return back(database.transact(change.apply))
    report = run(database, change, [1, 2, 3])
    assert report.inverse is not None
    return report.inverse


@pytest.mark.parametrize("change", STEPS)
def test_a_later_change_that_was_taken_back_is_not_in_the_way(
    database: Database, here: Do, sql: Sql, everything: Everything, change: Any
) -> None:
    before = everything()
    step = steps_back(database, change)
    done = everything()
    here(back(here(editing(sql))))
    assert everything() == done
    forth = here(step)
    assert everything() == before
    here(back(here(editing(sql))))
    here(back(forth))
    assert everything() == done


@pytest.mark.parametrize("change", STEPS)
def test_what_somebody_else_changed_and_took_back_is_in_the_way(
    database: Database, here: Do, elsewhere: Do, sql: Sql, everything: Everything, change: Any
) -> None:
    step = steps_back(database, change)
    done = everything()
    here(back(here(editing(sql))))
    elsewhere(back(elsewhere(editing(sql))))
    assert everything() == done
    outcome = here(step)
    assert "1 changed" in outcome.message
    assert everything()["posts"][0] == done["posts"][0]
    assert everything()["posts"][1] != done["posts"][1]


def test_our_own_later_value_is_left_alone(here: Do, sql: Sql) -> None:
    first = here(SetRole((1, 2), "moderator"))
    here(SetRole((2,), "user"))
    assert here(back(first)).message == "1 user set back; 1 changed since and was left alone"
    assert sql("SELECT role FROM users WHERE id < 3 ORDER BY id") == [("admin",), ("user",)]


def test_tags_that_stand_otherwise_by_now_are_left_alone(database: Database, here: Do, sql: Sql) -> None:
    step = steps_back(database, AddTags(("a", "b")))
    run(database, RemoveTags(("a",)), [1])
    assert "1 changed" in here(step).message
    assert sql("SELECT metadata->'tags' FROM posts WHERE id = 1") == [(["b"],)]


def test_a_post_that_was_deleted_and_brought_back_is_the_same(
    database: Database, here: Do, sql: Sql, everything: Everything
) -> None:
    before = everything()
    steps = [
        steps_back(database, SetColumn("posts", "status", "review")),
        steps_back(database, AddTags(("a",))),
    ]
    steps.append(back(here(SetCommentStatus((1, 2), "trash"))))
    here(back(here(DeletePosts((1, 2), with_comments=True))))
    for step in reversed(steps):
        here(step)
    assert everything() == before


# Editing


def test_a_value_that_somebody_else_wrote_again_is_not_taken_back_unasked(
    here: Do, elsewhere: Do, sql: Sql, everything: Everything
) -> None:
    step = back(here(EditPost(1, 1, {"status": "draft", "title": "One"}, {"status": "review", "title": "1"})))
    done = everything()
    elsewhere(back(elsewhere(SetStatus((1,), "published"))))
    with pytest.raises(Conflict) as caught:
        here(step)
    assert caught.value.fields == (FieldConflict("status", "review", "review", "draft"),)
    assert caught.value.theirs == {"status": "review"}
    assert everything() == done


def test_what_somebody_else_wrote_beside_it_is_not_in_the_way(
    here: Do, elsewhere: Do, sql: Sql, everything: Everything
) -> None:
    step = back(here(EditPost(1, 1, {"status": "draft"}, {"status": "review"})))
    elsewhere(editing(sql))
    here(back(here(SetStatus((1,), "published"))))
    here(step)
    assert sql("SELECT status, title FROM posts WHERE id = 1") == [("draft", "One!")]


def test_made_again_an_edit_is_as_careful(here: Do, elsewhere: Do, sql: Sql) -> None:
    forth = back(here(back(here(EditPost(1, 1, {"body": "Body one"}, {"body": "Other"})))))
    for body in ("Theirs", "Body one"):
        sql("UPDATE posts SET body = %s WHERE id = 1", (body,))
    with pytest.raises(Conflict):
        here(forth)
    assert sql("SELECT body FROM posts WHERE id = 1") == [("Body one",)]


def test_who_saves_what_they_typed_is_not_asked_about_what_is_as_they_saw_it(here: Do, sql: Sql) -> None:
    for title in ("Theirs", "One"):
        sql("UPDATE posts SET title = %s WHERE id = 1", (title,))
    here(EditPost(1, 1, {"title": "One"}, {"title": "Mine"}))
    assert sql("SELECT title FROM posts WHERE id = 1") == [("Mine",)]


# Deleting


CREATED = [
    pytest.param(CreatePost("New", "new", "Words", "draft", 1), "posts", id="post"),
    pytest.param(CreateUser("new@example.org", "New", "user", True, "hash"), "users", id="user"),
]


@pytest.mark.parametrize(("creation", "noun"), CREATED)
def test_what_was_made_and_then_edited_can_be_taken_back_step_by_step(
    here: Do, sql: Sql, everything: Everything, creation: Any, noun: str
) -> None:
    before = everything()
    made = here(creation)
    done = everything()
    here(back(here(editing(sql, noun, made.created_id))))
    gone = here(back(made))
    assert everything() == before
    again = here(back(gone))
    here(back(here(editing(sql, noun, made.created_id))))
    here(back(again))
    assert everything() == before
    assert done != before


@pytest.mark.parametrize(("creation", "noun"), CREATED)
def test_what_was_made_stays_once_somebody_else_has_edited_it(
    here: Do, elsewhere: Do, sql: Sql, everything: Everything, creation: Any, noun: str
) -> None:
    made = here(creation)
    done = everything()
    elsewhere(back(elsewhere(editing(sql, noun, made.created_id))))
    here(back(here(editing(sql, noun, made.created_id))))
    with pytest.raises(Conflict, match="Someone else changed this since"):
        here(back(made))
    assert everything() == done


THEIRS = [
    ("INSERT INTO comments (post_id, author_id, body) VALUES (2, 1, 'Theirs')", {3}),
    ("UPDATE comments SET status = 'trash' WHERE id = 2", {3}),
    ("UPDATE comments SET body = 'c' WHERE id = 2; UPDATE comments SET body = 'b' WHERE id = 2", {3}),
    ("UPDATE comments SET post_id = 3 WHERE id = 2", {2}),
    ("DELETE FROM comments WHERE id = 2", {2, 3}),
]


@pytest.mark.parametrize(("theirs", "gone"), THEIRS)
def test_made_again_a_deletion_takes_no_comment_along_that_it_did_not_take_before(
    here: Do, sql: Sql, theirs: str, gone: set[int]
) -> None:
    restored = here(back(here(DeletePosts((2, 3), with_comments=True))))
    here(back(here(SetCommentStatus((1, 3), "trash"))))
    sql(theirs)
    left = sql("SELECT * FROM comments ORDER BY id")
    here(back(restored))
    assert {1, 2, 3, 4} - {row[0] for row in sql("SELECT id FROM posts")} == gone
    kept = sql("SELECT * FROM comments ORDER BY id")
    assert kept == [row for row in left if row[1] not in gone]


@pytest.mark.parametrize(
    ("theirs", "stays"),
    [
        ("INSERT INTO comments (post_id, author_id, body) VALUES (1, 2, 'Theirs')", True),
        ("UPDATE posts SET author_id = 2 WHERE id = 1", True),
        ("UPDATE posts SET author_id = 4 WHERE id = 2; UPDATE posts SET author_id = 2 WHERE id = 2", True),
        ("UPDATE comments SET author_id = 2 WHERE id = 1", True),
        ("UPDATE posts SET author_id = 4 WHERE id = 2", False),
    ],
    ids=["written", "given", "given back", "a comment", "taken away"],
)
def test_made_again_a_deletion_gives_nothing_away_that_it_did_not_give_before(
    here: Do, sql: Sql, theirs: str, stays: bool
) -> None:
    restored = here(back(here(DeleteUsers((2, 5), reassign_to=1))))
    here(back(here(editing(sql, "posts", 3))))
    sql(theirs)
    left = sql("SELECT id, author_id FROM posts ORDER BY id")
    outcome = here(back(restored))
    assert sql("SELECT id FROM users WHERE id IN (2, 5)") == ([(2,)] if stays else [])
    assert ("1 changed since and was left alone" in outcome.message) is stays
    if stays:
        assert sql("SELECT id, author_id FROM posts ORDER BY id") == left


def test_users_who_came_back_without_what_they_wrote_need_no_heir_to_go_again(
    here: Do, sql: Sql, everything: Everything
) -> None:
    deleted = here(DeleteUsers((2,), reassign_to=5))
    sql("UPDATE posts SET author_id = 1 WHERE author_id = 5; DELETE FROM users WHERE id = 5")
    done = everything()
    here(back(here(back(deleted))))
    assert everything() == done


def test_without_a_history_whoever_moved_a_row_was_somebody_else(here: Do, sql: Sql) -> None:
    step = here(SetStatus((1, 2), "review"))
    here(back(here(editing(sql))))
    sql("ALTER TABLE audit_log RENAME TO elsewhere")
    for table in ("users", "posts", "comments"):
        sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    sql("ALTER TABLE posts ENABLE TRIGGER a_touch")
    assert here(back(step)).message == "1 post set back; 1 changed since and was left alone"


def test_a_change_that_the_history_does_not_tell_is_somebody_else_s(here: Do, sql: Sql) -> None:
    step = here(SetStatus((1, 2), "review"))
    sql("ALTER TABLE posts DISABLE TRIGGER z_changed")
    sql("UPDATE posts SET title = 'Theirs' WHERE id = 1")
    sql("UPDATE posts SET title = 'One' WHERE id = 1")
    sql("ALTER TABLE posts ENABLE TRIGGER z_changed")
    here(back(here(editing(sql))))
    assert here(back(step)).message == "1 post set back; 1 changed since and was left alone"

"""Creating, editing and deleting posts: nobody's words are overwritten, and every step has its way back."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from blogadmin.core.database.changes import Changes
from blogadmin.core.database.engine import Database
from blogadmin.core.database.errors import (
    Conflict,
    Duplicate,
    FieldConflict,
    Invalid,
    NotFound,
    StillReferenced,
    translate,
)
from blogadmin.core.operations.operation import Operation, Outcome
from blogadmin.core.operations.posts import CreatePost, DeletePosts, EditPost, SetStatus, propose_slug
from blogadmin.core.values import BODY_MAX_BYTES

Sql = Callable[..., list[tuple[Any, ...]]]
Do = Callable[[Operation], Outcome]
Everything = Callable[[], dict[str, list[tuple[Any, ...]]]]
blogged = pytest.mark.usefixtures("blog")

ONE: dict[str, Any] = {
    "title": "One",
    "slug": "one",
    "body": "Body one",
    "status": "draft",
    "author_id": 1,
    "metadata": {"n": 1},
}
NEW = CreatePost("New", "new", "Body\r\n\ttext", "review", 2, {"tags": ["a"]})


def back(outcome: Outcome) -> Operation:
    assert outcome.inverse is not None
    return outcome.inverse


def post(sql: Sql, id_: int) -> dict[str, Any]:
    names = "title, slug, body, status, author_id, metadata, version"
    [row] = sql(f"SELECT {names} FROM posts WHERE id = %s", (id_,))
    return dict(zip(names.split(", "), row, strict=True))


# --- Creating


@blogged
def test_a_created_post_is_there(do: Do, sql: Sql) -> None:
    outcome = do(NEW)
    assert (outcome.created_id, outcome.message) == (5, "Post created")
    assert outcome.changes == Changes.of("posts", created=[5])
    assert post(sql, 5) == {
        "title": "New",
        "slug": "new",
        "body": "Body\r\n\ttext",
        "status": "review",
        "author_id": 2,
        "metadata": {"tags": ["a"]},
        "version": 1,
    }
    assert sql("SELECT public_id IS NOT NULL, view_count FROM posts WHERE id = 5") == [(True, 0)]


@blogged
def test_creating_is_undone_and_done_again(do: Do, everything: Everything) -> None:
    before = everything()
    created = do(NEW)
    after = everything()
    undone = do(back(created))
    assert everything() == before
    assert undone.changes == Changes.of("posts", deleted=[5])
    do(back(undone))
    assert everything() == after


@blogged
def test_no_metadata_is_stored_as_null(do: Do, sql: Sql) -> None:
    do(CreatePost("New", "new", "", "draft", 1, None))
    assert sql("SELECT metadata IS NULL FROM posts WHERE id = 5") == [(True,)]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""),
        ("title", None),
        ("title", "x" * 201),
        ("title", "a\x07b"),
        ("slug", "with space"),
        ("slug", ""),
        ("body", None),
        ("body", "NUL \x00"),
        ("body", "half \udc00"),
        ("body", "é" * (BODY_MAX_BYTES // 2 + 1)),
        ("status", "gone"),
        ("author_id", None),
        ("author_id", True),
        ("metadata", [1]),
        ("metadata", {"a": float("inf")}),
        ("metadata", {"a": "\x00"}),
        ("metadata", {"a": "x" * 70_000}),
    ],
)
def test_what_a_column_cannot_take_is_refused_before_the_server_is_asked(field: str, value: Any) -> None:
    nobody: Any = None
    with pytest.raises(Invalid) as caught:
        CreatePost(**{**ONE, field: value}).apply(nobody)
    assert caught.value.field == field
    with pytest.raises(Invalid):
        EditPost(1, 1, {}, {field: value}).apply(nobody)


@blogged
def test_a_taken_slug_and_a_vanished_author_name_their_fields(do: Do) -> None:
    with pytest.raises(IntegrityError) as taken:
        do(CreatePost("New", "one", "", "draft", 1))
    known = translate(taken.value)
    assert isinstance(known, Duplicate)
    assert known.field == "slug"
    with pytest.raises(IntegrityError) as vanished:
        do(EditPost(1, 1, ONE, {"author_id": 99}))
    known = translate(vanished.value)
    assert isinstance(known, Invalid)
    assert known.field == "author_id"


# --- Editing


@blogged
def test_an_edit_of_everything_is_undone_and_done_again(do: Do, everything: Everything, sql: Sql) -> None:
    before = everything()
    new = {
        "title": "Uno",
        "slug": "uno",
        "body": "Corpo",
        "status": "published",
        "author_id": 2,
        "metadata": {"tags": ["x"], "deep": {"list": [1, 2.5, None, True]}},
    }
    edited = do(EditPost(1, 1, ONE, new))
    assert edited.message == "Post saved"
    assert edited.changes == Changes.of("posts", updated=[1])
    assert post(sql, 1) == {**new, "version": 2}
    after = everything()
    undone = do(back(edited))
    assert everything() == before
    do(back(undone))
    assert everything() == after


@blogged
def test_a_page_view_is_no_conflict(do: Do, sql: Sql) -> None:
    sql("UPDATE posts SET view_count = view_count + 1 WHERE id = 1")
    do(EditPost(1, 1, ONE, {"title": "Uno"}))
    assert sql("SELECT title, view_count FROM posts WHERE id = 1") == [("Uno", 1)]


@blogged
def test_conflicts_show_bodies_and_metadata_of_all_three(do: Do, sql: Sql) -> None:
    sql("""UPDATE posts SET body = 'theirs', metadata = '{"n": 2}', slug = 'uno' WHERE id = 1""")
    with pytest.raises(Conflict) as caught:
        do(EditPost(1, 1, ONE, {"body": "mine", "metadata": None, "title": "Uno"}))
    assert caught.value.fields == (
        FieldConflict("body", base="Body one", theirs="theirs", mine="mine"),
        FieldConflict("metadata", base={"n": 1}, theirs={"n": 2}, mine=None),
    )
    assert caught.value.theirs == {"body": "theirs", "metadata": {"n": 2}, "slug": "uno"}
    assert post(sql, 1)["title"] == "One"


@blogged
def test_metadata_that_python_calls_equal_is_still_a_change(do: Do, sql: Sql) -> None:
    do(EditPost(1, 1, ONE, {"metadata": {"n": True}}))
    assert sql("SELECT metadata::text FROM posts WHERE id = 1") == [('{"n": true}',)]


@blogged
def test_the_same_metadata_in_another_order_is_no_change(do: Do, sql: Sql) -> None:
    sql("""UPDATE posts SET metadata = '{"a": 1, "b": 2}' WHERE id = 1""")
    base = {**ONE, "metadata": {"a": 1, "b": 2}}
    assert do(EditPost(1, 2, base, {"metadata": {"b": 2.0, "a": 1}})).message == "Nothing changed"
    assert post(sql, 1)["version"] == 2


@blogged
def test_metadata_is_taken_away(do: Do, sql: Sql) -> None:
    do(EditPost(1, 1, ONE, {"metadata": None}))
    assert sql("SELECT metadata IS NULL FROM posts WHERE id = 1") == [(True,)]


@blogged
def test_metadata_that_python_would_round_is_not_written_back(do: Do, sql: Sql) -> None:
    sql("""UPDATE posts SET metadata = '{"pi": 3.14159265358979323846}' WHERE id = 1""")
    base = {**ONE, "metadata": {"pi": 3.141592653589793}}
    with pytest.raises(Invalid, match="more digits") as caught:
        do(EditPost(1, 2, base, {"metadata": {"pi": 3.141592653589793, "e": 1}}))
    assert caught.value.field == "metadata"
    do(EditPost(1, 2, base, {"title": "Uno"}))
    assert sql("SELECT title, metadata::text FROM posts WHERE id = 1") == [
        ("Uno", '{"pi": 3.14159265358979323846}')
    ]


@blogged
def test_nothing_changed_sends_nothing(do: Do, sql: Sql) -> None:
    assert do(EditPost(1, 1, ONE, {})) == Outcome(Changes(), "Nothing changed")
    assert do(EditPost(1, 1, ONE, ONE)).message == "Nothing changed"
    assert post(sql, 1)["version"] == 1


@blogged
def test_a_post_that_is_gone_is_not_found(do: Do) -> None:
    with pytest.raises(NotFound, match="The post was deleted meanwhile"):
        do(EditPost(99, 1, ONE, {"metadata": {}}))


@blogged
def test_no_update_is_lost_between_four_writers(database: Database, sql: Sql) -> None:
    sql("""UPDATE posts SET metadata = '{"n": 0}', title = '0' WHERE id = 1""")
    clashes: list[Conflict] = []

    def add_one() -> None:
        while True:
            with database.reader() as session:
                title, version = (
                    session.connection()
                    .exec_driver_sql("SELECT title, version FROM posts WHERE id = 1")
                    .one()
                )
            edit = EditPost(1, version, {"title": title}, {"title": str(int(title) + 1)})
            try:
                with database.session_scope() as session:
                    edit.apply(session)
            except Conflict as conflict:
                clashes.append(conflict)
            else:
                return

    def work() -> None:
        for _ in range(25):
            add_one()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert post(sql, 1)["title"] == "100"
    assert clashes, "the writers never met, so nothing was shown"


# --- Many at once


@blogged
def test_posts_are_published_together(do: Do, sql: Sql, everything: Everything) -> None:
    before = everything()
    outcome = do(SetStatus((1, 2, 3), "published"))
    assert outcome.message == "2 posts published"
    assert outcome.changes == Changes.of("posts", updated=[1, 2])
    undone = do(back(outcome))
    assert undone.message == "2 posts set back"
    assert everything() == before
    assert do(SetStatus((3,), "published")).message == "Nothing to change: it was published already"
    with pytest.raises(Invalid):
        do(SetStatus((1,), "gone"))


# --- Deleting


@blogged
def test_a_post_without_comments_is_deleted_and_comes_back(do: Do, everything: Everything, sql: Sql) -> None:
    before = everything()
    deleted = do(DeletePosts((4,)))
    assert deleted.message == "1 post deleted"
    assert deleted.changes == Changes.of("posts", deleted=[4])
    restored = do(back(deleted))
    assert restored.message == "1 post restored"
    assert restored.changes == Changes.of("posts", created=[4])
    assert everything() == before
    assert post(sql, 4)["version"] == 2


@blogged
def test_a_post_with_comments_stays(do: Do, sql: Sql) -> None:
    with pytest.raises(StillReferenced, match="2 comments under this post") as caught:
        do(DeletePosts((2,)))
    assert caught.value.counts == {"comments": 2}
    with pytest.raises(StillReferenced, match="1 comment under these posts"):
        do(DeletePosts((1, 3)))
    assert sql("SELECT count(*) FROM posts") == [(4,)]


@blogged
def test_comments_go_and_come_back_with_their_posts(do: Do, everything: Everything) -> None:
    before = everything()
    deleted = do(DeletePosts((1, 2, 3), with_comments=True))
    assert deleted.message == "3 posts and 3 comments deleted"
    assert deleted.changes == Changes.of("posts", deleted=[1, 2, 3]) | Changes.of(
        "comments", deleted=[1, 2, 3]
    )
    after = everything()
    restored = do(back(deleted))
    assert restored.message == "3 posts and 3 comments restored"
    assert everything() == before
    do(back(restored))
    assert everything() == after


@blogged
def test_numbers_that_python_cannot_hold_survive_deletion(do: Do, sql: Sql) -> None:
    sql("""UPDATE posts SET metadata = ('{"n": 1.' || repeat('1', 400) || '}')::jsonb WHERE id = 4""")
    before = sql("SELECT metadata::text FROM posts WHERE id = 4")
    do(back(do(DeletePosts((4,)))))
    assert sql("SELECT metadata::text FROM posts WHERE id = 4") == before


@blogged
def test_posts_deleted_meanwhile_are_said(do: Do) -> None:
    assert do(DeletePosts((4, 98, 99))).message == "1 post deleted; 2 were deleted meanwhile"
    with pytest.raises(NotFound, match="All 2 posts"):
        do(DeletePosts((98, 99)))


@blogged
def test_a_restored_post_does_not_let_an_old_dialog_save_unseen(do: Do, sql: Sql) -> None:
    do(back(do(DeletePosts((1,)))))
    sql("UPDATE posts SET title = 'Theirs' WHERE id = 1")
    with pytest.raises(Conflict):
        do(EditPost(1, 1, ONE, {"title": "Mine"}))


def test_labels_are_words_for_a_menu() -> None:
    assert NEW.label == "Create post"
    assert EditPost(1, 1, {}, {}).label == "Edit post"
    assert SetStatus((1, 2), "draft").label == "Set status of 2 posts"
    assert DeletePosts((1,)).label == "Delete post"
    assert DeletePosts(tuple(range(1200))).label == "Delete 1,200 posts"


# --- Slugs


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Hello, World!", "hello-world"),
        ("It’s Ben's", "its-bens"),
        ("Ünïcode & Straße", "unicode-strasse"),
        ("Привет мир", "privet-mir"),
        ("!!! 😀", ""),
        ("", ""),
        ("x" * 300, "x" * 200),
        ("ab " * 100, "-".join(["ab"] * 67)[:200].removesuffix("-a").removesuffix("-")),
    ],
)
def test_a_slug_is_proposed_from_the_title(title: str, slug: str) -> None:
    assert propose_slug(title) == slug

"""What the mapped classes do by themselves: defaults, deferred columns, versions, relationships."""

from __future__ import annotations

from datetime import UTC
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event, inspect, select
from sqlalchemy.exc import DBAPIError, IntegrityError, InvalidRequestError
from sqlalchemy.orm import undefer
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.exc import StaleDataError

from blogadmin.core import values
from blogadmin.core.database import errors
from blogadmin.core.database.engine import Database
from blogadmin.core.models import Base, Comment, Post, User


def ada(**given: Any) -> User:
    return User(**{"email": "ada@example.org", "name": "Ada", "password_hash": "s3cret", **given})


def post(author: User, slug: str = "one", **given: Any) -> Post:
    return Post(**{"title": "One", "body": "Text", "slug": slug, "author": author, **given})


@pytest.fixture
def one_of_each(database: Database) -> tuple[int, int, int]:
    """Ids of a user, a post of theirs and a comment on it."""
    with database.session_scope() as session:
        user = ada()
        comment = Comment(body="Well said", author=user, post=post(user))
        session.add(comment)
        session.flush()
        return user.id, comment.post.id, comment.id


def test_a_new_row_has_the_defaults(database: Database, one_of_each: tuple[int, int, int]) -> None:
    user_id, post_id, comment_id = one_of_each
    with database.reader() as session:
        user, article = session.get_one(User, user_id), session.get_one(Post, post_id)
        comment = session.get_one(Comment, comment_id)
        assert (user.role, user.is_active, user.version) == (values.Role.USER, True, 1)
        assert (article.status, article.view_count, article.metadata_) == (values.PostStatus.DRAFT, 0, None)
        assert isinstance(article.public_id, UUID)
        assert comment.status == values.CommentStatus.PENDING
        assert article.created_at.tzinfo is not None
        assert article.created_at.utcoffset() == UTC.utcoffset(None)
        assert article.created_at == article.updated_at


def test_versions_and_times_are_known_right_after_the_flush(database: Database) -> None:
    with database.session_scope() as session:
        user = ada()
        session.add(user)
        session.flush()
        statements: list[str] = []
        event.listen(
            database.engine, "before_cursor_execute", lambda _c, _k, words, *_r: statements.append(words)
        )
        assert user.version == 1
        assert user.updated_at is not None
        assert statements == []
        user.name = "Ada King"
        session.flush()
        assert user.version == 2
        assert user.updated_at > user.created_at
        assert len(statements) == 1, "one guarded UPDATE, and no SELECT after it"


def test_a_password_hash_is_never_loaded(database: Database, one_of_each: tuple[int, int, int]) -> None:
    with database.reader() as session:
        user = session.scalars(select(User)).one()
        with pytest.raises(InvalidRequestError, match="password_hash"):
            _ = user.password_hash
        session.refresh(user)
        assert "password_hash" in inspect(user).unloaded
        assert session.scalar(select(User.password_hash)) == "s3cret", "only a query that names it can"


def test_a_body_is_loaded_when_it_is_asked_for(database: Database, one_of_each: tuple[int, int, int]) -> None:
    with database.reader() as session:
        article = session.scalars(select(Post)).one()
        assert "body" in inspect(article).unloaded
        assert article.body == "Text"
        session.expunge_all()
        article = session.scalars(select(Post).options(undefer(Post.body))).one()
        assert "body" not in inspect(article).unloaded


def test_rows_lead_to_each_other(database: Database, one_of_each: tuple[int, int, int]) -> None:
    with database.reader() as session:
        user = session.scalars(select(User)).one()
        assert [p.title for p in user.posts] == ["One"]
        assert user.posts[0].author is user
        assert user.posts[0].comments == user.comments
        assert user.comments[0].post.comments[0].author is user


@pytest.mark.parametrize("noun", [User, Post, Comment])
def test_a_row_that_moved_meanwhile_is_not_overwritten(
    database: Database, one_of_each: tuple[int, int, int], noun: type[Base]
) -> None:
    column = "name" if noun is User else "body"
    with database.session_scope() as late:
        stale = late.scalars(select(noun)).one()
        with database.session_scope() as quick:
            setattr(quick.scalars(select(noun)).one(), column, "Theirs")
        setattr(stale, column, "Mine")
        with pytest.raises(StaleDataError):
            late.flush()
        late.rollback()
    with database.reader() as session:
        assert session.scalar(select(getattr(noun, column))) == "Theirs"


def test_the_version_that_a_dialog_was_opened_with_guards_the_update(
    database: Database, one_of_each: tuple[int, int, int]
) -> None:
    """The base version is put on the loaded row, so check and change are one statement."""

    def edit(base: int, title: str) -> None:
        with database.session_scope() as session:
            article = session.scalars(select(Post)).one()
            set_committed_value(article, "version", base)
            article.title = title

    edit(1, "Mine")
    with pytest.raises(StaleDataError):
        edit(1, "Also mine")
    edit(2, "Mine again")


def test_deleting_what_is_in_use_is_refused_by_the_server_and_not_emptied_by_us(
    database: Database, one_of_each: tuple[int, int, int]
) -> None:
    for noun in (User, Post):
        with pytest.raises(IntegrityError) as caught, database.session_scope() as session:
            session.delete(session.scalars(select(noun)).one())
        assert isinstance(errors.translate(caught.value), errors.StillReferenced)


def test_metadata_is_null_when_there_is_none(database: Database, one_of_each: tuple[int, int, int]) -> None:
    with database.session_scope() as session:
        article = session.scalars(select(Post)).one()
        article.metadata_ = {"tags": ["a", "ü", "😀"], "deep": {"n": 1.5}}
    with database.session_scope() as session:
        article = session.scalars(select(Post)).one()
        assert article.metadata_ == {"tags": ["a", "ü", "😀"], "deep": {"n": 1.5}}
        article.metadata_ = None
    with database.reader() as session:
        assert session.scalars(select(Post.id).where(Post.metadata_.is_(None))).all() != []


@pytest.mark.parametrize(
    ("column", "bad", "good"),
    [
        ("email", "no at sign", "a@b"),
        ("email", "two@at@signs", "ä@ü.example"),
        ("name", " ", "李"),
        ("role", "king", "admin"),
    ],
)
def test_the_database_guards_users(database: Database, column: str, bad: str, good: str) -> None:
    with pytest.raises(DBAPIError), database.session_scope() as session:
        session.add(ada(**{column: bad}))
    with database.session_scope() as session:
        session.add(ada(**{column: good}))


@pytest.mark.parametrize("status", list(values.PostStatus))
def test_every_status_is_allowed_by_the_database(database: Database, status: values.PostStatus) -> None:
    with database.session_scope() as session:
        session.add(post(ada(), status=status.value))


def test_a_repr_tells_the_id_and_nothing_private(database: Database) -> None:
    user = ada(id=1)
    shown = f"{user!r} {post(user, id=2)!r} {Comment(id=3, body='b')!r}"
    assert shown == "<User id=1> <Post id=2> <Comment id=3>"

"""What lists, choosers and dialogs read about users."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, Select, any_, bindparam, case, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from blogadmin.core.models import Comment, Post, User
from blogadmin.core.queries import filters
from blogadmin.core.queries.columns import (
    NOT_PYTHON,
    Column,
    cannot_open,
    counted,
    moment,
    plain,
    shared,
    shown_time,
    text,
)
from blogadmin.core.queries.details import UserDetail
from blogadmin.core.queries.listing import Listing
from blogadmin.core.queries.rows import Dependents, UserChoice, UserRow
from blogadmin.core.queries.spec import Sort
from blogadmin.core.queries.words import WORDS_MOST, literally, matches, search_words
from blogadmin.core.values import Role

_POSTS = select(func.count()).where(Post.author_id == User.id).correlate(User).scalar_subquery()
_COMMENTS = select(func.count()).where(Comment.author_id == User.id).correlate(User).scalar_subquery()
_CHOICE = select(User.id, User.name, User.email, User.is_active)

LISTING: Listing[UserRow] = Listing(
    "users",
    UserRow,
    {
        "id": plain(User.id),
        "name": text(User.name),
        "email": text(User.email),
        "role": shared(User.role),
        "is_active": shared(User.is_active),
        "posts": counted(_POSTS),
        "comments": counted(_COMMENTS),
        "created_at": moment(User.created_at),
        "updated_at": moment(User.updated_at),
        "version": Column(shown=User.version),
    },
    default_sort=(Sort("name"),),
    filters={
        "role": filters.choice(User.role, Role),
        "is_active": filters.flag(User.is_active),
        "created_at": filters.time(User.created_at),
        "updated_at": filters.time(User.updated_at),
        "posts": filters.number_of(Post.author_id, User.id),
    },
)
"""The list of users, by name."""


def detail(session: Session, id: int) -> UserDetail | None:  # noqa: A002 - the same name for every noun
    """Everything a dialog shows of one user, or ``None`` if there is none.

    Raises ``Invalid`` for a row that holds a date that cannot be shown.
    """
    try:
        row = session.execute(_DETAIL, {"id": id}).one_or_none()
    except NOT_PYTHON:
        raise cannot_open(LISTING.why_unreadable(session, id)) from None
    return UserDetail(*row) if row is not None else None


def suggest(session: Session, text: str, limit: int = 20) -> list[UserChoice]:
    """Users whom ``text`` may mean, the likeliest first.

    Every word must be in the name or the address; names that begin with the text come first, then addresses
    that do, then names with a later word that does; among equals the active ones. ``%`` and ``_`` are
    themselves.
    """
    words = search_words(text)
    if words is None:
        return []
    whole = literally(text.strip())
    values = {**words, "begin": f"{whole}%", "word": f"% {whole}%", "most": limit}
    return [UserChoice(*row) for row in session.execute(_suggestions(len(words)), values)]


def choice(session: Session, id: int) -> UserChoice | None:  # noqa: A002
    """The user of that id as a choice, or ``None``."""
    row = session.execute(_CHOICE.where(User.id == id)).one_or_none()
    return UserChoice(*row) if row is not None else None


def owner_of_email(session: Session, email: str) -> UserChoice | None:
    """The user who has this address already, or ``None``."""
    row = session.execute(_CHOICE.where(User.email == email)).one_or_none()
    return UserChoice(*row) if row is not None else None


def dependents(session: Session, ids: Sequence[int]) -> Dependents:
    """How many posts and comments the users of ``ids`` wrote together."""
    return Dependents(*session.execute(_DEPENDENTS, {"ids": list(ids)}).one())


def _written(model: type[Post | Comment]) -> Any:
    ids = bindparam("ids", type_=ARRAY(BigInteger))
    return select(func.count()).select_from(model).where(model.author_id == any_(ids)).scalar_subquery()


_DEPENDENTS = select(_written(Post), _written(Comment))
_DETAIL = select(
    User.id,
    User.email,
    User.name,
    User.role,
    User.is_active,
    User.version,
    shown_time(User.created_at),
    shown_time(User.updated_at),
    _POSTS,
    _COMMENTS,
).where(User.id == bindparam("id"))


@lru_cache(maxsize=WORDS_MOST + 1)
def _suggestions(words: int) -> Select[int, str, str, bool]:
    begin = bindparam("begin")
    rank = case(
        (User.name.ilike(begin), 0),
        (User.email.ilike(begin), 1),
        (User.name.ilike(bindparam("word")), 2),
        else_=3,
    )
    found = _CHOICE.where(matches((User.name, User.email), words)) if words else _CHOICE
    ranked = found.order_by(rank, User.is_active.desc(), User.name, User.id)
    return ranked.limit(bindparam("most", type_=BigInteger))

"""Go to anything by typing a part of it: posts by title, users by name or address, both by number."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    and_,
    bindparam,
    case,
    func,
    literal_column,
    or_,
    select,
    union_all,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from blogadmin.core.models import Post, User
from blogadmin.core.queries import abilities
from blogadmin.core.queries.limits import ran_out, time_limit
from blogadmin.core.queries.words import Length, length_of, literally, search_words, split

AMONG = 50
"""Rows of each kind that are ranked, beside as many that begin with the text."""
NEAR = 5000
"""Rows made last that are searched for a common word before all of them are."""
ENOUGH = 10
"""Rows that make looking at all the others unnecessary."""
_SECONDS = 0.25
_BEGINS, _WORD_BEGINS, _HAS = range(3)
_LAST = "\U0010ffff"


class Found(NamedTuple):
    """Something to go to: ``noun`` and ``id`` say what it is, ``title`` and ``hint`` show it."""

    noun: str
    id: int
    title: str
    hint: str


def find(session: Session, text: str, limit: int = 20) -> tuple[Found, ...]:
    """What ``text`` may mean, the likeliest first, posts and users together.

    A number, with or without ``#``, is an id and comes first. Then what begins with the text, then what has
    a word that does, then what has all words somewhere; among equals users before posts, the shorter title
    first. Of a text without three letters in a row only beginnings are looked for. What cannot be found in a
    quarter of a second is left out.
    """
    words = split(text)
    if search_words(text) is None or not words:
        return ()
    found = _by_number(session, text.strip().removeprefix("#"))
    ranked: list[tuple[int, int, int, Found]] = []
    scripts = abilities.of(session).scripts
    forms = tuple(length_of(word, scripts=scripts) for word in words)
    values, spellings = _values(words)
    for place, (noun, kind) in enumerate((("users", _USERS), ("posts", _POSTS))):
        rows = _rows(session, kind, forms, spellings, values)
        ranked += [(row.rank, place, len(row.title), _found(noun, row)) for row in rows]
    ranked.sort()
    return tuple(dict.fromkeys([*found, *(entry[-1] for entry in ranked)]))[:limit]


def _found(noun: str, row: Any) -> Found:
    return Found(noun, row.id, row.title, row.hint)


def _by_number(session: Session, text: str) -> list[Found]:
    if not (text.isascii() and text.isdigit()) or len(text) > 9:
        return []
    posts = select(literal_column("'posts'"), Post.id, Post.title, Post.slug).where(Post.id == int(text))
    users = select(literal_column("'users'"), User.id, User.name, User.email).where(User.id == int(text))
    return [Found(*row) for row in session.connection().execute(posts.union_all(users))]


def _rows(
    session: Session, kind: _Kind, forms: tuple[Length, ...], spellings: int, values: dict[str, str]
) -> list[Any]:
    rows = list(_asked(session, _beginning(kind, spellings), values))
    rows += _asked(session, _near(kind, forms), values)
    # Trigrams hardly narrow down what has no three letters in a row.
    if len(rows) < ENOUGH and Length.PART in forms:
        rows += _asked(session, _anywhere(kind, forms), values)
    return rows


def _asked(session: Session, statement: Any, values: dict[str, str]) -> Sequence[Any]:
    try:
        with time_limit(session, _SECONDS):
            return session.connection().execute(statement, values).all()
    except DBAPIError as error:
        if not ran_out(error):
            raise
        return ()


def _values(words: Sequence[str]) -> tuple[dict[str, str], int]:
    """The parameters, and in how many spellings the text may begin something."""
    whole = " ".join(words)
    values = {"begin": f"{literally(whole)}%", "word": f"% {literally(whole)}%"}
    spellings = list(dict.fromkeys((whole, whole.lower(), whole[:1].upper() + whole[1:])))
    for n, spelt in enumerate(spellings):
        values |= {f"from_{n}": spelt, f"to_{n}": spelt + _LAST}
    for n, word in enumerate(words):
        values |= {f"has_{n}": f"%{literally(word)}%", f"begin_{n}": f"{literally(word)}%"}
        values[f"later_{n}"] = f"% {literally(word)}%"
    return values, len(spellings)


def _has(columns: Sequence[Any], n: int, form: Length) -> ColumnElement[bool]:
    if form is Length.PART:
        return or_(*(column.ilike(bindparam(f"has_{n}")) for column in columns))
    return or_(*(_read(column, name) for column in columns for name in (f"begin_{n}", f"later_{n}")))


def _read(column: Any, name: str) -> ColumnElement[bool]:
    # Not for the index of trigrams: of one or two letters it would have to read much, to leave out little.
    return column.concat("").ilike(bindparam(name))


def _every(columns: Sequence[Any], forms: Sequence[Length]) -> ColumnElement[bool]:
    return and_(*(_has(columns, n, form) for n, form in enumerate(forms)))


def _plain(kind: _Kind) -> Any:
    return select(kind.id.label("id"), kind.title.label("title"), kind.hint.label("hint"))


def _ranked(kind: _Kind, rows: Any) -> tuple[Any, ColumnElement[int]]:
    """The rows of a subquery with their rank."""
    searched = [rows.c.title, rows.c.hint][: len(kind.searched)]
    rank = case(
        (or_(*(_read(column, "begin") for column in searched)), _BEGINS),
        (_read(rows.c.title, "word"), _WORD_BEGINS),
        else_=_HAS,
    )
    return select(rows, rank.label("rank")), rank


@lru_cache(maxsize=16)
def _beginning(kind: _Kind, spellings: int) -> Any:
    # Trigrams cannot tell a beginning from a word in the middle, an order can: each spelling in its range.
    # Orders of languages may put others into the range, so these are left out afterwards.
    parts = []
    for column in kind.searched:
        for n in range(spellings):
            within = (column >= bindparam(f"from_{n}"), column < bindparam(f"to_{n}"))
            rows = _plain(kind).where(*within).order_by(column, kind.id).limit(AMONG).subquery()
            statement, rank = _ranked(kind, rows)
            parts.append(statement.where(rank == _BEGINS))
    return union_all(*parts)


@lru_cache(maxsize=64)
def _near(kind: _Kind, forms: tuple[Length, ...]) -> Any:
    newest = _plain(kind).order_by(kind.id.desc()).limit(NEAR).subquery("newest")
    searched = [newest.c.title, newest.c.hint][: len(kind.searched)]
    return _ranked(kind, newest)[0].where(_every(searched, forms)).limit(AMONG)


@lru_cache(maxsize=64)
def _anywhere(kind: _Kind, forms: tuple[Length, ...]) -> Any:
    # Sorted, so that the planner does not hope to come upon enough rows by reading one after the other.
    rows = _plain(kind).where(_every(kind.searched, forms)).order_by(func.length(kind.title), kind.id)
    return _ranked(kind, rows.limit(AMONG).subquery("rows"))[0]


class _Kind(NamedTuple):
    """A noun that can be gone to; ``hint`` is searched beside ``title`` where two columns are."""

    id: Any
    title: Any
    hint: Any
    searched: tuple[Any, ...]


_POSTS = _Kind(Post.id, Post.title, Post.slug, (Post.title,))
_USERS = _Kind(User.id, User.name, User.email, (User.name, User.email))

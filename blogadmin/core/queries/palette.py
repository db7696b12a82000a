"""Go to anything by typing a part of it: posts by title, users by name or address, both by number."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, bindparam, case, literal_column, or_, select, union
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import QueryableAttribute, Session

from blogadmin.core.models import Post, User
from blogadmin.core.queries.limits import ran_out, time_limit
from blogadmin.core.queries.words import Length, length_of, literally, search_words, split

AMONG = 200
"""Rows of each kind that are ranked, beside as many that begin with the text; whichever are found first."""
_SECONDS = 0.25
_BEGINS, _WORD_BEGINS, _HAS = range(3)
_SPELLINGS = 3
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
    for place, (noun, ask) in enumerate((("users", _users), ("posts", _posts))):
        rows = _asked(session, ask(tuple(length_of(word) for word in words)), _values(words))
        ranked += [
            (row.rank, place, len(row.title), Found(noun, row.id, row.title, row.hint)) for row in rows
        ]
    ranked.sort()
    return tuple(dict.fromkeys([*found, *(entry[-1] for entry in ranked)]))[:limit]


def _by_number(session: Session, text: str) -> list[Found]:
    if not (text.isascii() and text.isdigit()) or len(text) > 9:
        return []
    posts = select(literal_column("'posts'"), Post.id, Post.title, Post.slug).where(Post.id == int(text))
    users = select(literal_column("'users'"), User.id, User.name, User.email).where(User.id == int(text))
    return [Found(*row) for row in session.connection().execute(posts.union_all(users))]


def _asked(session: Session, statement: Any, values: dict[str, str]) -> Sequence[Any]:
    try:
        with time_limit(session, _SECONDS):
            return session.connection().execute(statement, values).all()
    except DBAPIError as error:
        if not ran_out(error):
            raise
        return ()


def _values(words: Sequence[str]) -> dict[str, str]:
    values = {"begin": f"{literally(' '.join(words))}%", "word": f"% {literally(' '.join(words))}%"}
    whole = " ".join(words)
    for n, spelt in enumerate((whole, whole.lower(), whole[:1].upper() + whole[1:])):
        values |= {f"from_{n}": spelt, f"to_{n}": spelt + _LAST}
    for n, word in enumerate(words):
        values |= {f"has_{n}": f"%{literally(word)}%", f"begin_{n}": f"{literally(word)}%"}
        values[f"later_{n}"] = f"% {literally(word)}%"
    return values


def _has(columns: tuple[QueryableAttribute[str], ...], n: int, form: Length) -> ColumnElement[bool]:
    names = (f"has_{n}",) if form is Length.PART else (f"begin_{n}", f"later_{n}")
    return or_(*(column.ilike(bindparam(name)) for column in columns for name in names))


@lru_cache(maxsize=64)
def _posts(forms: tuple[Length, ...]) -> Any:
    return _ranked(Post.id, (Post.title, Post.slug), (Post.title,), forms)


@lru_cache(maxsize=64)
def _users(forms: tuple[Length, ...]) -> Any:
    return _ranked(User.id, (User.name, User.email), (User.name, User.email), forms)


def _ranked(
    id_: QueryableAttribute[int],
    shown: tuple[QueryableAttribute[str], QueryableAttribute[str]],
    searched: tuple[QueryableAttribute[str], ...],
    forms: tuple[Length, ...],
) -> Any:
    """Rows that begin with the text and rows that have every word, in no order: so the first will do."""
    title, hint = shown
    begins = or_(*(column.ilike(bindparam("begin")) for column in searched))
    rank = case((begins, _BEGINS), (title.ilike(bindparam("word")), _WORD_BEGINS), else_=_HAS)
    row = select(id_.label("id"), title.label("title"), hint.label("hint"), rank.label("rank"))
    # Trigrams cannot tell a beginning from a word in the middle, an order can: each spelling in its range.
    ranges = [
        and_(column >= bindparam(f"from_{n}"), column < bindparam(f"to_{n}"), begins)
        for column in searched
        for n in range(_SPELLINGS)
    ]
    every = [and_(*(_has(searched, n, form) for n, form in enumerate(forms)))]
    # Trigrams hardly narrow down what has no three letters in a row.
    ways = [*ranges, *(every if Length.PART in forms else [])]
    return union(*(select(row.where(which).limit(AMONG).subquery()) for which in ways))

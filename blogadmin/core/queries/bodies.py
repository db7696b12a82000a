"""Search through the texts of posts by their words, as the database's language knows them.

Everything that has all words is found. To say which is best, the server must read what it knows of the
words of each: of a common word in a million posts that would take a minute. So the ``CANDIDATES`` posts
touched last of those found are ranked, and stand first; the others follow, the one touched last first.
"""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Float,
    Select,
    Text,
    bindparam,
    cast,
    func,
    literal,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import REGCONFIG, TSQUERY, TSVECTOR

from blogadmin.core.models import Post
from blogadmin.core.models.search import INDEXED_CHARACTERS
from blogadmin.core.queries.abilities import Abilities

CANDIDATES = 500
"""Posts among which the best are looked for."""
READ_FOR_SNIPPET = 20_000
"""Characters of a body in which a hit is shown; one that comes later is found, but not shown."""
BEGIN, END = "\x02", "\x03"
"""What stands around a hit in a snippet."""
_SHORTEST_BEGINNING = 3
_HEADLINE = (
    f'StartSel={BEGIN}, StopSel={END}, MaxFragments=2, MaxWords=16, MinWords=6, FragmentDelimiter=" … "'
)
_NOT_A_BEGINNING = re.compile(r'(^|\s)(-\S*$|or(\s|$))|"', re.IGNORECASE)


def query(search: str, able: Abilities) -> ColumnElement[Any]:
    """``search`` as a query on words.

    As web searches have it: quotes make a phrase, a minus leaves out, ``or`` between words. The last word
    may be the beginning of one, while nothing follows it and it has three letters.
    """
    language = cast(able.language, REGCONFIG)
    whole, last = _last_word(search)
    asked = func.websearch_to_tsquery(language, cast(whole, Text), type_=TSQUERY)
    if last is None:
        return asked
    escaped = last.replace("\\", "\\\\").replace("'", "''")
    beginning = func.to_tsquery(language, cast(f"'{escaped}':*", Text), type_=TSQUERY)
    return beginning if not whole else asked.op("&&")(beginning)


def _last_word(search: str) -> tuple[str, str | None]:
    head, _blank, last = f" {search}".rpartition(" ")
    if len(last) < _SHORTEST_BEGINNING or not last[-1].isalnum() or _NOT_A_BEGINNING.search(search):
        return search, None
    return head.strip(), last


def found(search: str, able: Abilities) -> ColumnElement[bool]:
    """Condition that a post has the words."""
    return words_of(able).op("@@", is_comparison=True)(query(search, able))


def words_of(able: Abilities) -> ColumnElement[Any]:
    """The words of a post; without the column for them they are found out each time, which takes long."""
    if able.bodies:
        return literal_column("posts.body_search", TSVECTOR)
    language = cast(able.language, REGCONFIG)
    return func.to_tsvector(language, Post.title + "\n" + func.left(Post.body, INDEXED_CHARACTERS))


def candidates(search: str, able: Abilities, where: list[ColumnElement[bool]]) -> Any:
    """The posts that are ranked, as a subquery with ``id`` and ``rank``."""
    newest = (
        select(Post.id, words_of(able).label("words"))
        .where(found(search, able), *where)
        .order_by(Post.updated_at.desc(), Post.id.desc())
        .limit(CANDIDATES)
        .subquery("newest")
    )
    rank = func.ts_rank(newest.c.words, query(search, able), type_=Float)
    return select(newest.c.id, rank.label("rank")).cte("candidates")


def more_than_candidates(where: list[ColumnElement[bool]]) -> Select[Any]:
    """Statement that tells whether more posts fulfil ``where`` than are ranked."""
    some = select(literal_column("1")).select_from(Post).where(*where)
    counted = some.limit(CANDIDATES + 1).subquery()
    return select(func.count() > literal(CANDIDATES, BigInteger)).select_from(counted)


def snippet(search: str, able: Abilities) -> ColumnElement[str]:
    """The part of the body with the hits."""
    body = func.translate(func.left(Post.body, READ_FOR_SNIPPET), literal_column(r"E'\x02\x03'"), "")
    options = cast(bindparam("headline", _HEADLINE, type_=Text, unique=True), Text)
    return func.ts_headline(cast(able.language, REGCONFIG), body, query(search, able), options, type_=Text)

"""Search words over a list's own columns and over those of the rows that it points to.

A word in an author's name is turned into the ids of those authors, so that it can be asked of the list's
own table, where indexes can be combined. Few ids are looked up beforehand and sent as they are: the planner
then knows how many rows to expect. Many are left to the server.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    and_,
    any_,
    bindparam,
    literal_column,
    or_,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import QueryableAttribute, Session

from blogadmin.core.queries.words import search_words

FEW = 1000
"""Rows of another table that are sent as ids; for more the server looks itself."""
Shape = tuple[tuple[str, ...], ...]
"""For each word and each ``Related``: whether it is in ``"none"``, ``"few"`` or ``"many"`` of its rows."""


@dataclass(frozen=True, slots=True, eq=False)
class Related:
    """A searched column of another table: ``foreign`` of a row is the ``id`` of the one with ``column``."""

    name: str
    foreign: QueryableAttribute[Any]
    id: QueryableAttribute[Any]
    column: QueryableAttribute[Any]


class Search:
    """The searched columns of one listing."""

    def __init__(self, own: Sequence[QueryableAttribute[Any]], related: Sequence[Related]) -> None:
        self.own = tuple(own)
        self.related = tuple(related)

    def asked(self, session: Session | None, search: str) -> tuple[Shape, dict[str, Any]] | None:
        """How the condition for ``search`` looks, and its parameters; ``None`` when no text can match.

        Without a session nothing is looked up beforehand.
        """
        words = search_words(search)
        if words is None:
            return None
        many = ("many",) * len(self.related)
        if session is None or not words or not self.related:
            return (many,) * len(words), dict(words)
        found = self._look_up(session, words)
        shape = tuple(
            tuple(_how_many(found[name, related.name]) for related in self.related) for name in words
        )
        few = {f"{name}_{other}": ids for (name, other), ids in found.items() if 0 < len(ids) <= FEW}
        return shape, {**words, **few}

    def condition(self, shape: Shape) -> ColumnElement[bool]:
        """Condition that each word (at least one) is found in some column."""
        return and_(*(or_(*self._ways(n, how)) for n, how in enumerate(shape)))

    def joined(self, words: int) -> ColumnElement[bool]:
        """The same for a statement in which every related table is joined: the planner's guess is better."""
        columns = [*self.own, *(related.column for related in self.related)]
        return and_(*(or_(*(column.ilike(_word(n)) for column in columns)) for n in range(words)))

    def _ways(self, n: int, how: tuple[str, ...]) -> list[ColumnElement[bool]]:
        ways: list[ColumnElement[bool]] = [column.ilike(_word(n)) for column in self.own]
        for related, many in zip(self.related, how, strict=True):
            if many == "few":
                ids = bindparam(f"word_{n}_{related.name}", type_=ARRAY(BigInteger))
                ways.append(related.foreign == any_(ids))
            elif many == "many":
                ways.append(related.foreign.in_(_having(related, _word(n))))
        return ways

    def _look_up(self, session: Session, words: Mapping[str, str]) -> dict[tuple[str, str], list[int]]:
        found: dict[tuple[str, str], list[int]] = {
            (name, related.name): [] for name in words for related in self.related
        }
        for row in session.connection().execute(self._looking_up(len(words)), words):
            found[row.word, row.name].append(row.id)
        return found

    def _looking_up(self, words: int) -> Any:
        parts = [
            select(
                select(
                    literal_column(f"'word_{n}'").label("word"),
                    literal_column(f"'{related.name}'").label("name"),
                    related.id.label("id"),
                )
                .where(related.column.ilike(_word(n)))
                .limit(FEW + 1)
                .subquery()
            )
            for n in range(words)
            for related in self.related
        ]
        return union_all(*parts) if len(parts) > 1 else parts[0]


def _having(related: Related, word: ColumnElement[str]) -> Select[Any]:
    return select(related.id).where(related.column.ilike(word))


def _word(n: int) -> ColumnElement[str]:
    return bindparam(f"word_{n}")


def _how_many(ids: Sequence[int]) -> str:
    if not ids:
        return "none"
    return "few" if len(ids) <= FEW else "many"

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
    ColumnElement,
    Integer,
    Text,
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

from blogadmin.core.queries.words import Length, length_of, search_words, split

FEW = 1000
"""Rows of another table that are sent as ids; for more the server looks itself."""
Shape = tuple[tuple[str, ...], ...]
"""For each word its ``Length``, and for each ``Related`` whether ``"none"``, a ``"few"`` or ``"many"`` of its
rows have the word."""
_BEGINNINGS = ("{}%", "% {}%", "%-{}%")


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

    def asked(
        self, session: Session | None, search: str, *, scripts: bool
    ) -> tuple[Shape, dict[str, Any]] | None:
        """How the condition for ``search`` looks, and its parameters; ``None`` when no text can match.

        Without a session nothing is looked up beforehand. ``scripts`` as in ``Abilities``.
        """
        words = search_words(search)
        if words is None:
            return None
        lengths = [length_of(word, scripts=scripts) for word in split(search)]
        values: dict[str, Any] = dict(words)
        for n, (length, word) in enumerate(zip(lengths, split(search), strict=True)):
            if length is Length.BEGINNING:
                values |= {f"word_{n}_{at}": how.format(word) for at, how in enumerate(_BEGINNINGS)}
        found = self._look_up(session, lengths, values) if session is not None and self.related else {}
        shape = tuple(
            (length, *(_how_many(found.get((n, related.name))) for related in self.related))
            for n, length in enumerate(lengths)
        )
        few = {f"word_{n}_{other}": ids for (n, other), ids in found.items() if 0 < len(ids) <= FEW}
        return shape, {**values, **few}

    def condition(self, shape: Shape) -> ColumnElement[bool]:
        """Condition that each word (at least one) is found in some column."""
        return and_(*(or_(*self._ways(n, how)) for n, how in enumerate(shape)))

    def joined(self, shape: Shape) -> ColumnElement[bool]:
        """The same for a statement in which every related table is joined: the planner's guess is better."""
        columns = [*self.own, *(related.column for related in self.related)]
        return and_(*(or_(*(_has(column, n, how[0]) for column in columns)) for n, how in enumerate(shape)))

    def _ways(self, n: int, how: tuple[str, ...]) -> list[ColumnElement[bool]]:
        ways = [_has(column, n, how[0]) for column in self.own]
        for related, many in zip(self.related, how[1:], strict=True):
            if many == "few":
                # Of the column's own type: of another, each row would be compared with each id.
                ids = bindparam(f"word_{n}_{related.name}", type_=ARRAY(related.foreign.type))
                ways.append(related.foreign == any_(ids))
            elif many == "many":
                having = select(related.id).where(_has(related.column, n, how[0]))
                ways.append(related.foreign.in_(having))
        return ways

    def _look_up(
        self, session: Session, lengths: Sequence[Length], values: Mapping[str, Any]
    ) -> dict[tuple[int, str], list[int]]:
        found: dict[tuple[int, str], list[int]] = {
            (n, related.name): [] for n in range(len(lengths)) for related in self.related
        }
        if found:
            for row in session.connection().execute(self._looking_up(lengths), values):
                found[row.word, row.name].append(row.id)
        return found

    def _looking_up(self, lengths: Sequence[Length]) -> Any:
        parts = [
            select(
                select(
                    literal_column(str(n), Integer).label("word"),
                    literal_column(f"'{related.name}'", Text).label("name"),
                    related.id.label("id"),
                )
                .where(_has(related.column, n, length))
                .limit(FEW + 1)
                .subquery()
            )
            for n, length in enumerate(lengths)
            for related in self.related
        ]
        return union_all(*parts)


def _has(column: QueryableAttribute[Any], n: int, length: str) -> ColumnElement[bool]:
    if length == Length.BEGINNING:
        return or_(*(column.ilike(bindparam(f"word_{n}_{at}")) for at in range(len(_BEGINNINGS))))
    if length == Length.EVERYTHING:
        # The planner would take the index of trigrams, read all of it, and then every row.
        return column.concat("").ilike(bindparam(f"word_{n}"))
    return column.ilike(bindparam(f"word_{n}"))


def _how_many(ids: Sequence[int] | None) -> str:
    if ids is None:
        return "many"
    if not ids:
        return "none"
    return "few" if len(ids) <= FEW else "many"

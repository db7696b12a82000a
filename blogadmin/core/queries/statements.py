"""The statements behind a list: rows, order, filter and search put together, and kept for the next time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    LargeBinary,
    Select,
    any_,
    bindparam,
    cast,
    func,
    literal_column,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import QueryableAttribute, Session

from blogadmin.core.queries import abilities, bodies, times
from blogadmin.core.queries.abilities import Abilities
from blogadmin.core.queries.anchored import Arranged
from blogadmin.core.queries.columns import Column
from blogadmin.core.queries.conditions import check
from blogadmin.core.queries.filters import Filter, condition
from blogadmin.core.queries.search import Related, Search, Shape
from blogadmin.core.queries.spec import Group, ListSpec, Sort
from blogadmin.core.queries.terms import Term, columns_of
from blogadmin.core.queries.words import search_words

CHUNK = 65_536
"""Ids in a chunk of a packed list."""
NEAR = 5000
"""Rows at the beginning of a list that are searched for a common word before all of them are."""
_CHUNK_BYTES = CHUNK * 8


@dataclass(frozen=True, slots=True)
class Question:
    """What a list is asked, as far as its statements depend on it: equal ones share them.

    ``texts`` is what is looked for in bodies. ``ahead`` is how far this computer is ahead of UTC, where the
    filter asks for days.
    """

    sorts: tuple[Sort, ...]
    shape: Shape = ()
    where: Group | None = None
    texts: str = ""
    able: Abilities = abilities.ALL
    ahead: str = ""

    @property
    def ranked(self) -> bool:
        """Whether the best hits come first."""
        return bool(self.texts and not self.sorts)


class Statements:
    """Makes the statements of one listing."""

    def __init__(
        self,
        noun: str,
        columns: Mapping[str, Column],
        default_sort: tuple[Sort, ...],
        filters: Mapping[str, Filter],
        *,
        has_bodies: bool,
    ) -> None:
        key = columns["id"].order[0]
        if not isinstance(key, QueryableAttribute):
            raise TypeError("the id of a list is a stored column")
        self.key: QueryableAttribute[Any] = key
        self.search = _search_of(columns)
        self._noun = noun
        self._columns = columns
        self._default_sort = default_sort
        self._filters = filters
        self._fields = {name: made.field for name, made in filters.items()}
        self._has_bodies = has_bodies
        self._some_rows = self._shown().where(self.key == any_(bindparam("ids", type_=ARRAY(BigInteger))))
        self.first = lru_cache(maxsize=128)(self._first)
        self.near = lru_cache(maxsize=128)(self._near)
        """The first rows of a search, if they are among the first ``NEAR`` of all; ``None`` where finding
        those is no quicker."""
        self.arranged = lru_cache(maxsize=128)(self._arranged)
        self.packed = lru_cache(maxsize=128)(self._packed)
        self.with_snippets = lru_cache(maxsize=32)(self._with_snippets)

    def asked(self, spec: ListSpec, session: Session | None = None) -> tuple[Question, dict[str, Any]] | None:
        """What ``spec`` asks, and the statements' parameters; ``None`` for a list that can have no rows.

        Raises ``ValueError`` for a condition that cannot be asked. Without a session, search words are not
        looked up beforehand, and the database is taken to have everything.
        """
        if not spec.search and spec.where is None:
            return Question(spec.sort), {}
        if spec.where is not None:
            check(self._fields, spec.where)
        able = abilities.ALL if session is None else abilities.of(session)
        ahead = times.offset() if spec.where is not None else ""
        if spec.bodies and self._has_bodies and spec.search.strip():
            if search_words(spec.search) is None:
                return None
            return Question(spec.sort, (), spec.where, spec.search, able, ahead), {}
        searched = self.search.asked(session, spec.search, scripts=able.scripts)
        if searched is None:
            return None
        shape, values = searched
        return Question(spec.sort, shape, spec.where, "", able, ahead), values

    def rows(self, question: Question) -> Select[Any]:
        """Rows by the parameter ``ids``, with snippets if the question has texts."""
        return self.with_snippets(question.texts, question.able) if question.texts else self._some_rows

    def one(self, column: Column) -> Select[Any]:
        """A single cell of every row."""
        return self._joined(select(column.shown), (column,))

    def conditions(self, question: Question) -> list[ColumnElement[bool]]:
        """What rows must fulfil, on the columns of the list's own table."""
        found = self._filtered(question)
        if question.texts:
            found.append(bodies.found(question.texts, question.able))
        if question.shape:
            found.append(self.search.condition(question.shape))
        return found

    def guessed(self, question: Question) -> Select[Any]:
        """The rows of the list in no order, written so that the planner's guess of their number is good."""
        found = self._filtered(question)
        if question.texts:
            found.append(bodies.found(question.texts, question.able))
        statement = select(self.key).select_from(self.key.class_)
        if question.shape:
            searched = tuple(column for column in self._columns.values() if column.searched is not None)
            statement = self._joined(select(self.key), searched)
            found.append(self.search.joined(question.shape))
        return statement.where(*found)

    def sorts(self, chosen: tuple[Sort, ...]) -> tuple[Sort, ...]:
        """The order that is meant. Raises ``KeyError`` for a column that nobody sorts by."""
        meant = chosen or self._default_sort
        for sort in meant:
            if sort.column not in self._columns or not self._columns[sort.column].order:
                raise KeyError(f"{self._noun} cannot be sorted by {sort.column!r}")
        return meant

    def terms(self, sorts: tuple[Sort, ...]) -> tuple[Term, ...]:
        """Terms that put every row in its one place: a unique column, or id, ends them."""
        terms: dict[Any, Term] = {}
        for sort in sorts:
            for expression in self._columns[sort.column].order:
                terms.setdefault(expression, Term.of(expression, descending=sort.descending))
                if self._is_unique(expression):
                    return tuple(terms.values())
        # The same direction as the last column, so that one (column, id) index serves both.
        return (*terms.values(), Term.of(self.key, descending=sorts[-1].descending))

    def _filtered(self, question: Question) -> list[ColumnElement[bool]]:
        where = condition(self._filters, question.where, question.able) if question.where else None
        return [] if where is None else [where]

    def _shown(self, snippet: ColumnElement[str] | None = None) -> Select[Any]:
        shown = {name: column.shown for name, column in self._columns.items()}
        if snippet is not None:
            shown["snippet"] = snippet
        return self._joined(select(*shown.values()), tuple(self._columns.values()))

    def _joined(self, statement: Select[Any], columns: tuple[Column, ...]) -> Select[Any]:
        statement = statement.select_from(self.key.class_)
        for via in dict.fromkeys(column.via for column in columns if column.via is not None):
            statement = statement.join(via)
        return statement

    def _with_snippets(self, texts: str, able: Abilities) -> Select[Any]:
        shown = self._shown(bodies.snippet(texts, able))
        return shown.where(self.key == any_(bindparam("ids", type_=ARRAY(BigInteger))))

    def _first(self, question: Question) -> Select[Any]:
        limit = bindparam("most", type_=BigInteger)
        snippet = bodies.snippet(question.texts, question.able) if question.texts else None
        shown = self._shown(snippet)
        if question.ranked:
            ranked = bodies.candidates(question.texts, question.able, self._filtered(question))
            # Only what is ranked: the others come behind, and nobody sees them on the first screen.
            return shown.join(ranked, ranked.c.id == self.key).order_by(*self._by_rank(ranked)).limit(limit)
        order = _directed(self.terms(self.sorts(question.sorts)))
        if not question.shape and question.where is None and not question.texts:
            return shown.order_by(*order).limit(limit)
        # The planner may have to sort all that is found: then by what the order needs, not with all columns.
        top = self._found(question).limit(limit).subquery("top")
        return shown.join(top, top.c.id == self.key).order_by(*order)

    def _found(self, question: Question) -> Any:
        if not question.shape:
            return self.ids(question)
        # How often a part of a word occurs the planner cannot know. Behind OFFSET it may not hope to come
        # upon enough rows by following the order, which of a rare word would mean to read all rows.
        arranged = self.arranged(question)
        found = arranged.filtered().offset(literal_column("0")).subquery("found")
        keys = zip(arranged.order, columns_of(arranged.order, found), strict=True)
        return select(found.c.id).order_by(*(term.directed(key) for term, key in keys))

    def _near(self, question: Question) -> Select[Any] | None:
        if not question.shape or not self.arranged(question).seekable:
            return None
        begin = self.arranged(Question(question.sorts))
        near = begin.keyed().order_by(*begin.directed()).limit(NEAR).subquery("near")
        keys = zip(begin.order, columns_of(begin.order, near), strict=True)
        order = [term.directed(key) for term, key in keys]
        hit = sa.and_(*self.conditions(question)).label("hit")
        tried = select(self.key.label("id"), hit).join(near, near.c.id == self.key).order_by(*order)
        # Behind OFFSET these rows and no others are tried: the planner might think the word to be rare.
        fenced = tried.offset(literal_column("0")).subquery("tried")
        top = (
            select(fenced.c.id).where(fenced.c.hit).limit(bindparam("most", type_=BigInteger)).subquery("top")
        )
        terms = self.terms(self.sorts(question.sorts))
        return self._shown().join(top, top.c.id == self.key).order_by(*_directed(terms))

    def _by_rank(self, ranked: Any) -> list[ColumnElement[Any]]:
        return _directed((Term.of(ranked.c.rank, descending=True), *self.terms(self.sorts(()))))

    def _arranged(self, question: Question) -> Arranged:
        found = self.conditions(question)
        where = sa.and_(*found) if found else None
        if question.ranked:
            ranked = bodies.candidates(question.texts, question.able, self._filtered(question))
            rows = select(self.key).select_from(self.key.class_).outerjoin(ranked, ranked.c.id == self.key)
            terms = (Term.of(ranked.c.rank, descending=True), *self.terms(self.sorts(())))
            return Arranged(self.key, rows, where, terms, seekable=False)
        sorts = self.sorts(question.sorts)
        rows = self._joined(select(self.key), tuple(self._columns[sort.column] for sort in sorts))
        terms = self.terms(sorts)
        stored = all(isinstance(term.expression, QueryableAttribute) for term in terms)
        return Arranged(self.key, rows, where, terms, seekable=stored and len(sorts) <= 1)

    def ids(self, question: Question) -> Select[Any]:
        """The ids of the list in its order."""
        arranged = self.arranged(question)
        ids = arranged.filtered().with_only_columns(arranged.id.label("id"))
        return ids.order_by(*arranged.directed())

    def _packed(self, question: Question) -> Select[Any]:
        # One aggregate over the ordered ids, cut into chunks afterwards: half the time of grouping by row
        # number, and neither side ever makes an object for a row.
        ordered = self.ids(question).subquery("ordered")
        sent = func.int8send(cast(ordered.c.id, BigInteger), type_=LargeBinary)
        empty = literal_column("''::bytea", LargeBinary)
        packed = select(func.string_agg(sent, empty, type_=LargeBinary).label("ids")).subquery("packed")
        last = (func.octet_length(packed.c.ids, type_=sa.Integer) - 1) // _CHUNK_BYTES
        at = (
            func.generate_series(0, last).table_valued(sa.column("n", BigInteger), name="at").render_derived()
        )
        chunk = func.substring(packed.c.ids, at.c.n * _CHUNK_BYTES + 1, _CHUNK_BYTES, type_=LargeBinary)
        return select(chunk).select_from(packed.join(at, true()))

    def _is_unique(self, term: ColumnElement[Any] | QueryableAttribute[Any]) -> bool:
        if not isinstance(term, QueryableAttribute):
            return False
        stored = term.property.columns[0]
        own = stored.table is self.key.property.columns[0].table
        return own and not stored.nullable and bool(stored.primary_key or stored.unique)


def _directed(terms: tuple[Term, ...]) -> list[ColumnElement[Any]]:
    return [term.directed() for term in terms]


def _search_of(columns: Mapping[str, Column]) -> Search:
    own, related = [], []
    for name, column in columns.items():
        if column.searched is None:
            continue
        if column.via is None:
            own.append(column.searched)
        else:
            [(here, there)] = column.via.property.local_remote_pairs
            own_side, other_side = column.via.class_, column.searched.class_
            foreign, id_ = getattr(own_side, here.key), getattr(other_side, there.key)
            related.append(Related(name, foreign, id_, column.searched))
    return Search(own, related)

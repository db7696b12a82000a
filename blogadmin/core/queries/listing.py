"""One generic list query: a noun declares its columns, and everything that a list asks follows from them.

Statements are built once for each order and number of search words and kept, so that SQLAlchemy finds its
compiled form again; only columns are selected, never entities.

Text sorts as the database's collation has it (on the embedded server by code point: "Z" before "a"). Folding
case in the order would need an index on the folded text for each column, on every server; without one a
million rows would be sorted anew for each screen. A server with a language's collation sorts by it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Float,
    LargeBinary,
    Select,
    any_,
    bindparam,
    cast,
    func,
    literal_column,
    select,
    true,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import ARRAY, OID, REGCLASS
from sqlalchemy.orm import QueryableAttribute, Session

from blogadmin.core.database.errors import Invalid
from blogadmin.core.queries.anchored import Anchored, Arranged
from blogadmin.core.queries.cells import Time
from blogadmin.core.queries.spec import Field, ListSpec, Sort, Unreadable
from blogadmin.core.queries.terms import Term
from blogadmin.core.queries.words import matches, search_words

RowT = TypeVar("RowT", bound=tuple[Any, ...])

CHUNK = 65_536
"""Ids in a chunk of ``Listing.ids``."""
_CHUNK_BYTES = CHUNK * 8
_COUNTED_EXACTLY = 10_000
NOT_PYTHON = (ValueError, OverflowError, RecursionError)
"""What the driver and the types raise for a value that PostgreSQL can hold and Python cannot."""
_CATALOGUE = sa.table("pg_class", sa.column("oid", OID), sa.column("reltuples", Float), schema="pg_catalog")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a list: what is selected for it, and how it takes part in order and search.

    ``order`` is what sorting by it means; empty where nobody sorts by it. ``via`` is the
    relationship that must be joined before ``shown``, ``order`` or ``searched`` can be used.
    """

    shown: ColumnElement[Any] | QueryableAttribute[Any]
    order: tuple[ColumnElement[Any] | QueryableAttribute[Any], ...] = ()
    searched: QueryableAttribute[Any] | None = None
    via: QueryableAttribute[Any] | None = None


def plain(attribute: QueryableAttribute[Any]) -> Column:
    """A column shown and sorted by as it is stored."""
    return Column(shown=attribute, order=(attribute,))


def text(attribute: QueryableAttribute[str]) -> Column:
    """A column of text: shown, sorted by and searched as it is stored."""
    return Column(shown=attribute, order=(attribute,), searched=attribute)


def counted(number: ColumnElement[int]) -> Column:
    """A number that is counted for each row; sorting by it counts for all of them, and takes its time."""
    return Column(shown=number, order=(number,))


def moment(attribute: QueryableAttribute[Any]) -> Column:
    """A point in time: sorted by as it is stored, shown where Python has a date for it."""
    return Column(shown=shown_time(attribute), order=(attribute,))


def shown_time(attribute: QueryableAttribute[Any]) -> ColumnElement[Any]:
    """A point in time as it is selected for showing; raises ``ValueError`` when one cannot be shown."""
    return type_coerce(attribute, Time())


def cannot_open(reason: str) -> Invalid:
    """The error for a single row that cannot be shown."""
    return Invalid(None, f"cannot be opened here: {reason}.")


class Listing(Generic[RowT]):
    """How one noun is listed. ``columns`` carries the fields of ``row`` in their order, ``id`` first.

    ``first`` and ``ids`` raise ``KeyError`` for a column that is not in ``sortable``.
    """

    def __init__(
        self,
        noun: str,
        row: type[RowT],
        columns: Mapping[str, Column],
        default_sort: tuple[Sort, ...],
        fields: Mapping[str, Field] | None = None,
    ) -> None:
        self.noun = noun
        self.fields: Mapping[str, Field] = dict(fields or {})
        """What the list may be filtered by."""
        self.columns = dict(columns)
        self.default_sort = default_sort
        self.sortable = frozenset(name for name, column in columns.items() if column.order)
        """Columns that a list may be sorted by."""
        self._row = row
        key = self.columns["id"].order[0]
        if not isinstance(key, QueryableAttribute):
            raise TypeError("the id of a list is a stored column")
        self._key = key
        self._first = lru_cache(maxsize=128)(self._first_statement)
        self._ids = lru_cache(maxsize=128)(self._ids_statement)
        self._packed = lru_cache(maxsize=128)(self._packed_statement)
        self._parts = lru_cache(maxsize=128)(self._in_parts)
        self.places = Anchored(self)
        """Where the rows of a list are."""
        self._block = self._shown().where(self._key == any_(bindparam("ids", type_=ARRAY(BigInteger))))

    def first(self, session: Session, spec: ListSpec, limit: int = 128) -> list[RowT | Unreadable]:
        """The first ``limit`` rows of the list, by a LIMIT query of their own."""
        words = search_words(spec.search)
        if words is None:
            return []
        values = {**words, "most": limit}
        try:
            return self._read(session, self._first(spec.sort, len(words)), values)
        except NOT_PYTHON:
            ids = list(session.scalars(self._ids(spec.sort, len(words)).limit(limit), words))
            rows = self.rows(session, ids)
            return [rows[id_] for id_ in ids if id_ in rows]

    def ids(self, session: Session, spec: ListSpec) -> Iterator[bytes]:
        """The ids of the whole list in its order, packed as big-endian int8, at most ``CHUNK`` at a time."""
        words = search_words(spec.search)
        if words is None:
            return
        with session.execute(self._packed(spec.sort, len(words)), words) as chunks:
            for (chunk,) in chunks:
                yield bytes(chunk)

    def rows(self, session: Session, ids: Sequence[int]) -> dict[int, RowT | Unreadable]:
        """The rows of ``ids`` that still exist, by id."""
        if not ids:
            return {}
        try:
            return {row[0]: row for row in self._read(session, self._block, {"ids": list(ids)})}
        except NOT_PYTHON:
            if len(ids) == 1:
                return {ids[0]: Unreadable(ids[0], self.why_unreadable(session, ids[0]))}
        # Halving finds one bad row among 128 with 14 small queries instead of 128.
        half = len(ids) // 2
        return {**self.rows(session, ids[:half]), **self.rows(session, ids[half:])}

    def estimate(self, session: Session) -> int:
        """About how many rows there are: the catalogue's word, which costs the same however many they are.

        A table that was never analysed is counted, up to a bound.
        """
        known = session.scalar(
            select(_CATALOGUE.c.reltuples).where(_CATALOGUE.c.oid == cast(self.noun, REGCLASS))
        )
        if known is not None and known > 0:
            return int(known)
        some = select(self._key).limit(_COUNTED_EXACTLY).subquery()
        return session.scalar(select(func.count()).select_from(some)) or 0

    def arranged(self, spec: ListSpec) -> tuple[Arranged | None, Mapping[str, Any]]:
        """The list in parts and its parameters; ``None`` for one that can have no rows."""
        words = search_words(spec.search)
        return (None, {}) if words is None else (self._parts(spec.sort, len(words)), words)

    def why_unreadable(self, session: Session, id_: int) -> str:
        """Tell which columns of a row cannot be shown, for the person."""
        reasons: list[str] = []
        for name, column in self.columns.items():
            statement = self._joined(select(column.shown), {name: column}).where(self._key == id_)
            try:
                session.execute(statement).all()
            except NOT_PYTHON:
                far = isinstance(column.shown.type, Time)
                reasons.append(f"{name}: {'the date is too far away' if far else 'the value cannot be read'}")
        return "; ".join(reasons) or "it changed while it was being read"

    def _read(self, session: Session, statement: Select[Any], values: Mapping[str, Any]) -> list[Any]:
        # On the session's connection: session.execute() would unpack each row of columns once more. And
        # tuple.__new__ is _make() without a Python call for each row.
        row, new = self._row, tuple.__new__
        return [new(row, cells) for cells in session.connection().execute(statement, values).all()]

    def _shown(self) -> Select[Any]:
        return self._joined(select(*(column.shown for column in self.columns.values())), self.columns)

    def _joined(self, statement: Select[Any], names: Mapping[str, Column]) -> Select[Any]:
        statement = statement.select_from(self._key.class_)
        for via in dict.fromkeys(column.via for column in names.values() if column.via is not None):
            statement = statement.join(via)
        return statement

    def _first_statement(self, sorts: tuple[Sort, ...], words: int) -> Select[Any]:
        limit = bindparam("most", type_=BigInteger)
        return self._arranged(self._shown(), sorts, words).limit(limit)

    def _ids_statement(self, sorts: tuple[Sort, ...], words: int) -> Select[Any]:
        ordered = {sort.column for sort in self._sorts(sorts)}
        used = {
            name: column
            for name, column in self.columns.items()
            if name in ordered or (words and column.searched is not None)
        }
        return self._arranged(self._joined(select(self._key.label("id")), used), sorts, words)

    def _packed_statement(self, sorts: tuple[Sort, ...], words: int) -> Select[Any]:
        # One aggregate over the ordered ids, cut into chunks afterwards: half the time of grouping by row
        # number, and neither side ever makes an object for a row.
        ordered = self._ids(sorts, words).subquery("ordered")
        sent = func.int8send(cast(ordered.c.id, BigInteger), type_=LargeBinary)
        empty = literal_column("''::bytea", LargeBinary)
        packed = select(func.string_agg(sent, empty, type_=LargeBinary).label("ids")).subquery("packed")
        last = (func.octet_length(packed.c.ids, type_=sa.Integer) - 1) // _CHUNK_BYTES
        at = (
            func.generate_series(0, last).table_valued(sa.column("n", BigInteger), name="at").render_derived()
        )
        chunk = func.substring(packed.c.ids, at.c.n * _CHUNK_BYTES + 1, _CHUNK_BYTES, type_=LargeBinary)
        return select(chunk).select_from(packed.join(at, true()))

    def _arranged(self, statement: Select[Any], sorts: tuple[Sort, ...], words: int) -> Select[Any]:
        if words:
            searched = [column.searched for column in self.columns.values() if column.searched is not None]
            statement = statement.where(matches(searched, words))
        return statement.order_by(*self._order(self._sorts(sorts)))

    def _in_parts(self, sorts: tuple[Sort, ...], words: int) -> Arranged:
        ordered = {sort.column for sort in self._sorts(sorts)}
        used = {
            name: column
            for name, column in self.columns.items()
            if name in ordered or (words and column.searched is not None)
        }
        searched = [column.searched for column in self.columns.values() if column.searched is not None]
        where = matches(searched, words) if words else None
        rows = self._joined(select(self._key), used)
        terms = self._terms(self._sorts(sorts))
        stored = all(isinstance(term.expression, QueryableAttribute) for term in terms)
        return Arranged(self._key, rows, where, terms, seekable=stored and len(sorts) <= 1)

    def _sorts(self, sorts: tuple[Sort, ...]) -> tuple[Sort, ...]:
        chosen = sorts or self.default_sort
        for sort in chosen:
            if sort.column not in self.sortable:
                raise KeyError(f"{self.noun} cannot be sorted by {sort.column!r}")
        return chosen

    def _order(self, sorts: tuple[Sort, ...]) -> list[ColumnElement[Any]]:
        return [term.directed() for term in self._terms(sorts)]

    def _terms(self, sorts: tuple[Sort, ...]) -> tuple[Term, ...]:
        """Terms that put every row in its one place: a unique column, or id, ends them."""
        terms: dict[Any, Term] = {}
        for sort in sorts:
            for expression in self.columns[sort.column].order:
                terms.setdefault(expression, Term.of(expression, descending=sort.descending))
                if self._is_unique(expression):
                    return tuple(terms.values())
        # The same direction as the last column, so that one (column, id) index serves both.
        return (*terms.values(), Term.of(self._key, descending=sorts[-1].descending))

    def _is_unique(self, term: ColumnElement[Any] | QueryableAttribute[Any]) -> bool:
        if not isinstance(term, QueryableAttribute):
            return False
        stored = term.property.columns[0]
        own = stored.table is self._key.property.columns[0].table
        return own and not stored.nullable and bool(stored.primary_key or stored.unique)

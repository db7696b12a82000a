"""One generic list query: a noun declares its columns, and everything that a list asks follows from them.

Statements are built once for each question and kept, so that SQLAlchemy finds its compiled form again; only
columns are selected, never entities.

Text sorts as the database's collation has it (on the embedded server by code point: "Z" before "a"). Folding
case in the order would need an index on the folded text for each column, on every server; without one a
million rows would be sorted anew for each screen. A server with a language's collation sorts by it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import lru_cache
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy import Float, Select, cast, func, select
from sqlalchemy.dialects.postgresql import OID, REGCLASS
from sqlalchemy.dialects.postgresql.base import PGDialect
from sqlalchemy.orm import Session

from blogadmin.core.queries import abilities, bodies, facets, slowness
from blogadmin.core.queries.abilities import Abilities
from blogadmin.core.queries.anchored import Anchored, Arranged
from blogadmin.core.queries.cells import Read, Time
from blogadmin.core.queries.columns import NOT_PYTHON, Column
from blogadmin.core.queries.explained import rows_expected
from blogadmin.core.queries.facets import Facets
from blogadmin.core.queries.filters import Filter
from blogadmin.core.queries.glance import Glance
from blogadmin.core.queries.limits import PATIENCE, time_limit
from blogadmin.core.queries.prepared import prepared
from blogadmin.core.queries.spec import Field, ListSpec, Sort, Unreadable
from blogadmin.core.queries.statements import Question, Statements

RowT = TypeVar("RowT", bound=tuple[Any, ...])

_COUNTED_EXACTLY = 10_000
_CATALOGUE = sa.table("pg_class", sa.column("oid", OID), sa.column("reltuples", Float), schema="pg_catalog")


class Listing(Generic[RowT]):
    """How one noun is listed. ``columns`` carries the fields of ``row`` in their order, ``id`` first.

    Whatever takes a ``ListSpec`` raises ``KeyError`` for a sort by a column that is not in ``sortable``, and
    ``ValueError`` for a condition that its field does not know. With ``has_bodies`` the rows end with a
    ``snippet``, and texts are searched as ``queries.bodies`` tells; elsewhere ``bodies`` means nothing.
    """

    def __init__(
        self,
        noun: str,
        row: type[RowT],
        columns: Mapping[str, Column],
        default_sort: tuple[Sort, ...],
        filters: Mapping[str, Filter] | None = None,
        *,
        has_bodies: bool = False,
    ) -> None:
        self.noun = noun
        self.columns = dict(columns)
        self.default_sort = default_sort
        self.sortable = frozenset(name for name, column in columns.items() if column.order)
        """Columns that a list may be sorted by."""
        self.filters = dict(filters or {})
        self.fields: Mapping[str, Field] = {name: made.field for name, made in self.filters.items()}
        """What the list may be filtered by."""
        self.has_bodies = has_bodies
        self.statements = Statements(noun, self.columns, default_sort, self.filters, has_bodies=has_bodies)
        self._row = row
        self._glance = lru_cache(maxsize=32)(self._compiled_glance)
        self.places = Anchored(self)
        """Where the rows of a list are."""

    def first(self, session: Session, spec: ListSpec, limit: int = 128) -> list[RowT | Unreadable]:
        """The first ``limit`` rows of the list, by a LIMIT query of their own."""
        asked = self.statements.asked(spec, session)
        if asked is None:
            return []
        question, values = asked
        with self._patience(session, spec, question):
            try:
                return self._first_rows(session, question, {**values, "most": limit})
            except NOT_PYTHON:
                ids = list(session.scalars(self.statements.ids(question).limit(limit), values))
        rows = self.rows(session, ids, spec)
        return [rows[id_] for id_ in ids if id_ in rows]

    def glance(self, spec: ListSpec, limit: int) -> Glance | None:
        """How to read the first ``limit`` rows without SQLAlchemy; ``None`` for a list that is narrowed.

        Takes some milliseconds once for each order and limit, from any thread.
        """
        return None if spec.search or spec.where is not None else self._glance(spec.sort, limit)

    def _compiled_glance(self, order: tuple[Sort, ...], limit: int) -> Glance:
        statement = self.statements.first(Question(order)).params(most=limit)
        # Named parameters: the driver's own kind would have every per cent sign twice.
        text = statement.compile(
            dialect=PGDialect(paramstyle="named"), compile_kwargs={"literal_binds": True}
        )
        types = {name: column.shown.type for name, column in self.columns.items()}
        reads = {name: type_.read for name, type_ in types.items() if isinstance(type_, Read)}
        return Glance(str(text), self._row.__name__, tuple(self.columns), reads)

    def ids(self, session: Session, spec: ListSpec) -> Iterator[bytes]:
        """The ids of the whole list in its order, packed as big-endian int8, at most ``CHUNK`` at a time."""
        asked = self.statements.asked(spec, session)
        if asked is None:
            return
        question, values = asked
        packed = self.statements.packed(question)
        # Each row of the list is looked at here, while a person has the first ones already.
        with time_limit(session, PATIENCE), session.execute(packed, values) as chunks:
            for (chunk,) in chunks:
                yield bytes(chunk)

    def rows(
        self, session: Session, ids: Sequence[int], spec: ListSpec | None = None
    ) -> dict[int, RowT | Unreadable]:
        """The rows of ``ids`` that still exist, by id; with ``spec.bodies`` they show where its words hit."""
        if not ids:
            return {}
        # Who is in the list is known by now: only the texts of the search matter.
        texts = spec is not None and spec.bodies and self.has_bodies
        asked = self.statements.asked(ListSpec(spec.search, bodies=True), session) if spec and texts else None
        statement = self.statements.rows(asked[0] if asked else Question(()))
        return self._some_rows(session, ids, statement)

    def estimate(self, session: Session, spec: ListSpec | None = None) -> int:
        """About how many rows there are: the catalogue's word, which costs the same however many they are.

        For a list with a filter or a search it is what the planner expects. A table that was never analysed
        is counted, up to a bound.
        """
        if spec is not None and (spec.search.strip() or spec.where is not None):
            asked = self.statements.asked(spec, session)
            return 0 if asked is None else rows_expected(session, self.statements.guessed(asked[0]), asked[1])
        known = session.scalar(
            select(_CATALOGUE.c.reltuples).where(_CATALOGUE.c.oid == cast(self.noun, REGCLASS))
        )
        if known is not None and known > 0:
            return int(known)
        some = select(self.statements.key).limit(_COUNTED_EXACTLY).subquery()
        return session.scalar(select(func.count()).select_from(some)) or 0

    def arranged(
        self, spec: ListSpec, session: Session | None = None
    ) -> tuple[Arranged | None, Mapping[str, Any]]:
        """The list in parts and its parameters; ``None`` for one that can have no rows."""
        asked = self.statements.asked(spec, session)
        return (None, {}) if asked is None else (self.statements.arranged(asked[0]), asked[1])

    def facets(self, session: Session, spec: ListSpec, field: str, limit: int = 50) -> Facets:
        """How many rows of the list have each value of ``field``, the most frequent values first.

        Conditions on the field itself, where they stand beside the others, are left out: the numbers tell
        what choosing another value would show. Takes 300 ms at most; see ``Facets`` for what is told then.
        Raises ``ValueError`` for a field whose values are not counted.
        """
        return facets.count(self, session, spec, field, limit)

    def slow(self, spec: ListSpec, able: Abilities = abilities.ALL) -> str | None:
        """Why this list will take long, as a sentence for the person, or ``None`` if it will not.

        ``able`` is what the database has, by ``abilities.of(session)``. Such a list may run for ``PATIENCE``
        seconds.
        """
        return slowness.reason(self, spec, able)

    def ranked_in_part(self, session: Session, spec: ListSpec) -> bool:
        """Whether a search through bodies found more posts than it ranks (``bodies.CANDIDATES``)."""
        asked = self.statements.asked(spec, session)
        if asked is None or not asked[0].ranked:
            return False
        question = asked[0]
        where = self.statements.conditions(question)
        return bool(session.scalar(bodies.more_than_candidates(where)))

    def why_unreadable(self, session: Session, id_: int) -> str:
        """Tell which columns of a row cannot be shown, for the person."""
        reasons: list[str] = []
        for name, column in self.columns.items():
            try:
                session.execute(self.statements.one(column).where(self.statements.key == id_)).all()
            except NOT_PYTHON:
                far = isinstance(column.shown.type, Time)
                reasons.append(f"{name}: {'the date is too far away' if far else 'the value cannot be read'}")
        return "; ".join(reasons) or "it changed while it was being read"

    def _patience(self, session: Session, spec: ListSpec, question: Question) -> AbstractContextManager[None]:
        slow = self.slow(spec, question.able) is not None
        return time_limit(session, PATIENCE) if slow else nullcontext()

    def _first_rows(self, session: Session, question: Question, values: Mapping[str, Any]) -> list[Any]:
        near = self.statements.near(question)
        if near is not None:
            rows = self._read(session, near, values, again=True)
            if len(rows) == values["most"]:
                return rows
        return self._read(session, self.statements.first(question), values, again=True)

    def _some_rows(
        self, session: Session, ids: Sequence[int], statement: Select[Any]
    ) -> dict[int, RowT | Unreadable]:
        try:
            return {row[0]: row for row in self._read(session, statement, {"ids": list(ids)})}
        except NOT_PYTHON:
            if len(ids) == 1:
                return {ids[0]: Unreadable(ids[0], self.why_unreadable(session, ids[0]))}
        # Halving finds one bad row among 128 with 14 small queries instead of 128.
        half = len(ids) // 2
        return {
            **self._some_rows(session, ids[:half], statement),
            **self._some_rows(session, ids[half:], statement),
        }

    def _read(
        self, session: Session, statement: Select[Any], values: Mapping[str, Any], *, again: bool = False
    ) -> list[Any]:
        # tuple.__new__ is _make() without a Python call for each row.
        row, new, connection = self._row, tuple.__new__, session.connection()
        ready = prepared(statement, connection.dialect, again=again)
        found = (
            connection.execute(statement, values).all() if ready is None else ready.rows(connection, values)
        )
        return [new(row, cells) for cells in found]

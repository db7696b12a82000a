"""Where the rows of a list are when it is too long to keep every id: an anchor for each 256 rows.

An anchor is what the order says of a row: the values that it sorts by, read in the same statement that
counted the rows. It marks a place between the others, so it stays true when the row itself is deleted or
moves elsewhere, and the ids from one anchor to the next can be read at any time.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    LargeBinary,
    Select,
    Text,
    any_,
    bindparam,
    cast,
    func,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY, BIT, aggregate_order_by
from sqlalchemy.orm import QueryableAttribute, Session

from blogadmin.core.queries import guessed
from blogadmin.core.queries.limits import PATIENCE, time_limit
from blogadmin.core.queries.places import STRIDE, Key, Part
from blogadmin.core.queries.prepared import prepared
from blogadmin.core.queries.terms import Term, before_key, columns_of, from_key, within

if TYPE_CHECKING:
    from blogadmin.core.queries.listing import Listing
    from blogadmin.core.queries.spec import ListSpec

_ID_BYTES = 8
_SLACK = 64
"""Rows beyond ``STRIDE`` that are read between two anchors, should others have moved there."""
_EMPTY = sa.literal_column("''::bytea", LargeBinary)
_IDS_AT_ONCE = 16_384
"""Ids in a part: the driver makes bytes of it in a fifth of a millisecond, in which nobody else may work."""
_ROWS_AT_ONCE = 65_536
"""Rows in a part of a list that comes as anchors."""
_NEVER = 2**40
_BYTES_AT_ONCE = _IDS_AT_ONCE * _ID_BYTES
_STRIDE_BYTES = STRIDE * _ID_BYTES
_ANCHORED_BYTES = _ROWS_AT_ONCE * _ID_BYTES
_ANCHORS_AT_ONCE = _ROWS_AT_ONCE // STRIDE


@dataclass(frozen=True, slots=True, eq=False)
class Arranged:
    """A list in parts: its id, all rows with what the order needs joined, the filter, the order.

    Statements are kept by it, so a listing gives the same one for the same list.
    """

    id: QueryableAttribute[Any]
    rows: Select[Any]
    where: ColumnElement[bool] | None
    order: tuple[Term, ...]
    seekable: bool
    """Whether an index may follow the order, so that a place in it is found without sorting all rows."""

    def keyed(self) -> Any:
        """Every row's ``id``, and as ``k0``, ``k1``, … what the list sorts it by; unfiltered, in no order."""
        labels = (term.expression.label(f"k{n}") for n, term in enumerate(self.order))
        return self.rows.with_only_columns(self.id.label("id"), *labels)

    def filtered(self, *more: ColumnElement[bool]) -> Any:
        """The same of the rows of the list only."""
        return self.keyed().where(*more) if self.where is None else self.keyed().where(self.where, *more)

    def directed(self) -> list[ColumnElement[Any]]:
        """The order as ORDER BY takes it."""
        return [term.directed() for term in self.order]


class Anchored:
    """Reads where rows are, for one listing. Ids come packed: big-endian, eight bytes each."""

    def __init__(self, listing: Listing[Any]) -> None:
        self._listing = listing

    def survey(self, session: Session, spec: ListSpec, most: int) -> Generator[Part]:
        """Where all rows are: ids if there are at most ``most`` of them, else anchors.

        The server decides when it has counted. A list whose order no index follows always comes as ids,
        since finding an anchor in it would mean sorting it anew.
        """
        arranged, values = self._listing.arranged(spec, session)
        if arranged is None:
            return
        limit = most if arranged.seekable else _NEVER
        sent = {**values, "anchors_from": limit}
        # Each row of the list is looked at here, however many there are.
        # On the connection, one part after the other: the session would have the driver make them all at
        # once, which holds up every other thread.
        connection = session.connection()
        with time_limit(session, PATIENCE), connection.execute(_survey(arranged), sent) as parts:
            for part in parts:
                yield Part(part.total, part.newest, part.anchored, bytes(part.ids or b""), part.anchors or "")

    def between(
        self, session: Session, spec: ListSpec, start: Key, stop: Key | None, newest: int, most: int | None
    ) -> bytes:
        """The ids of the rows from ``start`` up to but not including ``stop``, in order, ``most`` at most.

        Rows made after the list, with an id above ``newest``, are left out.
        """
        arranged, values = self._listing.arranged(spec, session)
        if arranged is None:
            return b""
        missing_stop = None if stop is None else _missing(stop)
        statement = _between(arranged, _missing(start), missing_stop, bounded=most is not None)
        bounds = {f"from_{n}": part for n, part in enumerate(start)}
        bounds |= {f"to_{n}": part for n, part in enumerate(stop or ())}
        slack = None if most is None else most + _SLACK
        sent = {**values, **bounds, "newest": newest, "most": most, "slack": slack}
        return _ids(session, statement, sent)

    def at(self, session: Session, spec: ListSpec, offset: int, count: int, *, backwards: bool) -> bytes:
        """The ids of ``count`` rows after ``offset`` others; ``backwards`` counts and reads from the end."""
        arranged, values = self._listing.arranged(spec, session)
        if arranged is None:
            return b""
        sent = {**values, "offset": offset, "count": count}
        return _ids(session, _at(arranged, backwards), sent)

    def marks(self, session: Session, spec: ListSpec) -> tuple[Key, ...]:
        """Keys of rows that lie about evenly over the list, in its order.

        None where no index follows the order, or where finding them would take long.
        """
        arranged, values = self._listing.arranged(spec, session)
        if arranged is None or not arranged.seekable:
            return ()
        return guessed.keys(session, arranged, values)

    def beside(
        self, session: Session, spec: ListSpec, key: Key, offset: int, count: int, *, backwards: bool
    ) -> bytes:
        """The ids of ``count`` rows after ``offset`` others, the row of ``key`` being the first of all.

        ``backwards`` counts and reads towards the beginning, from the row before.
        """
        arranged, values = self._listing.arranged(spec, session)
        if arranged is None:
            return b""
        statement = _beside(arranged, _missing(key), backwards)
        parts = {f"from_{n}": part for n, part in enumerate(key)}
        sent = {**values, **parts, "offset": offset, "count": count, "reach": offset + count}
        return _ids(session, statement, sent)

    def locate(
        self, session: Session, spec: ListSpec, ids: Sequence[int], pivots: Sequence[Key]
    ) -> dict[int, int]:
        """Which of ``pivots``, in the list's order, each row of ``ids`` comes after; without those before."""
        arranged, values = self._listing.arranged(spec, session)
        if arranged is None or not ids or not pivots:
            return {}
        columns = {f"pivots_{n}": list(column) for n, column in enumerate(zip(*pivots, strict=True))}
        found = session.execute(_locate(arranged), {**values, **columns, "ids": list(ids)})
        return {row.id: int(row.behind) - 1 for row in found}

    def newer(self, session: Session, spec: ListSpec, newest: int, most: int) -> list[int]:
        """Ids of rows of the list that are above ``newest``, at most ``most`` of them."""
        arranged, values = self._listing.arranged(spec, session)
        if arranged is None:
            return []
        return list(session.scalars(_newer(arranged), {**values, "newest": newest, "most": most}))

    def estimate(self, session: Session, spec: ListSpec) -> int:
        """About how many rows the list has: the catalogue's word, or the planner's for a filtered one."""
        return self._listing.estimate(session, spec)


def _ids(session: Session, statement: Select[Any], values: Mapping[str, Any]) -> bytes:
    """What a packing statement gives, in half the time that SQLAlchemy takes beside the server."""
    connection = session.connection()
    ready = prepared(statement, connection.dialect)
    found = connection.scalar(statement, values) if ready is None else ready.rows(connection, values)[0][0]
    return bytes(found or b"")


def _missing(key: Key) -> tuple[bool, ...]:
    return tuple(part is None for part in key)


def _number(name: str) -> ColumnElement[int]:
    return bindparam(name, type_=BigInteger)


def _packed(ids: sa.FromClause) -> Select[Any]:
    """The ids of a subquery, in the order in which it gives them, as one string of bytes."""
    sent = func.int8send(cast(ids.c.id, BigInteger), type_=LargeBinary)
    return sa.select(func.string_agg(sent, _EMPTY, type_=LargeBinary).label("ids")).select_from(ids)


def _series(first: ColumnElement[int], last: ColumnElement[int], name: str) -> Any:
    return (
        func.generate_series(first, last).table_valued(sa.column("n", BigInteger), name=name).render_derived()
    )


@lru_cache(maxsize=64)
def _survey(arranged: Arranged) -> Select[Any]:
    # One aggregate over the ordered ids, cut up afterwards: a window function that numbers the rows would
    # take as long again. Anchors join their rows inside the same statement, so that no row can move between.
    ids = arranged.filtered().with_only_columns(arranged.id)
    packed = _packed(ids.order_by(*arranged.directed()).subquery("ordered")).subquery("packed")
    length = func.octet_length(packed.c.ids, type_=Integer)
    anchored = length > _number("anchors_from") * _ID_BYTES
    last_part = (length - 1) // sa.case((anchored, _ANCHORED_BYTES), else_=_BYTES_AT_ONCE)
    part = _series(sa.literal_column("0", Integer), last_part, "part")
    last_anchor = (length - 1) // _STRIDE_BYTES
    first = part.c.n * _ANCHORS_AT_ONCE
    stop = sa.case((anchored, func.least(first + _ANCHORS_AT_ONCE - 1, last_anchor)), else_=-1)
    number = _series(first, stop, "number")
    keyed = arranged.keyed().where(arranged.id == _id_at(packed.c.ids, number.c.n * _STRIDE_BYTES))
    row = keyed.correlate(packed, number).lateral("row")
    key = func.json_build_array(*(cast(column, Text) for column in columns_of(arranged.order, row)))
    listed = sa.select(cast(func.json_agg(aggregate_order_by(key, number.c.n)), Text).label("anchors"))
    keys = listed.select_from(number.join(row, true())).correlate(packed, part).lateral("keys")
    slice_ = sa.case(
        (~anchored, func.substring(packed.c.ids, part.c.n * _BYTES_AT_ONCE + 1, _BYTES_AT_ONCE)),
        (part.c.n == 0, func.substring(packed.c.ids, 1, _STRIDE_BYTES)),
        (
            part.c.n == last_part,
            func.substring(packed.c.ids, last_anchor * _STRIDE_BYTES + 1),
        ),
    )
    told: list[Any] = [
        (length // _ID_BYTES).label("total"),
        sa.select(func.max(arranged.id)).scalar_subquery().label("newest"),
        anchored.label("anchored"),
        sa.type_coerce(slice_, LargeBinary).label("ids"),
        keys.c.anchors,
    ]
    surveyed: Any = sa.select(*told)
    return surveyed.select_from(packed.join(part, true()).join(keys, true()))


def _id_at(packed: ColumnElement[bytes], place: ColumnElement[int]) -> ColumnElement[int]:
    digits = func.encode(func.substring(packed, place + 1, _ID_BYTES), "hex")
    return cast(cast(sa.literal_column("'x'", Text).concat(digits), BIT(64)), BigInteger)


@lru_cache(maxsize=64)
def _between(
    arranged: Arranged, start: tuple[bool, ...], stop: tuple[bool, ...] | None, *, bounded: bool
) -> Select[Any]:
    made_before = arranged.id <= _number("newest")
    inside = [] if stop is None else [within(arranged.order[0], stop[0], "to_")]
    branches = []
    for condition in from_key(arranged.order, start, "from_"):
        branch = arranged.filtered(condition, made_before, *inside).order_by(*arranged.directed())
        branches.append(branch.limit(_number("slack")) if bounded else branch)
    rows = sa.union_all(*(sa.select(branch.subquery()) for branch in branches)).subquery("rows")
    values = columns_of(arranged.order, rows)
    directed = [term.directed(value) for term, value in zip(arranged.order, values, strict=True)]
    found = sa.select(rows.c.id).order_by(*directed)
    if stop is not None:
        found = found.where(before_key(arranged.order, values, stop, "to_"))
    return _packed((found.limit(_number("most")) if bounded else found).subquery("found"))


@lru_cache(maxsize=64)
def _at(arranged: Arranged, backwards: bool) -> Select[Any]:
    order = [term.reversed() for term in arranged.order] if backwards else arranged.directed()
    ids = arranged.filtered().with_only_columns(arranged.id).order_by(*order)
    return _packed(ids.offset(_number("offset")).limit(_number("count")).subquery("found"))


@lru_cache(maxsize=64)
def _beside(arranged: Arranged, missing: tuple[bool, ...], backwards: bool) -> Select[Any]:
    return _packed(guessed.beside(arranged, missing, backwards).subquery("found"))


@lru_cache(maxsize=64)
def _locate(arranged: Arranged) -> Any:
    # Rows and pivots are sorted together once; each row then stands behind as many pivots as came before.
    terms = arranged.order
    lists = [bindparam(f"pivots_{n}", type_=ARRAY(Text)) for n in range(len(terms))]
    names = [sa.column(f"p{n}", Text) for n in range(len(terms))]
    pivots = func.unnest(*lists).table_valued(*names, name="pivots").render_derived()
    marks = sa.select(
        sa.literal_column("1", Integer).label("pivot"),
        sa.literal_column("NULL", BigInteger).label("id"),
        *(cast(pivots.c[f"p{n}"], term.expression.type).label(f"k{n}") for n, term in enumerate(terms)),
    )
    keyed = arranged.filtered(arranged.id == any_(bindparam("ids", type_=ARRAY(BigInteger)))).subquery(
        "sought"
    )
    sought = sa.select(sa.literal_column("0", Integer), keyed.c.id, *columns_of(terms, keyed))
    both = sa.union_all(marks, sought).subquery("both")
    directed = [term.directed(value) for term, value in zip(terms, columns_of(terms, both), strict=True)]
    behind = func.sum(both.c.pivot).over(order_by=[*directed, both.c.pivot.desc()]).label("behind")
    counted = sa.select(both.c.id, both.c.pivot, behind).subquery("counted")
    found = sa.select(counted.c.id, counted.c.behind)
    return found.where(counted.c.pivot == 0, counted.c.behind > 0)


@lru_cache(maxsize=64)
def _newer(arranged: Arranged) -> Select[Any]:
    ids = arranged.filtered().with_only_columns(arranged.id)
    return ids.where(arranged.id > _number("newest")).limit(_number("most"))

"""Places in a list of which it is known only about how many rows come before them.

Some hundred ids that lie evenly over the table are looked up. Those of their rows that the list has, put in
its order, lie about evenly over the list, whatever it is filtered or sorted by and however its values are
spread; from each of them rows can be counted. That takes some ten milliseconds, however long the list is.

Statistics of the sorted column itself would be more exact. But they know nothing of filters, joins and equal
values, are lacking where nobody has analysed the table, and the place is a guess either way.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy import BigInteger, Boolean, Select, Text, bindparam, cast, func, true
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import QueryableAttribute, Session

from blogadmin.core.queries.limits import ran_out, time_limit
from blogadmin.core.queries.places import Key
from blogadmin.core.queries.terms import before, columns_of, from_key

if TYPE_CHECKING:
    from blogadmin.core.queries.anchored import Arranged

PROBES = 256
"""Ids that are looked up: the guess is wrong by some three hundredths of the list at most times."""
_SECONDS = 0.3
"""For that long at most: from a disk that has to look for each row it is no quicker than counting."""
_GOLDEN = 0.618
_STATISTICS = sa.table(
    "pg_stats",
    sa.column("schemaname", Text),
    sa.column("tablename", Text),
    sa.column("attname", Text),
    sa.column("inherited", Boolean),
    sa.column("histogram_bounds", Text),
    schema="pg_catalog",
)


def keys(session: Session, arranged: Arranged, values: Mapping[str, Any]) -> tuple[Key, ...]:
    """Keys of rows that lie about evenly over the list, in its order; none where finding them takes long."""
    try:
        with time_limit(session, _SECONDS):
            ids = _spread(_bounds(session, arranged.id))
            found = session.scalar(_rows_of(arranged), {**values, "probes": ids})
    except DBAPIError as error:
        if not ran_out(error):
            raise
        return ()
    return tuple(tuple(key) for key in json.loads(found or "[]"))


def beside(arranged: Arranged, missing: tuple[bool, ...], backwards: bool) -> Select[Any]:
    """The ids of the ``count`` rows after ``offset`` others, counted from the key ``from_0``, ``from_1``, …

    That of the key itself is the first one; ``backwards`` begins before it and goes away from it.
    ``missing`` tells which parts of the key are NULL; ``reach`` must be ``offset`` and ``count`` together.
    """
    terms = arranged.order
    conditions = before(terms, missing, "from_") if backwards else from_key(terms, missing, "from_")
    order = [term.reversed() if backwards else term.directed() for term in terms]
    reach = bindparam("reach", type_=BigInteger)
    branches = [arranged.filtered(condition).order_by(*order).limit(reach) for condition in conditions]
    rows = sa.union_all(*(sa.select(branch.subquery()) for branch in branches)).subquery("rows")
    pairs = zip(terms, columns_of(terms, rows), strict=True)
    ordered = [term.reversed(value) if backwards else term.directed(value) for term, value in pairs]
    skipped = bindparam("offset", type_=BigInteger)
    return sa.select(rows.c.id).order_by(*ordered).offset(skipped).limit(bindparam("count", type_=BigInteger))


def _bounds(session: Session, key: QueryableAttribute[Any]) -> list[int]:
    """Ids between any two of which there are about equally many rows, also where most ids are not used.

    Without statistics, or where they are kept from this login, the first id and the last.
    """
    may = func.has_table_privilege("pg_catalog.pg_stats", "SELECT", type_=Boolean)
    readable, first, last = session.execute(sa.select(may, func.min(key), func.max(key))).one()
    told = session.scalar(_id_statistics(key)) if readable else None
    return list(told) if told else [first or 0, last or 0]


def _id_statistics(key: QueryableAttribute[Any]) -> Select[Any]:
    column = key.property.columns[0]
    return (
        sa.select(cast(cast(_STATISTICS.c.histogram_bounds, Text), ARRAY(BigInteger)))
        .where(
            _STATISTICS.c.tablename == column.table.name,
            _STATISTICS.c.attname == column.name,
            _STATISTICS.c.schemaname == sa.any_(func.current_schemas(sa.false(), type_=ARRAY(Text))),
        )
        # Of all parts of a table in parts, where there are any.
        .order_by(_STATISTICS.c.inherited.desc())
        .limit(1)
    )


def _spread(bounds: Sequence[int]) -> list[int]:
    """``PROBES`` ids or a few less, equally many between any two of ``bounds``."""
    parts = max(1, PROBES // max(1, len(bounds) - 1))
    # At equal steps they might all hit upon the same value of a column that goes round and round.
    numbered = ((n, low, high) for low, high in pairwise(bounds) for n in range(parts))
    return [
        low + int((high - low) * (n + place * _GOLDEN % 1) / parts)
        for place, (n, low, high) in enumerate(numbered)
    ]


@lru_cache(maxsize=64)
def _rows_of(arranged: Arranged) -> Select[Any]:
    ids = bindparam("probes", type_=ARRAY(BigInteger))
    probe = func.unnest(ids).table_valued(sa.column("id", BigInteger), name="probe").render_derived()
    near = sa.select(arranged.id).where(arranged.id >= probe.c.id).order_by(arranged.id).limit(1)
    there = near.correlate(probe).lateral("there")
    # Row by row and by the id: among all rows the planner might look for the filter first.
    row = arranged.filtered(arranged.id == there.c.id).correlate(there).lateral("row")
    columns = columns_of(arranged.order, row)
    key = func.json_build_array(*(cast(column, Text) for column in columns))
    directed = [term.directed(column) for term, column in zip(arranged.order, columns, strict=True)]
    told = cast(func.json_agg(aggregate_order_by(key, *directed)), Text)
    return sa.select(told).select_from(probe.join(there, true()).join(row, true()))

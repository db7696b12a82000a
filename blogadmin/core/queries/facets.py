"""How many rows have each value of a field, told while a person looks: exactly, or at least so many."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, Select, bindparam, func, literal_column, select, true
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from blogadmin.core.queries.filters import tag_list
from blogadmin.core.queries.limits import ran_out, time_limit
from blogadmin.core.queries.spec import Condition, Group, Kind, ListSpec

if TYPE_CHECKING:
    from blogadmin.core.queries.listing import Listing

EXACT_FOR = 0.15
"""Seconds for counting exactly; what is left of 300 ms is for the rows made last."""
NEWEST = 20_000
"""Rows made last that are counted when counting all takes too long."""
_FOR_NEWEST = 0.1
_COUNTED = frozenset({Kind.CHOICE, Kind.PERSON, Kind.FLAG, Kind.TAGS})


@dataclass(frozen=True, slots=True)
class Facets:
    """Values with how many rows have each, the most frequent first.

    If not ``exact``, only the ``NEWEST`` rows made last were counted: there are at least so many, and a
    value may be missing (all of them, if even that took too long). A tag or a user beyond the limit is
    missing either way.
    """

    values: tuple[tuple[str | int | bool, int], ...]
    exact: bool


def count(listing: Listing[Any], session: Session, spec: ListSpec, field: str, limit: int) -> Facets:
    """Count the values of ``field`` in a list; the listing's own method tells more."""
    known = listing.fields.get(field)
    if known is None or known.kind not in _COUNTED:
        raise ValueError(f"the values of {field!r} are not counted")
    where = _without(spec.where, field)
    asked = listing.statements.asked(ListSpec(spec.search, (), where, spec.bodies), session)
    if asked is None:
        return Facets((), exact=True)
    question, values = asked
    conditions = listing.statements.conditions(question)
    rows: Any = select(listing.filters[field].column.label("value")).where(*conditions)
    values = {**values, "values_most": limit}
    found = _pairs(session, _counted(rows, known.kind), values, EXACT_FOR)
    if found is not None:
        return Facets(found, exact=True)
    # The planner is told the id itself: then it knows how few rows lie above it, and reads these.
    some = rows.where(listing.statements.key >= bindparam("since", type_=BigInteger))
    values["since"] = _since(listing, session)
    return Facets(_pairs(session, _counted(some, known.kind), values, _FOR_NEWEST) or (), exact=False)


def _without(where: Group | None, field: str) -> Group | None:
    if where is None or where.any:
        return where
    kept = tuple(part for part in where.parts if not (isinstance(part, Condition) and part.field == field))
    return Group(kept) if kept else None


def _since(listing: Listing[Any], session: Session) -> int:
    key = listing.statements.key
    return session.scalar(select(key).order_by(key.desc()).offset(NEWEST - 1).limit(1)) or 0


def _counted(rows: Any, kind: Kind) -> Any:
    found = rows.subquery("found")
    most = bindparam("values_most", type_=BigInteger)
    value: Any = found.c.value
    statement: Any = select(literal_column("1")).select_from(found)
    if kind is Kind.TAGS:
        tag = func.jsonb_array_elements(tag_list(found.c.value)).table_valued("value", name="tag")
        value = tag.c.value.op("#>>")(literal_column("'{}'"))
        statement = select(literal_column("1")).select_from(found.join(tag, true()))
        statement = statement.where(func.jsonb_typeof(tag.c.value) == "string")
    number = func.count().label("number")
    return (
        statement.with_only_columns(value.label("value"), number)
        .group_by(value)
        .order_by(number.desc(), value)
        .limit(most)
    )


def _pairs(
    session: Session, statement: Select[Any], values: dict[str, Any], seconds: float
) -> tuple[tuple[Any, int], ...] | None:
    """What was counted, or ``None`` when the time did not suffice."""
    try:
        with time_limit(session, seconds):
            rows = session.connection().execute(statement, values).all()
    except DBAPIError as error:
        if not ran_out(error):
            raise
        return None
    return tuple((row.value, row.number) for row in rows)

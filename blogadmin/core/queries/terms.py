"""The terms of an order, and conditions on which side of a place in it a row stands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Text, and_, bindparam, cast, false, or_, true
from sqlalchemy.orm import QueryableAttribute


class Term(NamedTuple):
    """One expression of an order, NULLs last. The last term of an order is unique and never NULL."""

    expression: ColumnElement[Any] | QueryableAttribute[Any]
    descending: bool
    nullable: bool

    @classmethod
    def of(cls, expression: ColumnElement[Any] | QueryableAttribute[Any], *, descending: bool) -> Term:
        """The term for a column or an expression."""
        column = expression.property.columns[0] if isinstance(expression, QueryableAttribute) else None
        return cls(expression, descending, column is None or bool(column.nullable))

    def directed(self, expression: ColumnElement[Any] | None = None) -> ColumnElement[Any]:
        """The term, or ``expression`` in its place, as ORDER BY takes it."""
        by: Any = self.expression if expression is None else expression
        if not self.descending:
            return by.asc()
        # For a column without NULLs the words would only keep PostgreSQL from using the index.
        return by.desc().nulls_last() if self.nullable else by.desc()

    def reversed(self, expression: ColumnElement[Any] | None = None) -> ColumnElement[Any]:
        """The term, or ``expression`` in its place, as ORDER BY takes it to read from the end."""
        by: Any = self.expression if expression is None else expression
        if not self.descending:
            return by.desc()
        return by.asc().nulls_first() if self.nullable else by.asc()

    def bound(self, name: str) -> ColumnElement[Any]:
        """A parameter that holds a part of a key, as a value of the term."""
        return cast(bindparam(name, type_=Text), self.expression.type)


def columns_of(terms: Sequence[Term], table: sa.FromClause) -> list[ColumnElement[Any]]:
    """The columns ``k0``, ``k1``, … of a subquery that hold the values of ``terms``."""
    return [table.c[f"k{n}"] for n in range(len(terms))]


def from_key(terms: Sequence[Term], missing: Sequence[bool], prefix: str) -> list[ColumnElement[bool]]:
    """Conditions that the rows from a key on fulfil, each row one of them, in the list's order.

    One for each term and no OR, so that an index leads straight to each. ``missing`` tells which parts of
    the key are NULL.
    """
    expressions = [term.expression for term in terms]
    last = len(terms) - 1
    here = _equal(expressions[:last], terms, missing, prefix)
    found = [and_(*here, _beyond(terms[last], expressions[last], prefix, last, inclusive=True))]
    for place in range(last - 1, -1, -1):
        if not missing[place]:
            equal = _equal(expressions[:place], terms, missing, prefix)
            found.append(and_(*equal, _beyond(terms[place], expressions[place], prefix, place)))
    return found


def before(terms: Sequence[Term], missing: Sequence[bool], prefix: str) -> list[ColumnElement[bool]]:
    """Conditions that the rows before a key fulfil, each row one of them, the nearest rows first.

    As ``from_key`` one for each term, so that an index leads straight to each.
    """
    expressions = [term.expression for term in terms]
    return [
        and_(*_equal(expressions[:place], terms, missing, prefix), _nearer(terms, missing, prefix, place))
        for place in range(len(terms) - 1, -1, -1)
    ]


def within(term: Term, missing: bool, prefix: str) -> ColumnElement[bool]:
    """Condition that the first ``term`` of an order is not beyond a key: where an index may stop reading."""
    if missing:
        return true()
    bound = term.bound(f"{prefix}0")
    return term.expression >= bound if term.descending else term.expression <= bound


def before_key(
    terms: Sequence[Term], values: Sequence[Any], missing: Sequence[bool], prefix: str
) -> ColumnElement[bool]:
    """Condition that ``values``, one for each term, stand before a key in the list."""
    ways = [
        and_(
            *_equal(values[:place], terms, missing, prefix),
            _nearer(terms, missing, prefix, place, values[place]),
        )
        for place in range(len(terms))
    ]
    return or_(false(), *ways)


def _nearer(
    terms: Sequence[Term], missing: Sequence[bool], prefix: str, place: int, value: Any = None
) -> ColumnElement[bool]:
    """Condition that a term, or ``value`` in its place, stands before its part of a key."""
    term = terms[place]
    value = term.expression if value is None else value
    if missing[place]:
        return value.is_not(None)
    bound = term.bound(f"{prefix}{place}")
    return value > bound if term.descending else value < bound


def _equal(
    values: Sequence[Any], terms: Sequence[Term], missing: Sequence[bool], prefix: str
) -> list[ColumnElement[bool]]:
    return [
        value.is_(None) if missing[place] else value == terms[place].bound(f"{prefix}{place}")
        for place, value in enumerate(values)
    ]


def _beyond(
    term: Term, value: Any, prefix: str, place: int, *, inclusive: bool = False
) -> ColumnElement[bool]:
    bound = term.bound(f"{prefix}{place}")
    if inclusive:
        return value <= bound if term.descending else value >= bound
    after = value < bound if term.descending else value > bound
    return or_(after, value.is_(None)) if term.nullable else after

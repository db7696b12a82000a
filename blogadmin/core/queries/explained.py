"""What the planner expects of a statement, without running it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import Session


def plan(session: Session, statement: Select[Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """The plan of ``statement`` as ``EXPLAIN (FORMAT JSON)`` tells it."""
    connection = session.connection()
    compiled = statement.compile(dialect=connection.dialect)
    sent = compiled.construct_params({**compiled.params, **values})
    told = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {compiled}", dict(sent)).scalar_one()
    return told[0]["Plan"]


def rows_expected(session: Session, statement: Select[Any], values: Mapping[str, Any]) -> int:
    """About how many rows ``statement`` will give."""
    return int(plan(session, statement, values)["Plan Rows"])

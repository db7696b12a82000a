"""Who changed a row since: this program itself, as by what was undone meanwhile, or somebody else.

The history tells, by the names of the requests. Where none is kept, or this login may not read it, nobody
knows, and a row that moved was moved by somebody else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from sqlalchemy import BigInteger, Integer, Text, bindparam, func, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from blogadmin.core.database.units import own_requests


def moved_by_us(
    session: Session, noun: str, versions: Mapping[int, int], column: str | None = None
) -> dict[int, int]:
    """Of rows that are past ``versions``, those that nobody but us changed since, with their versions now.

    With ``column`` only those in which it holds what it held then.
    """
    own = _own(session) if versions else None
    if own is None:
        return {}
    quote = session.get_bind().dialect.identifier_preparer.quote
    same = "" if column is None else _SAME.format(value=quote(column))
    statement = text(_BY_US.format(table=quote(noun), same=same)).bindparams(
        bindparam("ids", list(versions), type_=ARRAY(BigInteger)),
        bindparam("versions", list(versions.values()), type_=ARRAY(Integer)),
    )
    parameters = {"noun": noun, "own": own, **({} if column is None else {"column": column})}
    return {row[0]: row[1] for row in session.execute(statement, parameters)}


def written_by_others(
    session: Session, noun: str, id_: int, version: int, columns: Iterable[str]
) -> frozenset[str]:
    """Which of ``columns`` of a row somebody else has written after ``version``, be it what we had."""
    own = _own(session)
    if own is None:
        return frozenset()
    statement = text(_BY_OTHERS).bindparams(bindparam("columns", list(columns), type_=ARRAY(Text)))
    parameters = {"noun": noun, "id": id_, "version": version, "own": own}
    return frozenset(session.scalars(statement, parameters))


def _own(session: Session) -> str | None:
    own = own_requests(session)
    return own if own is not None and session.scalar(_READABLE) else None


_READABLE: Final = select(
    func.coalesce(func.has_table_privilege(func.to_regclass("audit_log"), "SELECT"), False)
)
# Each change raises the version by one and is one entry: if ours are as many, none is anybody else's, and
# none is missing. A row that was brought back has the next version, and the entry of its creation.
_BY_US: Final = """
SELECT t.id, t.version
FROM unnest(:ids, :versions) AS w (id, version)
JOIN {table} AS t ON t.id = w.id AND t.version > w.version
WHERE t.version - w.version = (
  SELECT count(*) FROM audit_log AS a
  WHERE a.noun = :noun AND a.row_id = w.id AND a.version > w.version AND a.version <= t.version
    AND a.op <> 'deleted' AND starts_with(a.request_id, :own)){same}
"""
# What a column held at a version stands in the first entry after it that has the column.
_SAME: Final = """
  AND coalesce((
    SELECT a.old -> :column = coalesce(to_jsonb(t.{value}), 'null') FROM audit_log AS a
    WHERE a.noun = :noun AND a.row_id = w.id AND jsonb_exists(a.old, :column)
      AND (a.version > w.version OR (a.version = w.version AND a.op = 'deleted'))
    ORDER BY a.id LIMIT 1), true)
"""
_BY_OTHERS: Final = """
SELECT DISTINCT c.name FROM audit_log AS a CROSS JOIN unnest(:columns) AS c (name)
WHERE a.noun = :noun AND a.row_id = :id AND a.version > :version AND a.op <> 'deleted'
  AND (a.op = 'created' OR jsonb_exists(a.old, c.name))
  AND starts_with(a.request_id, :own) IS NOT TRUE
"""

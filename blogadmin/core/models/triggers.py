"""The triggers that keep ``version`` and ``updated_at``, for every client alike.

``Base.metadata.create_all`` makes them with the tables; the migrations carry their own frozen copy, and a
test compares what the two leave in the catalogue.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import DDL, Connection, MetaData, Table, event

from blogadmin.core.models.base import Base

# A counter is put back before the comparison: a page view is no edit, so it must not make an editor's
# save look like a conflict. A client's own version and time are put back, too; the server's word counts.
_FUNCTION = """
CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
  NEW.version := OLD.version;
  NEW.updated_at := OLD.updated_at;
  {compare}
    NEW.version := OLD.version + 1;
    NEW.updated_at := clock_timestamp();
  END IF;
  RETURN NEW;
END
$body$
"""
_ANY_CHANGE = "IF NEW IS DISTINCT FROM OLD THEN"
_BUT_COUNTER = """DECLARE
    counted CONSTANT integer := NEW.view_count;
  BEGIN
    NEW.view_count := OLD.view_count;
    changed := NEW IS DISTINCT FROM OLD;
    NEW.view_count := counted;
  END;
  IF changed THEN"""

FUNCTIONS: dict[str, str] = {
    "blogadmin_touch": _FUNCTION.format(name="blogadmin_touch", compare=_ANY_CHANGE),
    "blogadmin_touch_post": _FUNCTION.format(name="blogadmin_touch_post", compare=_BUT_COUNTER).replace(
        "AS $body$\nBEGIN", "AS $body$\nDECLARE\n  changed boolean;\nBEGIN"
    ),
}
"""Trigger functions by name: the statement that makes each."""

TRIGGERS: dict[tuple[str, str], str] = {
    (table, "a_touch"): (
        f"CREATE TRIGGER a_touch BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION {function}()"
    )
    for table, function in (
        ("users", "blogadmin_touch"),
        ("posts", "blogadmin_touch_post"),
        ("comments", "blogadmin_touch"),
    )
}
"""Triggers by (table, name): the statement that makes each."""


@event.listens_for(Base.metadata, "after_create")
def _create_triggers(
    _target: MetaData, connection: Connection, *, tables: Collection[Table], **_kw: Any
) -> None:
    created = {table.name for table in tables}
    triggers = [statement for (table, _name), statement in TRIGGERS.items() if table in created]
    for statement in (*FUNCTIONS.values(), *triggers) if triggers else ():
        connection.execute(DDL(statement.replace("%", "%%")))

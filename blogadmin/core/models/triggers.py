"""The triggers that keep ``version``, ``updated_at``, ``body_search`` and the history, whoever writes.

``Base.metadata.create_all`` makes them with the tables; the migrations carry their own frozen copy, and a
test compares what the two leave in the catalogue.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from sqlalchemy import DDL, Connection, MetaData, Table, event, text

from blogadmin.core.models import recording
from blogadmin.core.models.audit import AuditEntry
from blogadmin.core.models.base import Base
from blogadmin.core.models.search import ADD_TRIGRAMS, LANGUAGE, vector

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
_BUT_COUNTER = """OLD.body_search := NEW.body_search;
  DECLARE
    counted CONSTANT integer := NEW.view_count;
  BEGIN
    NEW.view_count := OLD.view_count;
    changed := NEW IS DISTINCT FROM OLD;
    NEW.view_count := counted;
  END;
  IF changed THEN"""

# The language is the trigger's argument, so that the catalogue tells it and one function serves them all.
_SEARCH = f"""
CREATE OR REPLACE FUNCTION blogadmin_search() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
  language CONSTANT regconfig := TG_ARGV[0];
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF NEW.title = OLD.title AND NEW.body = OLD.body THEN
      NEW.body_search := OLD.body_search;
      RETURN NEW;
    END IF;
  END IF;
  NEW.body_search := {vector("language", "NEW.title", "NEW.body")};
  RETURN NEW;
END
$body$
"""

FUNCTIONS: dict[str, str] = {
    "blogadmin_touch": _FUNCTION.format(name="blogadmin_touch", compare=_ANY_CHANGE),
    "blogadmin_touch_post": _FUNCTION.format(name="blogadmin_touch_post", compare=_BUT_COUNTER).replace(
        "AS $body$\nBEGIN", "AS $body$\nDECLARE\n  changed boolean;\nBEGIN"
    ),
    "blogadmin_search": _SEARCH,
    **recording.FUNCTIONS,
}
"""Functions by name: the statement that makes each, to be ``recording.placed`` first."""


def search_trigger(language: str) -> str:
    """The trigger that keeps ``posts.body_search`` in a text search configuration, named with its schema."""
    quoted = language.replace("'", "''")
    # Not "UPDATE OF title, body": the blog could then no longer change the type of these columns.
    return (
        "CREATE TRIGGER b_search BEFORE INSERT OR UPDATE ON posts"
        f" FOR EACH ROW EXECUTE FUNCTION blogadmin_search('{quoted}')"
    )


TRIGGERS: dict[tuple[str, str], str] = {
    **{
        (table, "a_touch"): (
            f"CREATE TRIGGER a_touch BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION {function}()"
        )
        for table, function in (
            ("users", "blogadmin_touch"),
            ("posts", "blogadmin_touch_post"),
            ("comments", "blogadmin_touch"),
            ("saved_views", "blogadmin_touch"),
        )
    },
    # After a_touch, as triggers run by name: what this one writes is no change of the row.
    ("posts", "b_search"): search_trigger(LANGUAGE),
    **recording.TRIGGERS,
}
"""Triggers by (table, name): the statement that makes each."""


_HOME: Final = text(
    "SELECT CAST(relnamespace AS regnamespace)::text FROM pg_class WHERE oid = to_regclass('posts')"
)


@event.listens_for(Base.metadata, "before_create")
def _create_extension(
    _target: MetaData, connection: Connection, *, tables: Collection[Table], **_kw: Any
) -> None:
    if tables:
        connection.execute(DDL(ADD_TRIGRAMS))


@event.listens_for(Base.metadata, "after_create")
def _create_triggers(
    _target: MetaData, connection: Connection, *, tables: Collection[Table], **_kw: Any
) -> None:
    created = {table.name for table in tables}
    triggers = [statement for (table, _name), statement in TRIGGERS.items() if table in created]
    history = AuditEntry.__tablename__ in created
    for statement in (
        *(FUNCTIONS.values() if triggers else ()),
        *(recording.DEFAULT_PARTITION if history else ()),
        *triggers,
        *(recording.ACCESS if history else ()),
    ):
        schema = connection.scalar(_HOME) if "@" in statement else ""
        connection.execute(DDL(recording.placed(statement, schema or "").replace("%", "%%")))

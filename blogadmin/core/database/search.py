"""The language in which the words of posts are read: which one a database has, and changing it."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Final

from sqlalchemy import text

from blogadmin.core.database.errors import Invalid
from blogadmin.core.models.search import vector
from blogadmin.core.models.triggers import search_trigger

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from blogadmin.core.database.engine import Database


def language(session: Session) -> str | None:
    """The text search configuration of ``posts.body_search``, with its schema; ``None`` without any."""
    found = session.execute(text(_TRIGGER)).first()
    return None if found is None else bytes(found.tgargs).partition(b"\0")[0].decode()


def languages(session: Session) -> tuple[str, ...]:
    """The names that ``set_language`` takes."""
    return tuple(session.scalars(text("SELECT DISTINCT cfgname::text FROM pg_ts_config ORDER BY 1")))


def set_language(database: Database, name: str) -> str:
    """Read the words of all posts anew in the language ``name``; return it with its schema.

    One transaction, in which nobody else can use the posts; a million of them take minutes. Versions stay.
    Raises ``Invalid`` for a language that the server does not know, and the driver's errors.
    """
    with database.session_scope() as session:
        for setting in _SETTINGS:
            session.execute(text(setting))
        chosen = session.scalar(text(_NAMED), {"name": name.strip().lower()})
        if chosen is None:
            raise Invalid("language", _unknown(name, languages(session)))
        session.execute(text("LOCK TABLE posts IN ACCESS EXCLUSIVE MODE"))
        former = session.scalar(text(f"SELECT quote_ident(tgname) FROM ({_TRIGGER}) AS t"))  # noqa: S608
        quoted = chosen.replace("'", "''")
        words = vector(f"CAST('{quoted}' AS regconfig)")
        for statement in (
            *([f"DROP TRIGGER {former} ON posts"] if former else []),
            search_trigger(chosen),
            f"ALTER TABLE posts ALTER COLUMN body_search TYPE tsvector USING {words}",
        ):
            session.connection().exec_driver_sql(statement, execution_options={"no_parameters": True})
        return chosen


def _unknown(name: str, known: tuple[str, ...]) -> str:
    near = difflib.get_close_matches(name.strip().lower(), known, n=1)
    hint = f"Did you mean {near[0]}?" if near else f"Known: {', '.join(known)}."
    return f"“{name}” is not known to the server. {hint}"


_SETTINGS: Final = (
    "SET LOCAL lock_timeout = '3s'",
    "SET LOCAL statement_timeout = '1h'",
    "SET LOCAL maintenance_work_mem = '256MB'",
)
_TRIGGER: Final = """
SELECT t.tgname, t.tgargs FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
WHERE t.tgrelid = to_regclass('posts') AND p.proname = 'blogadmin_search' ORDER BY t.tgname LIMIT 1
"""
_NAMED: Final = """
SELECT quote_ident(n.nspname) || '.' || quote_ident(c.cfgname)
FROM pg_ts_config c JOIN pg_namespace n ON n.oid = c.cfgnamespace
WHERE :name IN (lower(c.cfgname), lower(n.nspname || '.' || c.cfgname))
ORDER BY pg_ts_config_is_visible(c.oid) DESC, n.nspname LIMIT 1
"""

"""Plans that a connection keeps for what it has been asked before.

PostgreSQL parses and plans each statement anew. For one that reads a screenful along an index that takes as
long as reading it, and after a rest, when nothing of it is near the processor any more, twice as long. What
comes a second time with the same values is prepared there, and from then on only told by name.

Its values are part of what is prepared. With parameters in their place PostgreSQL would not know how few rows
a LIMIT asks for, and would plan for a tenth of the table, or anew each time. It makes new plans by itself
when tables, statistics, policies or roles change, and looks at rights each time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import psycopg2
from sqlalchemy import Engine
from sqlalchemy.engine.interfaces import DBAPICursor, ExecutionContext

from blogadmin.core.database.bare_rows import BareText

MOST: Final = 32
"""Plans that a connection keeps; each takes some seventy kilobytes of the server's memory."""
PLANS: Final = "blogadmin: plans"
"""Where a connection's ``info`` has them."""
# No statement of that name (somebody has thrown ours away), or a column whose type is another one now.
_OUTDATED: Final = frozenset({"26000", "0A000"})

_Execute = Callable[[Any, Any, Any, Any], None]


class KeptText(BareText):
    """A statement in the driver's own words that may well come again with the same values."""

    __slots__ = ()


class Plans:
    """Those of one connection in autocommit, where a failed statement leaves nothing behind."""

    def __init__(self) -> None:
        self._names: dict[tuple[Any, ...], str] = {}
        self._made = 0

    def execute(self, cursor: Any, text: KeptText, parameters: Mapping[str, Any]) -> bool:
        """Have the statement done by its plan; ``False`` when there is none that could be used."""
        # With their types: to Python 1, 1.0 and True are the same, to PostgreSQL they are not.
        key = (text, *parameters.values(), *map(type, parameters.values()))
        try:
            new = key not in self._names
        except TypeError:
            # Lists cannot be looked up, and seldom come twice.
            return False
        # The one used last stands last.
        self._names[key] = name = "" if new else self._names.pop(key)
        try:
            if new:
                self._make_room(cursor)
                return False
            if name:
                cursor.execute(f"EXECUTE {name}")
            else:
                self._prepare(cursor, key, cursor.mogrify(text, parameters))
        except psycopg2.Error as error:
            if error.pgcode not in _OUTDATED:
                raise
            self._names.clear()
            cursor.execute("DEALLOCATE ALL")
            return False
        return True

    def _prepare(self, cursor: Any, key: tuple[Any, ...], statement: bytes) -> None:
        self._made += 1
        # Known before it is made: if it is stopped on the way, it may be there or not, and using it tells.
        self._names[key] = name = f"blogadmin_{self._made}"
        cursor.execute(b"PREPARE %b AS %b; EXECUTE %b" % (name.encode(), statement, name.encode()))

    def _make_room(self, cursor: Any) -> None:
        if len(self._names) > MOST:
            oldest = self._names.pop(next(iter(self._names)))
            if oldest:
                cursor.execute(f"DEALLOCATE {oldest}")


def enable(engine: Engine) -> None:
    """Let connections of ``engine`` keep plans for each ``KeptText``.

    Behind a pooler none are kept: another process of the server may get the next statement. There, marks
    are put before each text, so that it is no ``KeptText`` any more.
    """
    execute: _Execute = engine.dialect.do_execute

    def do_execute(
        cursor: DBAPICursor, statement: str, parameters: Any, context: ExecutionContext | None = None
    ) -> None:
        if type(statement) is KeptText and context is not None:
            info = context.root_connection.info
            plans = info.get(PLANS)
            if plans is None:
                plans = info[PLANS] = Plans()
            if plans.execute(cursor, statement, parameters):
                return
        execute(cursor, statement, parameters, context)

    engine.dialect.do_execute = do_execute

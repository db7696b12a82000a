"""Statements as the driver takes them: compiled once, then sent and read without being looked at again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Connection, Dialect, Select
from sqlalchemy.sql.compiler import SQLCompiler

from blogadmin.core.database import bare_rows
from blogadmin.core.database.bare_rows import BareText
from blogadmin.core.database.kept_plans import KeptText

Process = Callable[[Any], Any]


class Prepared(NamedTuple):
    """A statement's text, its own parameters, and what becomes of values on the way there and back."""

    text: BareText
    fixed: Mapping[str, Any]
    given: Mapping[str, Process]
    read: tuple[tuple[int, Process], ...]

    def rows(self, connection: Connection, values: Mapping[str, Any]) -> list[list[Any]]:
        """The rows of the statement with these parameters, those that it does not have left out."""
        sent = dict(self.fixed)
        for name in values.keys() & sent.keys():
            process = self.given.get(name)
            sent[name] = values[name] if process is None else process(values[name])
        # SQLAlchemy's rows know their columns by name, and nobody asks for that.
        found = [list(cells) for cells in bare_rows.rows(connection, self.text, sent)]
        for place, process in self.read:
            for cells in found:
                cells[place] = process(cells[place])
        return found


@lru_cache(maxsize=512)
def prepared(statement: Select[Any], dialect: Dialect, *, again: bool = False) -> Prepared | None:
    """``statement`` as the driver takes it; ``None`` for one whose text depends on its parameters.

    ``again``: it may well come again with the same values, so that the server's plan for it is worth keeping.

    SQLAlchemy's own way makes a context, a compiled form found by a key, and a result with a row class for
    each query: a quarter of the time of one that reads a screenful. Keep the statement to use it again.
    """
    compiled = statement.compile(dialect=dialect)
    if (
        not isinstance(compiled, SQLCompiler)
        or compiled.post_compile_params
        or compiled.literal_execute_params
    ):
        return None
    fixed = dict(compiled.params)
    given: dict[str, Process] = {}
    for bind, name in compiled.bind_names.items():
        process = bind.type.dialect_impl(dialect).bind_processor(dialect)
        if process is not None:
            given[name] = process
            fixed[name] = process(fixed[name])
    columns = (column.type.dialect_impl(dialect) for column in statement.selected_columns)
    read = ((place, column.result_processor(dialect, None)) for place, column in enumerate(columns))
    return Prepared(
        KeptText(compiled) if again else BareText(compiled),
        fixed,
        given,
        tuple((place, process) for place, process in read if process is not None),
    )

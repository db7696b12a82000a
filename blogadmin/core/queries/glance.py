"""The first rows of a list before SQLAlchemy is there, which takes half the time of a start to load.

The statement is the one by which the list read its first rows the last time, kept as text. What it gives is
shown until the list itself has been read, so what it says may be overtaken, but not for long.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import closing
from typing import Any, Final, NamedTuple

import psycopg2
from psycopg2 import extensions

from blogadmin.core.database.address import connect_args, in_time, libpq_url, said
from blogadmin.core.database.sockets import alarm, shut
from blogadmin.core.queries import cell_values, rows
from blogadmin.settings import Settings

LIMIT: Final = 1.5
"""Seconds after which nobody waits for a glance any more: the list itself has come by then."""


class Glance(NamedTuple):
    """A statement for the first rows of a list, and how they are made of what it gives.

    ``row`` is the name of their type in ``core.queries.rows``; ``reads`` names the functions of
    ``cell_values.READ`` that some of ``columns`` need. Nothing in it is of the blog, only of its tables.
    """

    statement: str
    row: str
    columns: tuple[str, ...]
    reads: Mapping[str, str]

    def to_text(self) -> str:
        """The glance as text for ``from_text``."""
        return json.dumps(self._asdict())

    @classmethod
    def from_text(cls, text: str) -> Glance | None:
        """What ``to_text`` made; ``None`` for what this version of the program cannot use."""
        try:
            found = json.loads(text)
            statement, row, columns = found["statement"], getattr(rows, found["row"]), tuple(found["columns"])
            reads = dict(found["reads"])
            usable = isinstance(statement, str) and row._fields == columns
        except (ValueError, TypeError, KeyError, AttributeError):
            return None
        if not usable or not cell_values.READ.keys() >= set(reads.values()):
            return None
        return cls(statement, row.__name__, columns, reads)

    def rows(self, url: str, settings: Settings) -> list[Any]:
        """The rows, read on a connection of their own.

        Raises ``psycopg2.Error``, and what a value raises that Python cannot hold.
        """
        target = libpq_url(url)
        query = said(target)
        keywords = {**extensions.parse_dsn(target), **connect_args(query, settings)}
        with closing(psycopg2.connect(**in_time(query, settings, keywords))) as connection:
            # For this transaction alone: a pooler may lend the session to others.
            connection.set_session(readonly=True)
            with alarm(LIMIT, shut, connection), connection.cursor() as cursor:
                cursor.execute(self.statement)
                return self._made(cursor.fetchall())

    def _made(self, found: list[tuple[Any, ...]]) -> list[Any]:
        row = getattr(rows, self.row)
        read = [self._reader(name) for name in self.columns]
        return [
            row._make(value if f is None else f(value) for f, value in zip(read, cells, strict=True))
            for cells in found
        ]

    def _reader(self, column: str) -> Callable[[Any], Any] | None:
        name = self.reads.get(column)
        return None if name is None else cell_values.READ[name]

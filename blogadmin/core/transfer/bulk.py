"""Loading many rows quickly: COPY from a generator, and indexes made after the rows instead of with them."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, NamedTuple

import psycopg2
import psycopg2.errors
from psycopg2.extensions import cursor as Cursor  # noqa: N812 - a class with a lower-case name

_ROWS_PER_BLOCK: Final = 512


class Block(NamedTuple):
    """Some rows as they are sent."""

    lines: bytes
    rows: int


def blocks(lines: Iterator[bytes]) -> Iterator[Block]:
    """``lines`` (COPY's text format) in blocks, made one by one."""
    while some := list(itertools.islice(lines, _ROWS_PER_BLOCK)):
        yield Block(b"".join(some), len(some))


class _File:
    """Blocks as the file that the driver reads a COPY from; never more than one of them in memory."""

    def __init__(self, rows: Iterator[Block], loaded: Callable[[int], None]) -> None:
        self._rows = rows
        self._loaded = loaded
        self.error: BaseException | None = None

    def read(self, _size: int = -1) -> bytes:
        try:
            block = next(self._rows, Block(b"", 0))
            self._loaded(block.rows)
        except BaseException as exc:
            self.error = exc
            raise
        return block.lines


def copy(
    cursor: Cursor,
    table: str,
    columns: str,
    rows: Iterator[Block],
    loaded: Callable[[int], None],
    *,
    frozen: bool = False,
) -> None:
    """Load ``rows`` into ``table``; ``loaded`` hears of each block's number of rows.

    ``frozen``, for a table that was emptied anew in this transaction, spares VACUUM to write them again.
    """
    file = _File(rows, loaded)
    how = " WITH (FREEZE)" if frozen else ""
    try:
        # psycopg2 takes blocks of any size, and asks only for read().
        cursor.copy_expert(f"COPY {table} ({columns}) FROM STDIN{how}", file)  # pyright: ignore[reportArgumentType]
    except psycopg2.Error:
        # The driver reports what read() raised as a statement that the server cancelled.
        if file.error is not None:
            raise file.error from None
        raise


def escaped(text: str) -> str:
    """``text`` as a field of COPY's text format."""
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")


@dataclass(frozen=True, slots=True)
class _Rule:
    drop: str
    make: str


@contextmanager
def indexes_made_last(cursor: Cursor, tables: Sequence[str]) -> Iterator[None]:
    """Drop what slows loading (indexes, foreign keys) and make it again, as it was, afterwards.

    All inside the caller's transaction: whatever happens, and even if the program is killed, the tables
    have their indexes. Primary keys stay, and so does what other tables depend on.
    """
    rules = [rule for table in tables for rule in _rules(cursor, table)]
    dropped = [rule for rule in rules if _could_drop(cursor, rule)]
    yield
    for rule in reversed(dropped):
        cursor.execute(rule.make)


@contextmanager
def without_history(cursor: Cursor, tables: Sequence[str]) -> Iterator[None]:
    """Rest the triggers that record each new row, for tables that the caller holds for itself.

    Only who owns the tables can; for others each row is recorded as ever. Of rows that come with the tables
    the history would only say what they are once more, at twice the cost.
    """
    cursor.execute(_RECORDING, (list(tables),))
    recording = cursor.fetchall()
    for table, trigger in recording:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")
    yield
    for table, trigger in recording:
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER {trigger}")


def empty_anew(cursor: Cursor, tables: Sequence[str]) -> bool:
    """Give empty tables new files: a server without copies then does not write their rows to its log, too.

    Tables that others refer to stay as they are, since those would have to be emptied, too; tells whether
    these did not.
    """
    cursor.execute("SAVEPOINT anew")
    try:
        cursor.execute(f"TRUNCATE {', '.join(tables)}")
    except psycopg2.errors.FeatureNotSupported:
        cursor.execute("ROLLBACK TO SAVEPOINT anew")
        return False
    finally:
        cursor.execute("RELEASE SAVEPOINT anew")
    return True


def _could_drop(cursor: Cursor, rule: _Rule) -> bool:
    cursor.execute("SAVEPOINT rule")
    try:
        cursor.execute(rule.drop)
    except psycopg2.errors.DependentObjectsStillExist:
        cursor.execute("ROLLBACK TO SAVEPOINT rule")
        return False
    finally:
        cursor.execute("RELEASE SAVEPOINT rule")
    return True


def _rules(cursor: Cursor, table: str) -> list[_Rule]:
    cursor.execute(_CONSTRAINTS, (table,))
    constraints = [
        _Rule(
            f"ALTER TABLE {table} DROP CONSTRAINT {name}", f"ALTER TABLE {table} ADD CONSTRAINT {name} {made}"
        )
        for name, made in cursor.fetchall()
    ]
    cursor.execute(_INDEXES, (table,))
    return constraints + [_Rule(f"DROP INDEX {name}", made) for name, made in cursor.fetchall()]


# Foreign keys first: they may lean on a unique key of the same table.
_CONSTRAINTS: Final = """
SELECT quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint
WHERE conrelid = CAST(%s AS regclass) AND contype IN ('f', 'u') ORDER BY contype, conname
"""
_INDEXES: Final = """
SELECT CAST(CAST(i.indexrelid AS regclass) AS text), pg_get_indexdef(i.indexrelid) FROM pg_index i
WHERE i.indrelid = CAST(%s AS regclass)
  AND i.indexrelid NOT IN (SELECT conindid FROM pg_constraint WHERE contype IN ('p', 'u', 'x'))
ORDER BY 1
"""
_RECORDING: Final = """
SELECT CAST(t.tgrelid AS regclass), quote_ident(t.tgname) FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
JOIN pg_class c ON c.oid = t.tgrelid AND pg_has_role(c.relowner, 'USAGE')
WHERE t.tgrelid = ANY (CAST(%s AS regclass[])) AND p.proname LIKE 'blogadmin\\_record\\_%%'
  AND t.tgenabled = 'O'
"""

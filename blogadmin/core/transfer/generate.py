"""A blog of any size: the same seed makes the same users, posts and comments, with flat memory."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from random import Random
from typing import TYPE_CHECKING, Final, cast

from psycopg2.extensions import connection as Connection  # noqa: N812 - a class with a lower-case name
from psycopg2.extensions import cursor as Cursor  # noqa: N812 - a class with a lower-case name

from blogadmin.core.database.errors import Invalid
from blogadmin.core.database.pooled import is_pooled
from blogadmin.core.models.recording import CHANNEL
from blogadmin.core.transfer import drafts, rows
from blogadmin.core.transfer.bulk import blocks, copy, empty_anew, indexes_made_last, without_history

if TYPE_CHECKING:
    from blogadmin.core.database.engine import Database

Progress = Callable[[str, int, int], None]
"""Called with a noun, how many of its rows are there, and how many there will be."""

TABLES: Final = ("users", "posts", "comments")
_CHUNK: Final = 20_000
_WORTH_REBUILDING: Final = 5_000
_OLD_ROWS: Final = 100_000
_SETTINGS: Final = (
    "client_encoding = 'UTF8'",
    "statement_timeout = 0",
    "maintenance_work_mem = '512MB'",
    "work_mem = '128MB'",
    "temp_buffers = '64MB'",
    # VACUUM cannot note that everybody sees a row while its commit is not on disk yet.
    "synchronous_commit = on",
)


def generate(
    database: Database,
    users: int,
    posts: int,
    comments: int,
    seed: int = 1,
    progress: Progress | None = None,
    *,
    short: bool = False,
) -> None:
    """Add believable rows to a database of the current schema, beside what it holds.

    Into empty tables all goes in one transaction, and the history does not tell of it. Otherwise each 20,000
    rows are committed, so after a failure (or an exception from ``progress``) the rows so far stay.

    Posts are written by the new users, or by those who are there if none are made; likewise comments. The
    users cannot sign in. ``short`` makes bodies of about 0.5 kB instead of 0.9.

    Raises ``Invalid`` for numbers that cannot be, and the driver's errors.
    """
    counts = {"users": users, "posts": posts, "comments": comments}
    for noun, count in counts.items():
        if count < 0:
            raise Invalid(noun, f"cannot be {count}.")
    with closing(database.engine.raw_connection()) as pooled:
        if is_pooled(pooled.info):
            raise Invalid(
                None, "Through a connection pooler nothing can be generated. Name the server itself."
            )
        # Its settings are this run's own, so it does not go back to the pool.
        pooled.detach()
        connection = cast("Connection", pooled.dbapi_connection)
        _Run(connection, counts, seed, progress or _silent, short=short).do()


def _silent(_noun: str, _done: int, _total: int) -> None:
    pass


class _Run:
    def __init__(
        self, connection: Connection, counts: dict[str, int], seed: int, progress: Progress, *, short: bool
    ) -> None:
        self._connection = connection
        self._counts = counts
        self._seed = seed
        self._short = short
        self._progress = progress
        self._anew = False
        self._salt = Random(seed).getrandbits(32)  # noqa: S311 - repeatable is what it must be
        self._users = rows.Growth(max(1, counts["users"]), power=0.5)

    def do(self) -> None:
        with self._connection.cursor() as cursor:
            for setting in _SETTINGS:
                cursor.execute(f"SET {setting}")
            self._connection.commit()
            if sum(self._counts.values()) >= _WORTH_REBUILDING and self._lock_if_empty(cursor):
                self._anew = empty_anew(cursor, TABLES)
                with without_history(cursor, TABLES), indexes_made_last(cursor, TABLES):
                    self._load_all(cursor, at_once=True)
                for noun in TABLES:
                    cursor.execute("SELECT pg_notify(%s, %s)", (CHANNEL, f'{{"n":"{noun}","all":true}}'))
            else:
                self._load_all(cursor, at_once=False)
            self._connection.commit()
            self._connection.autocommit = True
            # Plans are right from the first query on, and no first reader pays for setting hint bits.
            cursor.execute(f"VACUUM (ANALYZE) {', '.join(TABLES)}")

    def _lock_if_empty(self, cursor: Cursor) -> bool:
        cursor.execute(_EMPTY_AND_OURS)
        if not _value(cursor):
            return False
        cursor.execute(f"LOCK TABLE {', '.join(TABLES)} IN ACCESS EXCLUSIVE MODE")
        cursor.execute(_EMPTY_AND_OURS)
        return bool(_value(cursor))

    def _load_all(self, cursor: Cursor, *, at_once: bool) -> None:
        chunk = None if at_once else _CHUNK
        people = self._load_users(cursor, chunk)
        targets = self._load_posts(cursor, chunk, people)
        if self._counts["comments"]:
            ids = self._reserve(cursor, "comments")
            lines = rows.comments(
                self._random("comments", ids),
                ids,
                targets or _old_posts(cursor),
                people or _old_people(cursor),
            )
            self._load(cursor, "comments", rows.COMMENT_COLUMNS, lines, chunk)

    def _load_users(self, cursor: Cursor, chunk: int | None) -> rows.People | None:
        if not self._counts["users"]:
            return None
        number = _number_beyond(cursor, "users", "email", r"(\d{1,18})@example\.org$")
        ids = self._reserve(cursor, "users")
        lines = rows.users(self._random("users", ids), ids, max(0, number - ids[0]), self._users)
        self._load(cursor, "users", rows.USER_COLUMNS, lines, chunk)
        return rows.NewPeople(ids, self._users)

    def _load_posts(
        self, cursor: Cursor, chunk: int | None, people: rows.People | None
    ) -> rows.NewPosts | None:
        if not self._counts["posts"]:
            return None
        people = people or _old_people(cursor)
        number = _number_beyond(cursor, "posts", "slug", r"-(\d{1,18})$")
        ids = self._reserve(cursor, "posts")
        new = rows.NewPosts(ids, rows.Growth(len(ids)), self._salt)
        rng = self._random("posts", ids)
        texts = rows.texts(rng, len(ids), short=self._short)
        trigger = drafts.search_trigger(cursor) if chunk is None else None
        lines = rows.posts(rng, new, max(0, number - ids[0]), people, texts, as_numbers=trigger is not None)
        if trigger is None:
            self._load(cursor, "posts", rows.POST_COLUMNS, lines, chunk)
        else:
            with drafts.put_together(cursor, *trigger, texts):
                drafts.load(cursor, lines, self._counting("posts"))
        return new

    def _random(self, noun: str, ids: range) -> Random:
        # With the first id in it, a second run of the same seed makes other rows, not the same ones again.
        return Random(f"{self._seed} {noun} {ids[0]}")  # noqa: S311 - repeatable is what it must be

    def _load(
        self, cursor: Cursor, table: str, columns: str, lines: Iterator[bytes], chunk: int | None
    ) -> None:
        loaded = self._counting(table)
        for part in [lines] if chunk is None else _chunks(lines, self._counts[table], chunk):
            copy(cursor, table, columns, blocks(part), loaded, frozen=self._anew)
            if chunk is not None:
                self._connection.commit()

    def _counting(self, table: str) -> Callable[[int], None]:
        done = 0

        def loaded(count: int) -> None:
            nonlocal done
            done += count
            if count:
                self._progress(table, done, self._counts[table])

        return loaded

    def _reserve(self, cursor: Cursor, table: str) -> range:
        """Take ids that nobody else will get; other writers wait for a moment at most."""
        count = self._counts[table]
        cursor.execute("SELECT pg_get_serial_sequence(%s, 'id')", (table,))
        sequence = _value(cursor)
        if sequence is None:
            raise Invalid(table, "has no numbering of its own. Adopt the database first.")
        cursor.execute(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute(
            f"SELECT greatest(nextval(%s), (SELECT max(id) + 1 FROM {table}))",  # noqa: S608
            (sequence,),
        )
        first = cast("int", _value(cursor))
        cursor.execute("SELECT setval(%s, %s)", (sequence, first + count - 1))
        return range(first, first + count)


def _chunks(lines: Iterator[bytes], total: int, size: int) -> Iterator[Iterator[bytes]]:
    for _ in range(0, total, size):
        yield itertools.islice(lines, size)


def _value(cursor: Cursor) -> object:
    return cursor.fetchall()[0][0]


def _number_beyond(cursor: Cursor, table: str, column: str, pattern: str) -> int:
    """A number greater than any that ``column`` ends in, so that names made with it are new."""
    cursor.execute(
        f"SELECT coalesce(max(CAST(substring({column} FROM %s) AS bigint)), 0) + 1 FROM {table}",  # noqa: S608
        (pattern,),
    )
    return cast("int", _value(cursor))


def _old_people(cursor: Cursor) -> rows.People:
    cursor.execute("SELECT id FROM users ORDER BY id LIMIT %s", (_OLD_ROWS,))
    found: Sequence[int] = [key for (key,) in cursor.fetchall()]
    if not found:
        raise Invalid("users", "cannot be 0: somebody must write, and there is nobody yet.")
    return rows.OldPeople(found)


def _old_posts(cursor: Cursor) -> rows.Targets:
    cursor.execute(_PUBLISHED, (_OLD_ROWS,))
    found = [(key, rows.moment_of(float(made))) for key, made in cursor.fetchall()]
    if not found:
        raise Invalid("posts", "cannot be 0: there is nothing yet that could be commented on.")
    return rows.OldPosts(found)


_PUBLISHED: Final = """
SELECT id, extract(epoch FROM greatest(created_at, '2000-01-01')) FROM posts
ORDER BY status IN ('published', 'archived') DESC, id DESC LIMIT %s
"""
_EMPTY_AND_OURS: Final = """
SELECT NOT EXISTS (SELECT FROM users) AND NOT EXISTS (SELECT FROM posts)
   AND NOT EXISTS (SELECT FROM comments)
   AND (SELECT bool_and(pg_has_role(relowner, 'USAGE')) FROM pg_class
        WHERE oid IN (to_regclass('users'), to_regclass('posts'), to_regclass('comments')))
"""

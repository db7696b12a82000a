"""The command that makes a blog, against what PostgreSQL itself needs to load the same rows."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Final

from psycopg2.extensions import cursor as Cursor  # noqa: N812 - a class with a lower-case name

from blogadmin.core.transfer import rows
from blogadmin.core.transfer.bulk import indexes_made_last
from tests.benchmarks.children import ROOT, installed
from tests.benchmarks.data import connect
from tests.benchmarks.harness import timed
from tests.benchmarks.report import one_in
from tests.benchmarks.run import Run

POSTS: Final = 100_000
_SECONDS: Final = 3_600
_COLUMNS: Final = {"users": rows.USER_COLUMNS, "posts": f"{rows.POST_COLUMNS}, body_search"}


def generate(run: Run) -> None:
    """Posts a second of ``blogadmin db generate`` in a fresh process, vacuumed tables included.

    The limit is a COPY of the very same rows, words and all, from files that lie ready: nothing is made up,
    put together or looked at by a trigger, but the indexes are the same ones, and also made afterwards.
    """
    run.close_stage()
    posts = min(run.blog.size.posts, POSTS)
    turns = run.often(3, 1)
    own: list[float] = []
    limit: list[float] = []
    with tempfile.TemporaryDirectory(prefix="blogadmin-bench-") as folder:
        for _ in range(turns):
            own.append(_timed_in_empty(run, lambda url: _command(url, posts), keep=Path(folder)))
            limit.append(_timed_in_empty(run, lambda url: _bare(url, Path(folder))))
    value, bound = (1000 * posts / statistics.median(taken) for taken in (own, limit))
    note = f"{posts:,} posts and a tenth as many users, without comments; median of {turns}"
    run.report.add("generate", value, unit="posts/s", limit=bound, target=one_in(1.3), note=note)


def _timed_in_empty(run: Run, work: Callable[[str], None], keep: Path | None = None) -> float:
    """Milliseconds of ``work`` in a new database; what it left there is put into the folder ``keep``."""
    with run.blog.empty() as url:
        _settle(url)
        taken = timed(lambda: work(url))
        if keep is not None:
            _export(url, keep)
    return taken


def _command(url: str, posts: int) -> None:
    numbers = {"users": max(1, posts // 10), "posts": posts, "comments": 0}
    asked = [word for noun, count in numbers.items() for word in (f"--{noun}", str(count))]
    done = subprocess.run(
        [sys.executable, "-m", "blogadmin", "db", "generate", *asked],
        cwd=ROOT,
        env=installed(BLOGADMIN_DATABASE_URL=url),
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"no blog was made:\n{done.stderr[-2000:]}")


def _bare(url: str, folder: Path) -> None:
    with closing(connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute("SET maintenance_work_mem = '512MB'")
        connection.autocommit = False
        for table in _COLUMNS:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute("TRUNCATE users, posts, comments")
        with indexes_made_last(cursor, tuple(_COLUMNS)):
            for table, columns in _COLUMNS.items():
                _copy(cursor, f"COPY {table} ({columns}) FROM STDIN (FORMAT binary, FREEZE)", folder / table)
        for table in _COLUMNS:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        connection.commit()
        connection.autocommit = True
        cursor.execute("VACUUM (ANALYZE) users, posts, comments")


def _export(url: str, folder: Path) -> None:
    with closing(connect(url)) as connection, connection.cursor() as cursor:
        for table, columns in _COLUMNS.items():
            with (folder / table).open("wb") as file:
                cursor.copy_expert(f"COPY {table} ({columns}) TO STDOUT (FORMAT binary)", file)


def _copy(cursor: Cursor, statement: str, file: Path) -> None:
    with file.open("rb") as data:
        cursor.copy_expert(statement, data, size=1 << 20)


def _settle(url: str) -> None:
    """Let each begin alike, with nothing of the one before waiting to be written."""
    with closing(connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")

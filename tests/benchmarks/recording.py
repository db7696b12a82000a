"""What recording a change costs the server: processor time of its process, with and without the triggers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from psycopg2.extensions import connection as Connection  # noqa: N812 - a class with a lower-case name

from blogadmin.core.database.engine import Database
from blogadmin.core.models import TRIGGERS
from blogadmin.core.transfer.generate import generate
from tests.benchmarks.data import connect
from tests.benchmarks.harness import percentile
from tests.benchmarks.report import times
from tests.benchmarks.run import Run

POSTS = 10_000
TURNS, EDITS = 120, 25
TWINS = ("recorded", "unrecorded")

Edit = Callable[[str, int], str]
CHANGES: dict[str, tuple[Edit, int]] = {
    "": (lambda twin, n: f"UPDATE {twin} SET title = 'Changed {n}' WHERE id = {1 + 7 * n % POSTS}", EDITS),
    ".body": (
        lambda twin, n: f"UPDATE {twin} SET body = body || ' {n}' WHERE id = {1 + 7 * n % POSTS}",
        EDITS,
    ),
    ".page_view": (
        lambda twin, n: f"UPDATE {twin} SET view_count = view_count + 1 WHERE id = {1 + 7 * n % POSTS}",
        EDITS,
    ),
}


def history_cost(run: Run) -> None:
    """One post changed: processor time of the server with the history, and without it."""
    with _twins(run) as raw:
        pid = raw.info.backend_pid
        if _clock(pid) is None:
            run.report.add("history_cost", None, note="needs a server on this computer, and Linux")
            return
        for key, (edit, edits) in CHANGES.items():
            own, limit = _side_by_side(raw, edit, edits, run.often(TURNS, 3))
            note = "processor time of the server for one row" if not key else ""
            run.report.add(f"history_cost{key}", own, limit=limit, target=times(1, plus=0.2), note=note)
        own, limit = _side_by_side(raw, _bulk, 1, run.often(7, 2))
        run.report.add("history_cost.bulk", own, limit=limit, note=f"{POSTS:,} posts in one statement")


def _bulk(twin: str, n: int) -> str:
    return f"UPDATE {twin} SET status = '{('draft', 'review')[n % 2]}'"


@contextmanager
def _twins(run: Run) -> Iterator[Connection]:
    """A connection to two copies of the same posts, one of them recorded."""
    with run.blog.empty() as url:
        with closing(Database(url)) as database:
            generate(database, users=100, posts=POSTS, comments=0)
        with closing(connect(url)) as raw, raw.cursor() as cursor:
            for twin in TWINS:
                cursor.execute(f"CREATE TABLE {twin} (LIKE posts INCLUDING ALL)")
                cursor.execute(f"INSERT INTO {twin} SELECT * FROM posts")
                for (table, name), statement in TRIGGERS.items():
                    if table == "posts" and (twin == TWINS[0] or not name.startswith("z_")):
                        cursor.execute(statement.replace(" ON posts ", f" ON {twin} "))
            cursor.execute("VACUUM ANALYZE")
            yield raw


def _side_by_side(raw: Connection, edit: Edit, edits: int, turns: int) -> tuple[float, float]:
    """Milliseconds of one edit of each twin, in the least disturbed of the turns that they take."""
    taken: dict[str, list[float]] = {twin: [] for twin in TWINS}
    with raw.cursor() as cursor:
        for turn in range(turns + 1):
            for twin in TWINS:
                begin = _clock(raw.info.backend_pid)
                for n in range(turn * edits, (turn + 1) * edits):
                    cursor.execute(edit(twin, n))
                # The first turn pays for the plans.
                if turn:
                    taken[twin].append(((_clock(raw.info.backend_pid) or 0) - (begin or 0)) / edits)
    # Whatever else runs on the machine makes the same work take more processor time, never less.
    own, limit = (percentile(taken[twin], 10) for twin in TWINS)
    return own, limit


def _clock(pid: int) -> float | None:
    """Milliseconds of processor time that a process of this computer has used, where that can be read."""
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text("ascii").split()[0]) / 1e6
    except OSError:
        return None

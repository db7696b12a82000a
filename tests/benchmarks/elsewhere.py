"""How soon a change that another program commits is on the screen."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from contextlib import closing

from psycopg2.extensions import connection as Connection  # noqa: N812 - a class with a lower-case name

from blogadmin.core.queries.spec import ListSpec
from tests.benchmarks.data import connect
from tests.benchmarks.harness import PaintStamp, wait_for
from tests.benchmarks.reading import NEWEST
from tests.benchmarks.report import at_most
from tests.benchmarks.run import Run
from tests.benchmarks.stage import Stage

BURST = 10_000
_HEARD = at_most(200)


def live(run: Run) -> None:
    """From COMMIT on another connection to the new title painted; the worst time, not the median."""
    stage = run.stage()
    feed = stage.program.services.live
    assert feed is not None
    wait_for(lambda: feed.standing.kind == "live")
    stage.load(ListSpec("", NEWEST))
    stage.settle()
    with closing(connect(stage.url)) as other:
        other.autocommit = False
        for key, change, turns in (
            ("live", _one_row, run.often(120, 10)),
            ("live.burst", _many_rows, run.often(12)),
        ):
            taken = [_painted_after(stage, other, change) for _ in range(turns)]
            note = f"the worst of {turns}, median {statistics.median(taken):.0f} ms"
            note += f"; {BURST:,} rows in one statement" if change is _many_rows else ""
            run.report.add(key, max(taken), target=_HEARD, note=note)
    # The rows stand where they stood; what is measured next begins with a list in its order.
    stage.load(ListSpec("", NEWEST))
    stage.settle()


def _painted_after(stage: Stage, other: Connection, change: Callable[[Connection, int], str]) -> float:
    """Milliseconds from a commit until a row on the screen is painted as it is now."""
    view, model = stage.page.view, stage.model
    first, last = max(view.rowAt(0), 0), view.rowAt(view.viewport().height() - 1)
    row = stage.random.randint(first, last if last >= 0 else model.rowCount() - 1)
    id_ = model.id_at(row)
    assert id_ is not None
    title = change(other, id_)
    section = next(at for at, column in enumerate(model.columns) if column.name == "title")
    stamp = PaintStamp(view, lambda: model.index(row, section).data() == title)
    try:
        begin = time.perf_counter()
        other.commit()
        wait_for(lambda: stamp.whole_from >= begin, 10)
        return (stamp.whole_at - begin) * 1000
    finally:
        stamp.deleteLater()
        stage.settle()


def _one_row(other: Connection, id_: int) -> str:
    with other.cursor() as cursor:
        cursor.execute(f"UPDATE posts SET title = {_OTHER_TITLE} WHERE id = %s RETURNING title", (id_,))
        return cursor.fetchall()[0][0]


def _many_rows(other: Connection, id_: int) -> str:
    """The row and thousands beside it."""
    with other.cursor() as cursor:
        cursor.execute(
            f"UPDATE posts SET title = {_OTHER_TITLE} WHERE id = ANY (ARRAY("
            " (SELECT id FROM posts WHERE id <= %s ORDER BY id DESC LIMIT %s)))",
            (id_, BURST),
        )
        cursor.execute("SELECT title FROM posts WHERE id = %s", (id_,))
        return cursor.fetchall()[0][0]


_OTHER_TITLE = "CASE WHEN title LIKE '%%.' THEN left(title, -1) ELSE left(title, 150) || '.' END"

"""How soon rows are painted: the first ones, those jumped to, and when the whole list can be gone through."""

from __future__ import annotations

import statistics
import time

from psycopg2.extensions import connection as Connection  # noqa: N812 - a class with a lower-case name

from blogadmin.core import queries
from blogadmin.core.queries.places import STRIDE
from blogadmin.core.queries.spec import ListSpec, Sort
from blogadmin.gui.tables.kept import unpack_ids
from blogadmin.gui.tables.list_model import State
from blogadmin.gui.tables.row_order import Anchors
from tests.benchmarks.harness import pause, percentile, side_by_side, timed, wait_for
from tests.benchmarks.report import at_most, times
from tests.benchmarks.run import Run
from tests.benchmarks.stage import Stage, bare, indexed_orders, shown_cells, statements

NEWEST = (Sort("updated_at", descending=True),)
BY_AUTHOR = (Sort("author"),)
_AT_REST = 0.05
"""Seconds after which a list that is whole has been painted as well."""
FIRST = 32
"""Rows that a list asks for at first in a window of this size; about as many as a jump reads."""

Order = tuple[Sort, ...]


def first_rows(run: Run) -> None:
    """Every order that an index serves, against the same SQL by the driver and a C++ model's repaint."""
    stage = run.stage()
    target = times(1.3, plus=2)
    worst: tuple[float, str, float, float] | None = None
    orders = indexed_orders(stage.raw, stage.model)
    # Long enough for a scroll bar, and soon whole. Loading it ends, on the server too, the count of the list
    # before, for which nobody waits here: of ten million rows it takes seconds, and has a figure of its own.
    away = ListSpec(_end_of_some_slugs(stage))
    for order in orders:
        name = _name(order)
        value, raw, repaint = _first_rows(stage, order, away, run.often(41))
        limit = raw + repaint
        note = f"query {raw:.1f} + repaint {repaint:.1f} ms"
        run.report.add(f"first_rows.{name}", value, limit=limit, target=target, note=note)
        # The order that is furthest from its target speaks for all.
        over = value - target.bound(limit)
        worst = max(worst or (over, name, value, limit), (over, name, value, limit))
    if worst is not None:
        _over, name, value, limit = worst
        note = f"the worst of {len(orders)} orders: {name}"
        run.report.add("first_rows", value, limit=limit, target=target, note=note)
    own, twin = side_by_side([stage.page.view.viewport().repaint, stage.new_twin().repaint], run.often(31))
    # The hand-over to the twin's process is not part of its repaint.
    twin = statistics.median(stage.twin.repaint() for _ in range(run.often(31)))
    run.report.add("own_repaint", own, limit=twin, target=times(2), note="a screenful, by the delegate")


def _end_of_some_slugs(stage: Stage) -> str:
    """What some hundred slugs have: they end with numbers, and this is one without its last two digits."""
    with stage.raw.cursor() as cursor:
        cursor.execute(
            "SELECT slug FROM posts WHERE id >= (SELECT max(id) * 0.44 FROM posts) ORDER BY id LIMIT 1"
        )
        [(slug,)] = cursor.fetchall()
    return slug[slug.rindex("-") : -2]


def _first_rows(stage: Stage, order: Order, away: ListSpec, turns: int) -> tuple[float, float, float]:
    """Medians: rows painted, raw query, C++ repaint; the three take turns."""
    spec = ListSpec("", order)
    sent = statements(stage.database, lambda s: queries.posts.LISTING.first(s, spec, FIRST))
    query = bare(stage.raw, sent)
    stage.load(spec)
    twin = stage.new_twin()
    painted, raw, repaint = [], [], []
    for _ in range(turns):
        # Another list in between: the same one again would rightly stay on the screen as it is.
        stage.load(away)
        stage.settle()
        # Its exact length has it painted once more, which belongs to it and not to the list that is timed.
        pause(_AT_REST)
        query()
        raw.append(timed(query))
        repaint.append(twin.repaint())
        painted.append(stage.load(spec))
    return statistics.median(painted), statistics.median(raw), statistics.median(repaint)


def jump(run: Run) -> None:
    """Several hundred jumps to rows by chance, in three orders."""
    stage = run.stage()
    taken: list[float] = []
    raw: list[float] = []
    repaint: list[float] = []
    for order in (NEWEST, (Sort("title"),), BY_AUTHOR):
        stage.load(ListSpec("", order))
        stage.settle()
        stage.jump(stage.any_row())
        twin = stage.new_twin()
        for turn in range(run.often(120, 10)):
            row = stage.any_row()
            taken.append(stage.jump(row))
            stage.settle()
            if turn % 6 == 0:
                raw.append(_screen(stage, stage.any_row()))
                repaint.append(twin.show(shown_cells(stage.page)))
    limit = statistics.median(raw) + statistics.median(repaint)
    tail = percentile(raw, 95) + percentile(repaint, 95)
    note = f"{len(taken)} jumps in 3 orders, worst {max(taken):.0f} ms"
    run.report.add("jump", statistics.median(taken), limit=limit, target=at_most(15), note=note)
    run.report.add("jump_p95", percentile(taken, 95), limit=tail, target=at_most(25))
    ends = []
    for _ in range(run.often(15)):
        stage.jump(stage.any_row())
        ends.append(stage.jump(stage.model.rowCount() - 1))
    run.report.add("jump.to_last", statistics.median(ends), note="to the last row")


def _screen(stage: Stage, row: int) -> float:
    """Milliseconds in which the driver alone reads a screen from ``row`` on that nobody has read yet.

    Of a list too long to keep its ids the driver, too, reads first those between two anchors.
    """
    cache, spec = stage.model.cache, stage.model.listed
    listing, taken = queries.posts.LISTING, 0.0
    ids = cache.order.known(row, row + FIRST)
    if ids is None and isinstance(cache.order, Anchors):
        way = cache.order.way(row // STRIDE)
        sent = statements(stage.database, lambda s: way.ids(listing.places, s, spec), unsent=True)
        query, begin = bare(stage.raw, sent), time.perf_counter()
        [(packed,)] = query()
        taken = (time.perf_counter() - begin) * 1000
        ids = unpack_ids(bytes(packed))[:FIRST]
    asked = list(ids or ())
    sent = statements(stage.database, lambda s: listing.rows(s, asked), unsent=True)
    return taken + timed(bare(stage.raw, sent))


def jump_before_ids(run: Run) -> None:
    """Jumps as soon as the first rows of another order are there."""
    stage = run.stage()
    taken: list[float] = []
    early = 0
    for turn in range(run.often(25, 6)):
        stage.load(ListSpec("", (NEWEST, (Sort("slug"),), BY_AUTHOR)[turn % 3]))
        early += stage.model.state is not State.READY
        taken.append(stage.jump(stage.any_row()))
        stage.settle()
    note = f"median of {len(taken)}, {early} before the list was whole; p95 {percentile(taken, 95):.0f} ms"
    run.report.add("jump_before_ids", statistics.median(taken), target=at_most(100), note=note)


def seekable(run: Run) -> None:
    """Until every row can be gone to, against one statement that packs all ids in the same order."""
    stage = run.stage()
    for key, order, sql in (
        ("seekable", NEWEST, _IDS_NEWEST),
        ("seekable_by_author", BY_AUTHOR, _IDS_BY_AUTHOR),
    ):
        query = bare(stage.raw, [(sql, None)])
        query()
        taken, raw = [], []
        for _ in range(run.often(9)):
            stage.load(ListSpec("", (Sort("id"),)))
            stage.settle()
            raw.append(timed(query))
            taken.append(stage.load_whole(ListSpec("", order)))
            stage.settle()
        note = f"{stage.model.total:,} rows"
        limit = statistics.median(raw)
        run.report.add(key, statistics.median(taken), limit=limit, target=times(1.3), note=note)


def search(run: Run) -> None:
    """First rows of a search for words that some titles have."""
    stage = run.stage()
    taken, whole = [], []
    words = some_words(stage.raw, run.often(9))
    for word in words:
        stage.load(ListSpec("", (Sort("id"),)))
        stage.settle()
        begin = time.perf_counter()
        taken.append(stage.load(ListSpec(word, NEWEST)))
        wait_for(lambda: stage.model.state is State.READY)
        whole.append((time.perf_counter() - begin) * 1000)
        stage.settle()
    note = f"words such as {words[0]}; every row known after {statistics.median(whole):.0f} ms"
    run.report.add("search", statistics.median(taken), target=at_most(300), note=note)


def some_words(raw: Connection, number: int) -> list[str]:
    """Words of at least six plain letters that some titles have."""
    with raw.cursor() as cursor:
        cursor.execute(_WORDS, (number,))
        return [word for (word,) in cursor.fetchall()]


def _name(order: Order) -> str:
    return "_".join(sort.column + ("_desc" if sort.descending else "") for sort in order)


_IDS_NEWEST = """
SELECT string_agg(int8send(CAST(id AS bigint)), ''::bytea)
FROM (SELECT id FROM posts ORDER BY updated_at DESC, id DESC) ordered
"""
_IDS_BY_AUTHOR = """
SELECT string_agg(int8send(CAST(id AS bigint)), ''::bytea)
FROM (SELECT p.id FROM posts p JOIN users u ON u.id = p.author_id
      ORDER BY u.name, u.id, p.id) ordered
"""
# Words of at least six plain letters, spread over the whole blog.
_WORDS = r"""
SELECT DISTINCT ON (word) word FROM (
    SELECT lower(substring(title FROM '\m[A-Za-z]{6,}\M')) AS word FROM posts
    WHERE id %% 97 = 3 LIMIT 5000) sample
WHERE word IS NOT NULL ORDER BY word LIMIT %s
"""

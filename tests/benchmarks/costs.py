"""What the layers cost that have no window: a list query through Core, a change saved, a thousand users."""

from __future__ import annotations

import itertools
import statistics
import zlib
from collections.abc import Callable
from contextlib import closing
from functools import partial
from random import Random
from typing import Any

import psycopg2
from psycopg2.extensions import connection as Connection  # noqa: N812 - a class with a lower-case name

from blogadmin.core import operations, queries
from blogadmin.core.database import kept_plans
from blogadmin.core.database.engine import Database
from blogadmin.core.queries.spec import ListSpec, Sort
from tests.benchmarks.harness import median, pause, side_by_side, timed, wait_for
from tests.benchmarks.reading import BY_AUTHOR, FIRST, NEWEST
from tests.benchmarks.report import times
from tests.benchmarks.run import Run
from tests.benchmarks.stage import Stage, bare, statements

USERS = 1_000
_SEEDS = itertools.count(3)
_AFTERMATH = 0.05
"""Seconds after which lists have begun to read what a commit changed."""


def _other(title: str) -> str:
    return title[:-1] if title.endswith("!") else title[:150] + "!"


def _word(title: str) -> str:
    return f"Edited {zlib.crc32(title.encode())}"


def list_query(run: Run) -> None:
    """The first rows and a block of rows through Core, against the same SQL by the driver.

    All that comes again has a plan on the server, as in the program; ``anew`` is without it.
    """
    listing = queries.posts.LISTING
    with closing(Database(run.blog.url)) as database, closing(run.blog.connect()) as raw:
        ids = _some_ids(raw, FIRST)
        reads: dict[str, Callable[[Any], object]] = {
            "newest": lambda s: listing.first(s, ListSpec("", NEWEST), FIRST),
            "title": lambda s: listing.first(s, ListSpec("", (Sort("title"),)), FIRST),
            "author": lambda s: listing.first(s, ListSpec("", BY_AUTHOR), FIRST),
            "block": lambda s: listing.rows(s, ids),
        }
        pairs = {name: _against(run, database, raw, read) for name, read in reads.items()}
        anew, plain = _against(run, database, raw, reads["newest"], anew=True)
    note = "as the first time, when the connection has no plan of it; without that all but block have one"
    run.report.add("list_query.anew", anew, limit=plain, note=note)
    for name, (own, limit) in pairs.items():
        run.report.add(f"list_query.{name}", own, limit=limit, target=times(1.25))
    own, limit = pairs["newest"]
    run.report.add("list_query", own, limit=limit, target=times(1.25), note=f"{FIRST} rows, newest first")


def _against(
    run: Run, database: Database, raw: Connection, read: Callable[[Any], object], *, anew: bool = False
) -> tuple[float, float]:
    def own() -> None:
        with database.reader() as session:
            if anew:
                session.connection().info.pop(kept_plans.PLANS, None)
            read(session)

    own_time, limit = side_by_side([own, bare(raw, statements(database, read))], run.often(601, 7))
    return own_time, limit


def one_change(run: Run) -> None:
    """A title changed and committed: as an operation in a transaction, against a bare UPDATE and COMMIT."""
    with closing(Database(run.blog.url)) as database, closing(_writer(run.blog.url)) as raw:
        own = _edits(database)
        turns = run.often(201, 7)
        saved, limit = side_by_side([own, _bare_edits(raw, _titles(raw))], turns)
        note = f"median of {turns}, with the version checked and the way back kept"
        run.report.add("one_change", saved, limit=limit, target=times(2.5), note=note)
    _one_change_by_controller(run, limit)


def _edits(database: Database) -> Callable[[], object]:
    """Each call opens a random post as a dialog does, outside the clock's interest, and saves its title."""
    prepared = _prepared(database)

    def edit() -> None:
        database.transact(next(prepared).apply)

    return edit


def _prepared(database: Database, title_for: Callable[[str], str] = _other) -> Any:
    """Edits ready to be applied: posts are read by the hundred, so that hardly any turn pays for it.

    Other posts each time: those that were edited before are on the screen of a list of the newest.
    """
    random = Random(next(_SEEDS))
    edit_post = operations.posts.EditPost
    while True:
        with database.reader() as session:
            last = session.connection().exec_driver_sql("SELECT max(id) FROM posts").scalar_one()
            # Bare edits have the odd ids: in a small blog the two would meet, and this one would be refused.
            ids = [2 * random.randint(1, max(last // 2, 1)) for _ in range(300)]
            found = session.connection().exec_driver_sql(
                "SELECT id, version, title FROM posts WHERE id = ANY(%s)", (ids,)
            )
            rows = found.all()
        for id_, version, title in rows:
            yield edit_post(id_, version, {"title": title}, {"title": title_for(title)})


def _titles(raw: Connection) -> Any:
    with raw.cursor() as cursor:
        odd = "SELECT id, title FROM posts {} WHERE id % 2 = 1 {} LIMIT 2000"
        cursor.execute(odd.format("TABLESAMPLE SYSTEM (5)", "ORDER BY random()"))
        rows = cursor.fetchall()
        if not rows:
            cursor.execute(odd.format("", ""))
            rows = cursor.fetchall()
    raw.commit()
    return itertools.cycle(rows)


def _bare_edits(
    raw: Connection, titles: Any, title_for: Callable[[str], str] = _other
) -> Callable[[], object]:
    def edit() -> None:
        id_, title = next(titles)
        with raw.cursor() as cursor:
            cursor.execute("UPDATE posts SET title = %s WHERE id = %s", (title_for(title), id_))
        raw.commit()

    return edit


def _one_change_by_controller(run: Run, limit: float) -> None:
    taken = by_controller(run.stage(), run.often(101, 7))
    note = "until the window knows: worker, history and views included"
    run.report.add("one_change.by_controller", taken, limit=limit, note=note)


def by_controller(stage: Stage, turns: int) -> float:
    """Milliseconds from a change asked for until the asker is told that it is committed; median."""
    commit = _commits(stage, _prepared(stage.database))

    def once() -> float:
        taken = timed(commit)
        # Lists read anew what has changed. Nobody saves again before that is on the screen.
        pause(_AFTERMATH)
        stage.settle()
        return taken

    once()
    return statistics.median(once() for _ in range(turns))


def one_after_another(stage: Stage, turns: int) -> float:
    """The same as others are measured: the next post is saved at once, and has a title of one word."""
    return median(_commits(stage, _prepared(stage.database, _word)), turns)


def bare_one_after_another(url: str, turns: int) -> float:
    """Milliseconds for a bare UPDATE and COMMIT of such a title, and the next at once; median."""
    with closing(_writer(url)) as raw:
        return median(_bare_edits(raw, _titles(raw), _word), turns)


def _commits(stage: Stage, prepared: Any) -> Callable[[], object]:
    controller = stage.program.services.controller

    def commit() -> None:
        done: list[object] = []
        controller.commit(next(prepared), done=done.append, toast=False)
        wait_for(lambda: bool(done))

    return commit


def is_active(run: Run) -> None:
    """A thousand users switched off and on, against one bare statement."""
    # A window would read anew what each statement changes, beside the next one.
    run.close_stage()
    with closing(Database(run.blog.url)) as database, closing(run.blog.connect()) as raw:
        ids = tuple(_some_ids(raw, USERS, "users"))
        taken, limit = switched(run.blog.url, database, ids, run.often(21, 4))
    note = f"{USERS:,} users, with the way back for each"
    run.report.add("is_active", taken, limit=limit, target=times(1.3), note=note)


def switched(url: str, database: Database, ids: tuple[int, ...], turns: int) -> tuple[float, float]:
    """Milliseconds for the users ``ids`` of ``url`` by the operation, and by one bare statement; medians."""
    with closing(_writer(url)) as raw:
        own, bare_statement = _switch(database, ids), _bare_switch(raw, ids)
        # Each undoes what the other did, so both change every row every time.
        taken, limit = side_by_side([lambda: own(False), lambda: bare_statement(True)], turns)
    return taken, limit


def switched_alone(
    url: str, database: Database, ids: tuple[int, ...], rounds: int, tidy: Callable[[], object]
) -> tuple[float, float]:
    """The same as others are measured: off, then on and off six times by itself on tidy tables; medians."""
    taken: tuple[list[float], list[float]] = [], []
    with closing(_writer(url)) as raw:
        for _ in range(rounds):
            for times, switch in zip(taken, (_switch(database, ids), _bare_switch(raw, ids)), strict=True):
                tidy()
                switch(False)
                times.extend(timed(partial(switch, on)) for on in (True, False) * 3)
    return statistics.median(taken[0]), statistics.median(taken[1])


def _switch(database: Database, ids: tuple[int, ...]) -> Callable[[bool], object]:
    return lambda on: database.transact(operations.users.SetActive(ids, on).apply)


def _bare_switch(raw: Connection, ids: tuple[int, ...]) -> Callable[[bool], object]:
    def switch(on: bool) -> None:
        with raw.cursor() as cursor:
            cursor.execute("UPDATE users SET is_active = %s WHERE id = ANY(%s)", (on, list(ids)))
        raw.commit()

    return switch


def _writer(url: str) -> Connection:
    """A driver connection that commits when told."""
    return psycopg2.connect(url.replace("+psycopg2", ""))


def _some_ids(raw: Connection, number: int, table: str = "posts") -> list[int]:
    with raw.cursor() as cursor:
        cursor.execute(f"SELECT id FROM {table} ORDER BY md5(CAST(id AS text)) LIMIT %s", (number,))
        return [id_ for (id_,) in cursor.fetchall()]

"""Jumps before rows have their places, on a real database whose values are spread as unevenly as it gets."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterator
from itertools import pairwise
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from blogadmin.core import queries
from blogadmin.core.database.engine import Database
from blogadmin.core.queries.anchored import Anchored
from blogadmin.core.queries.listing import Listing
from blogadmin.core.queries.spec import Condition, Group, ListSpec, Sort
from blogadmin.gui.control.tasks import Tasks
from blogadmin.gui.tables import row_ahead, source
from blogadmin.gui.tables.columns import CellKind, Column, field_text
from blogadmin.gui.tables.list_model import ListModel, State
from blogadmin.gui.tables.list_view import ListView
from tests.conftest import client

Sql = Callable[..., list[tuple[Any, ...]]]
POSTS = 6000
PATIENCE = 10_000
COLUMNS = (Column("title", "Title", CellKind.TITLE, 40, field_text("title")),)

LISTS = [
    ListSpec(),
    ListSpec(sort=(Sort("status"),)),
    ListSpec(sort=(Sort("status", descending=True),)),
    ListSpec(sort=(Sort("title"),)),
    ListSpec(sort=(Sort("author", descending=True),)),
    ListSpec(sort=(Sort("slug"),), where=Group((Condition("status", "is_not", "archived"),))),
]


class HeldBack(Anchored):
    """Places of a real list of which the whole comes when a test says so."""

    def __init__(self, listing: Listing[Any]) -> None:
        super().__init__(listing)
        self.go = threading.Event()

    def survey(self, session: Any, spec: ListSpec, most: int) -> Generator[Any]:
        if not self.go.wait(PATIENCE / 1000):
            raise TimeoutError
        yield from super().survey(session, spec, most)


@pytest.fixture(params=[2_000_000, 0], ids=["ids", "anchors"], autouse=True)
def small(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is long here, both for lists of which every id is kept and for others."""
    monkeypatch.setattr(source, "ANCHORS_FROM", request.param)
    monkeypatch.setattr(row_ahead, "COUNTED", 300)
    monkeypatch.setattr(row_ahead, "REACH", 1)


@pytest.fixture(scope="module")
def filled(make_template: Callable[[Callable[[str], object]], str]) -> str:
    """Posts of which half have one status; a gap in the ids; no statistics yet."""
    return make_template(fill)


def fill(url: str) -> None:
    with client(url) as sql:
        sql(
            "INSERT INTO users (name, email, password_hash)"
            " SELECT 'Person ' || n % 2, n || '@example.org', 'x' FROM generate_series(1, 5) n"
        )
        sql(
            "INSERT INTO posts (id, public_id, body, title, slug, status, author_id, updated_at)"
            " SELECT n + n / 4000 * 1000000, gen_random_uuid(), '', 'Title ' || n / 900, md5(n::text),"
            " CASE WHEN n < 3000 THEN 'published' WHEN n %% 90 = 0 THEN 'draft' ELSE 'archived' END,"
            " 1 + n / 5000, '2026-01-01Z'::timestamptz + n / 700 * interval '1 hour'"
            " FROM generate_series(1, %s) n",
            (POSTS,),
        )
        sql("ALTER TABLE posts SET (autovacuum_enabled = off)")


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[HeldBack]:
    made = HeldBack(queries.posts.LISTING)
    monkeypatch.setattr(queries.posts.LISTING, "places", made)
    yield made
    made.go.set()


@pytest.fixture
def view(held: HeldBack, tasks: Tasks, qtbot: QtBot) -> ListView:
    made = ListView()
    made.setObjectName("table")
    made.setAccessibleName("List of posts")
    made.setModel(ListModel(tasks, COLUMNS, lambda: queries.posts.LISTING, "posts", made))
    made.resize(1000, 500)
    qtbot.addWidget(made)
    made.show()
    return made


def on_screen(view: ListView) -> list[int]:
    """The ids on the screen; empty unless all rows have been read."""
    model = view.list_model()
    rows = range(view.rowAt(0), view.rowAt(view.viewport().height() - 1) + 1)
    ids = [model.id_at(row) for row in rows if model.row(row) is not None]
    return [row_id for row_id in ids if row_id is not None] if len(ids) == len(rows) else []


def jump(view: ListView, qtbot: QtBot, row: int) -> list[int]:
    view.verticalScrollBar().setValue(row * view.rowHeight(0) + 5)
    qtbot.waitUntil(lambda: view.rowAt(0) == row and bool(on_screen(view)), timeout=PATIENCE)
    return on_screen(view)


@pytest.mark.parametrize("analysed", [True, False], ids=["analysed", "never analysed"])
@pytest.mark.parametrize("spec", LISTS, ids=str)
def test_rows_follow_each_other_and_stay_on_the_screen(
    view: ListView,
    qtbot: QtBot,
    sql: Sql,
    database: Database,
    held: HeldBack,
    spec: ListSpec,
    analysed: bool,
) -> None:
    if analysed:
        sql("ANALYZE posts")
    with database.reader() as session:
        packed = b"".join(queries.posts.LISTING.ids(session, spec))
    place = {int.from_bytes(packed[n : n + 8]): n // 8 for n in range(0, len(packed), 8)}
    model = view.list_model()
    model.load(spec)
    qtbot.waitUntil(lambda: model.state is State.FIRST and model.rowCount() > 700, timeout=PATIENCE)
    rows = model.rowCount()
    middle, third = rows // 2, rows // 3
    for row in (middle, middle + 10, middle + 260, middle - 10, middle - 260, 2 * third, third, third - 250):
        numbers = [place[row_id] for row_id in jump(view, qtbot, row)]
        assert len(numbers) > 10
        assert all(later == earlier + 1 for earlier, later in pairwise(numbers))
    before, y = on_screen(view), view.rowViewportPosition(view.rowAt(0))
    assert not model.row_count_exact
    held.go.set()
    qtbot.waitUntil(lambda: model.state is State.READY and bool(on_screen(view)), timeout=PATIENCE)
    assert model.rowCount() == len(place)
    assert on_screen(view)[:10] == before[:10]
    assert view.rowViewportPosition(view.rowAt(0)) == y
    assert view.rowAt(0) == place[before[0]]

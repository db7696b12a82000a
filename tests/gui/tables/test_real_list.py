"""The list on the real thing: worker threads, a real database with thousands of rows, another client."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QAbstractItemModelTester, QTest
from pytestqt.qtbot import QtBot
from sqlalchemy.orm import Session

from blogadmin.core import queries
from blogadmin.core.database.changes import Changes
from blogadmin.core.database.engine import Database
from blogadmin.core.database.errors import Unavailable
from blogadmin.core.queries.spec import ListSpec, Sort
from blogadmin.core.transfer import generate
from blogadmin.gui.control.tasks import Tasks
from blogadmin.gui.tables import list_loader, source
from blogadmin.gui.tables.columns import CellKind, Column, field_text, time_column
from blogadmin.gui.tables.list_model import ListModel, State
from blogadmin.gui.tables.list_view import ListView
from blogadmin.gui.tables.row_order import Anchors, Ids
from blogadmin.gui.tables.row_ranges import RowRanges

Sql = Callable[..., list[tuple[object, ...]]]
POSTS = 800
PATIENCE = 10_000

COLUMNS = (
    Column("title", "Title", CellKind.TITLE, 40, field_text("title"), detail=lambda p: f"/{p.slug}"),
    Column("status", "Status", CellKind.STATUS, 14, field_text("status"), value=lambda p: p.status),
    Column("author", "Author", CellKind.PERSON, 20, field_text("author"), value=lambda p: p.author_active),
    time_column("updated_at", "Updated"),
)


@pytest.fixture(scope="module")
def filled(make_template: Callable[[Callable[[str], object]], str]) -> str:
    """Some thousand posts."""

    def fill(url: str) -> None:
        with closing(Database(url)) as database:
            generate.generate(database, 50, POSTS, 100, seed=7)

    return make_template(fill)


@pytest.fixture
def view(tasks: Tasks, qtbot: QtBot) -> ListView:
    """Some thousand posts, loaded in the noun's own order."""
    made = ListView()
    made.setObjectName("table")
    made.setAccessibleName("List of posts")
    made.setModel(ListModel(tasks, COLUMNS, lambda: queries.posts.LISTING, "posts", made))
    made.resize(1000, 500)
    qtbot.addWidget(made)
    made.show()
    load(made, qtbot, ListSpec())
    return made


def load(view: ListView, qtbot: QtBot, spec: ListSpec) -> None:
    view.list_model().load(spec)
    qtbot.waitUntil(lambda: view.list_model().state is State.READY, timeout=PATIENCE)


def test_places_are_looked_for_once_first_rows_are_there(
    view: ListView, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(list_loader, "FIRST_ALONE", 600)
    first, survey, told = source.Asked.first, source.Asked.survey, list[str]()

    def reading(self: source.Asked, session: Session, **spec: Any) -> source.First:
        answer = first(self, session, **spec)
        told.append("first rows")
        return answer

    def surveying(self: source.Asked, session: Session, **spec: Any) -> Any:
        told.append("places")
        yield from survey(self, session, **spec)

    monkeypatch.setattr(source.Asked, "first", reading)
    monkeypatch.setattr(source.Asked, "survey", surveying)
    load(view, qtbot, ListSpec("", (Sort("title"),)))
    assert told == ["first rows", "places"]


def shown(view: ListView, qtbot: QtBot, row: int, column: int = 0) -> str:
    """The words of a cell once they have come."""
    view.scrollTo(view.model().index(row, column))
    index = view.model().index(row, column)
    qtbot.waitUntil(lambda: bool(index.data()), timeout=PATIENCE)
    return index.data()


def test_the_whole_list_is_there_in_the_servers_order(view: ListView, qtbot: QtBot, sql: Sql) -> None:
    for sort, order in (
        ((), "updated_at DESC, id DESC"),
        ((Sort("title"),), "title, id"),
        ((Sort("author", descending=True), Sort("title")), None),
    ):
        load(view, qtbot, ListSpec(sort=sort))
        assert view.model().rowCount() == POSTS
        if order is not None:
            ids = [row[0] for row in sql(f"SELECT id FROM posts ORDER BY {order}")]
            assert list(view.list_model().ids_in(RowRanges([(0, POSTS)])) or ()) == ids
            for row in (0, 400, POSTS - 1):
                words = sql("SELECT title FROM posts WHERE id = %s", (ids[row],))[0][0]
                assert shown(view, qtbot, row) == words


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ((), "p.updated_at DESC, p.id DESC"),
        ((Sort("title"),), "p.title, p.id"),
        ((Sort("author"),), "u.name, u.id, p.id"),
        ((Sort("status"), Sort("title")), "p.status, p.title, p.id"),
    ],
    ids=str,
)
def test_a_list_of_anchors_is_the_same_list(
    view: ListView,
    qtbot: QtBot,
    sql: Sql,
    monkeypatch: pytest.MonkeyPatch,
    sort: tuple[Sort, ...],
    order: str,
) -> None:
    monkeypatch.setattr(source, "ANCHORS_FROM", 200)
    model = view.list_model()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    load(view, qtbot, ListSpec(sort=sort))
    model.reload()
    qtbot.waitUntil(lambda: model.state is State.READY, timeout=PATIENCE)
    told = sql(f"SELECT p.id, p.title FROM posts p JOIN users u ON u.id = p.author_id ORDER BY {order}")
    # An order that no index follows is kept whole, however long it is.
    assert isinstance(model.cache.order, Ids if len(sort) > 1 else Anchors)
    for row in (0, 255, 256, 400, 511, POSTS - 1):
        assert shown(view, qtbot, row) == told[row][1]
        assert model.id_at(row) == told[row][0]
    got: list[int] = []
    view.selectAll()
    view.fetch_selected_ids(got.extend)
    qtbot.waitUntil(lambda: bool(got), timeout=PATIENCE)
    assert got == [row[0] for row in told]
    tester.deleteLater()


def test_jumping_about_ends_with_the_rows_on_the_screen(view: ListView, qtbot: QtBot) -> None:
    bar = view.verticalScrollBar()
    for step in range(60):
        bar.setValue(step * 1993 % bar.maximum())
        view.viewport().repaint()
    model, first = view.list_model(), view.rowAt(0)
    qtbot.waitUntil(lambda: model.cache.entry(first) is not None, timeout=PATIENCE)
    assert model.state is State.READY


def test_each_key_stroke_replaces_the_search_before_it(view: ListView, qtbot: QtBot, sql: Sql) -> None:
    word = str(sql("SELECT title FROM posts ORDER BY id LIMIT 1")[0][0]).split()[0]
    for end in range(1, len(word) + 1):
        view.list_model().load(ListSpec(search=word[:end]))
    qtbot.waitUntil(lambda: view.list_model().state is State.READY, timeout=PATIENCE)
    assert 0 < view.model().rowCount() < POSTS
    load(view, qtbot, ListSpec(search="no post has these words"))
    assert view.model().rowCount() == 0


def test_what_another_client_commits_shows_in_place(view: ListView, qtbot: QtBot, sql: Sql) -> None:
    model = view.list_model()
    changed, deleted = model.id_at(1), model.id_at(2)
    sql("UPDATE posts SET title = 'Changed elsewhere' WHERE id = %s", (changed,))
    sql("DELETE FROM comments WHERE post_id = %s", (deleted,))
    sql("DELETE FROM posts WHERE id = %s", (deleted,))
    model.refresh(Changes.of("posts", updated=[changed or 0], deleted=[deleted or 0]))
    qtbot.waitUntil(lambda: model.index(1, 0).data() == "Changed elsewhere", timeout=PATIENCE)
    assert not model.is_usable(2)
    assert model.rowCount() == POSTS
    model.reload()
    qtbot.waitUntil(lambda: model.rowCount() == POSTS - 1, timeout=PATIENCE)


def test_a_row_deleted_before_it_was_read_shows_as_deleted(view: ListView, qtbot: QtBot, sql: Sql) -> None:
    row_id = view.list_model().id_at(500)
    sql("DELETE FROM comments WHERE post_id = %s", (row_id,))
    sql("DELETE FROM posts WHERE id = %s", (row_id,))
    assert shown(view, qtbot, 500) == "Deleted"
    assert shown(view, qtbot, 501) != "Deleted"


@pytest.mark.expects_log
def test_a_server_that_is_gone_is_a_failure_and_never_an_empty_list(
    view: ListView, qtbot: QtBot, tasks: Tasks, database: Database
) -> None:
    model, words = view.list_model(), shown(view, qtbot, 0)
    nowhere = Database("postgresql://nobody@127.0.0.1:9/nothing")
    tasks.set_database(nowhere)
    model.load(ListSpec(sort=(Sort("title"),)))
    qtbot.waitUntil(lambda: model.state is State.FAILED, timeout=PATIENCE)
    assert isinstance(model.error, Unavailable)
    assert model.rowCount() == POSTS
    assert model.index(0, 0).data() == words
    tasks.set_database(database)
    model.retry()
    qtbot.waitUntil(lambda: model.state is State.READY, timeout=PATIENCE)
    assert shown(view, qtbot, 0) != words
    nowhere.close()


def test_a_selection_survives_order_search_and_reload(view: ListView, qtbot: QtBot) -> None:
    QTest.mouseClick(
        view.viewport(), Qt.MouseButton.LeftButton, pos=view.visualRect(view.model().index(1, 1)).center()
    )
    for _ in range(4):
        QTest.keyClick(view, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    ids = set(view.selected_ids())
    assert len(ids) == 5
    for spec in (ListSpec(sort=(Sort("author"),)), ListSpec(sort=(Sort("title"),)), ListSpec()):
        load(view, qtbot, spec)
        assert set(view.selected_ids()) == ids
    view.list_model().reload()
    qtbot.waitUntil(lambda: view.list_model().state is State.READY, timeout=PATIENCE)
    assert set(view.selected_ids()) == ids


def test_copying_reads_the_rows_that_were_never_seen(view: ListView, qtbot: QtBot) -> None:
    view.selectAll()
    with qtbot.waitSignal(view.copied, timeout=PATIENCE) as copied:
        view.copy_selection()
    assert copied.args == [POSTS, POSTS]
    assert len(QGuiApplication.clipboard().text().split("\n")) == POSTS + 1

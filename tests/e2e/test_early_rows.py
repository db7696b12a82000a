"""What a person sees of a list before the database is open, from the second start on."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialog

from blogadmin.core.queries.glance import Glance
from blogadmin.core.queries.rows import PostRow
from blogadmin.gui.pages import start
from blogadmin.gui.pages.page import ListPage
from blogadmin.gui.pages.remembered import Remembered
from blogadmin.settings import Settings
from tests.e2e.conftest import Launch
from tests.e2e.robot import Robot

Sql = Callable[..., list[tuple[Any, ...]]]
pytestmark = pytest.mark.usefixtures("blog")


@pytest.fixture
def second_start(launch: Launch, database_url: str, gate: threading.Event) -> Callable[[], Robot]:
    """Start once until the list is there, close the window, and start again."""

    def begin(arrange: Callable[[Robot], object] = lambda _robot: None) -> Robot:
        gate.set()
        first = launch(database_url)
        first.says("30 posts")
        first.wait(lambda: bool(Remembered().glance("posts")))
        arrange(first)
        first.root.close()
        gate.clear()
        return launch(database_url)

    return begin


def page_of(robot: Robot) -> ListPage:
    """The page in front as what it is."""
    page = robot.page
    assert isinstance(page, ListPage)
    return page


def test_rows_are_there_before_the_database_is_open(
    second_start: Callable[..., Robot], gate: threading.Event, sql: Sql
) -> None:
    robot = second_start()
    robot.wait(lambda: robot.cells("title", 3) == ["Post number 01", "Post number 02", "Post number 03"])
    assert robot.table.model().rowCount() == 30
    assert robot.status() == "Connecting…"
    sql("UPDATE posts SET title = 'Changed meanwhile' WHERE slug = 'post-2'")
    gate.set()
    robot.says("30 posts")
    # The list itself has it at the top, as the one touched last.
    assert robot.cells("title", 2) == ["Changed meanwhile", "Post number 01"]


def test_they_come_in_the_order_that_was_chosen(second_start: Callable[..., Robot]) -> None:
    def by_title_from_the_end(robot: Robot) -> None:
        robot.sort_by("title")
        robot.wait(lambda: robot.cell(29, "title") == "Post number 30")
        robot.sort_by("title")
        robot.wait(lambda: robot.cell(0, "title") == "Post number 30")

    robot = second_start(by_title_from_the_end)
    robot.wait(lambda: robot.cells("title", 2) == ["Post number 30", "Post number 29"])
    assert robot.status() == "Connecting…"


def test_there_are_none_of_a_view_that_leaves_rows_out(
    second_start: Callable[..., Robot], gate: threading.Event
) -> None:
    def show_published(robot: Robot) -> None:
        offered = dict(page_of(robot).views.offered())
        offered["Published this week"]()
        robot.says("20 posts")

    robot = second_start(show_published)
    assert Remembered().glance("posts") == ""
    gate.set()
    robot.says("20 posts")


def test_nothing_can_be_done_to_them_before(
    second_start: Callable[..., Robot], gate: threading.Event
) -> None:
    robot = second_start()
    robot.wait(lambda: robot.cell(0, "title") == "Post number 01")
    robot.select(2, 3)
    robot.double_click(1, "title")
    robot.press(Qt.Key.Key_Return)
    for name in ("newAction", "deleteAction", "archivedStatusAction"):
        assert not robot.action(name).isEnabled()
    assert not [w for w in QApplication.topLevelWidgets() if isinstance(w, QDialog) and w.isVisible()]
    gate.set()
    robot.says("30 posts")
    assert robot.action("newAction").isEnabled()


def test_what_was_selected_stays_selected(second_start: Callable[..., Robot], gate: threading.Event) -> None:
    robot = second_start()
    robot.wait(lambda: robot.cell(0, "title") == "Post number 01")
    robot.select(2, 3)
    gate.set()
    robot.says("30 posts, 2 selected")
    rows = {index.row() for index in robot.table.selectionModel().selectedRows()}
    assert rows == {2, 3}


def test_a_glance_that_takes_long_keeps_nobody_waiting(
    second_start: Callable[..., Robot], gate: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = threading.Event()
    rows = Glance.rows

    def rows_later(self: Glance, url: str, settings: Settings) -> list[Any]:
        late.wait(20)
        return rows(self, url, settings)

    monkeypatch.setattr(Glance, "rows", rows_later)
    monkeypatch.setattr(start, "ALONE", 20)
    robot = second_start()
    gate.set()
    robot.says("30 posts")
    robot.search("number 07")
    robot.says("1 post")
    late.set()
    robot.wait(lambda: page_of(robot)._services.tasks.outstanding == 0)
    assert robot.cells("title") == ["Post number 07"]


def test_a_glance_at_nothing_leads_to_the_list_all_the_same(
    launch: Launch, database_url: str, gate: threading.Event
) -> None:
    gate.set()
    Remembered().keep_glance("posts", Glance("SELECT nonsense", "PostRow", PostRow._fields, {}).to_text())
    launch(database_url).says("30 posts")

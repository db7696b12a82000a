"""Views bring filter, order and columns back under a name: the program's own, one's own, and shared ones."""

from __future__ import annotations

import json
from typing import Any

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QLineEdit, QListView, QPushButton
from pytestqt.qtbot import QtBot

from blogadmin.core.queries.spec import Condition, Group, ListSpec, Sort
from blogadmin.gui.control.services import Services
from blogadmin.gui.pages.main_window import MainWindow
from blogadmin.gui.pages.page import ListPage
from blogadmin.gui.pages.views_view import columns_in, columns_state, for_person, same
from tests.gui.pages.conftest import OpenWindow, Sql, is_loaded, page_of

DRAFT = Condition("status", "is", "draft")
DRAFTS = {"where": {"all": [{"field": "status", "op": "is", "value": "draft"}]}, "sort": [["title", False]]}


@pytest.fixture
def page(window: MainWindow) -> ListPage:
    return page_of(window, "posts")


def save(sql: Sql, name: str, spec: object = DRAFTS, *, shared: bool = False, owner: str = "") -> None:
    """A view as another client keeps it."""
    sql(
        "INSERT INTO saved_views (noun, name, spec, shared, owner)"
        " VALUES ('posts', %s, %s, %s, coalesce(nullif(%s, ''), current_user))",
        (name, json.dumps(spec), shared, owner),
    )


def offered(page: ListPage) -> list[str]:
    """The views that the menu offers, without what it can do with them."""
    page.views.open_menu()
    menu = page.views._menu
    texts = [a.text() for a in menu.actions() if a.objectName().startswith("view_")]
    menu.hide()
    return texts


def action(page: ListPage, name: str) -> QAction:
    page.views.open_menu()
    menu = page.views._menu
    found = next((a for a in menu.actions() if a.objectName() == name), None)
    assert found is not None, f"no {name} among {[a.objectName() for a in menu.actions()]}"
    menu.hide()
    return found


def button(page: ListPage) -> str:
    return page.finding_row.views.text()


def dialog(name: str) -> QDialog:
    (found,) = (
        w
        for w in QApplication.topLevelWidgets()
        if isinstance(w, QDialog) and w.objectName() == name and w.isVisible()
    )
    return found


def child(parent: QDialog, kind: type[Any], name: str) -> Any:
    found = parent.findChild(kind, name)
    assert found is not None
    return found


def remembered(page: ListPage) -> str:
    return str(QSettings().value(f"pages/{page.noun.key}/view", ""))


def test_the_program_brings_views_of_its_own(window: MainWindow) -> None:
    assert offered(page_of(window, "posts")) == ["My drafts", "Published this week", "Never published"]
    assert offered(page_of(window, "users")) == ["Inactive authors"]
    assert offered(page_of(window, "comments")) == []


def test_a_view_shows_its_filter_and_says_when_something_else_is_looked_for(
    page: ListPage, sql: Sql, qtbot: QtBot
) -> None:
    sql("UPDATE posts SET status = 'archived' WHERE slug = 'post-1'")
    action(page, "view_default/Never published").trigger()
    assert button(page) == "Never published"
    qtbot.waitUntil(lambda: page.status.text() == "2 posts")
    page.filter_bar.clear()
    assert button(page) == "Never published, changed"
    qtbot.waitUntil(lambda: page.status.text() == "3 posts")
    action(page, "allRowsAction").trigger()
    assert button(page) == "Views"
    qtbot.waitUntil(lambda: is_loaded(page))


def test_the_view_that_was_chosen_last_comes_back_and_nothing_else_of_a_filter(
    page: ListPage, open_window: OpenWindow, qtbot: QtBot
) -> None:
    action(page, "view_default/Never published").trigger()
    page.finding.show(ListSpec("Post", where=Group((DRAFT,))))
    qtbot.waitUntil(lambda: is_loaded(page))
    assert remembered(page) == "default/Never published"
    again = page_of(open_window(), "posts")
    assert button(again) == "Never published"
    assert [chip.words() for chip in again.filter_bar.chips()] == ["Status: Draft or In review or Scheduled"]
    assert again.search.text() == ""
    qtbot.waitUntil(lambda: is_loaded(again))


def test_saved_views_come_from_the_database_with_order_and_columns(
    page: ListPage, sql: Sql, open_window: OpenWindow, qtbot: QtBot
) -> None:
    save(sql, "Drafts by title", {**DRAFTS, "columns": ["status", "title", "id"]})
    save(sql, "Of somebody else", owner="another")
    save(sql, "Shared by somebody", shared=True, owner="another")
    again = page_of(open_window(), "posts")
    qtbot.waitUntil(lambda: len(offered(again)) == 5)
    assert offered(again)[3:] == ["Drafts by title", "Shared by somebody"]
    view = next(v for v in again.views._store.views() if v.name == "Drafts by title")
    again.views.show(view)
    assert again.model.spec == ListSpec(sort=(Sort("title"),), where=Group((DRAFT,)))
    assert columns_in(again.view.save_state()) == ("status", "title", "id")
    assert button(again) == "Drafts by title"
    qtbot.waitUntil(lambda: is_loaded(again))


def test_a_saved_view_comes_back_with_the_next_start(
    page: ListPage, sql: Sql, open_window: OpenWindow, qtbot: QtBot
) -> None:
    save(sql, "Drafts by title")
    (number,) = sql("SELECT id FROM saved_views")[0]
    QSettings().setValue("pages/posts/view", f"saved/{number}")
    again = page_of(open_window(), "posts")
    qtbot.waitUntil(lambda: button(again) == "Drafts by title" and is_loaded(again))
    sql("DELETE FROM saved_views")
    once_more = page_of(open_window(), "posts")
    qtbot.waitUntil(lambda: is_loaded(once_more))
    assert button(once_more) == "Views"


def test_a_view_that_is_chosen_before_the_former_one_was_read_stays(
    page: ListPage, sql: Sql, services: Services, open_window: OpenWindow, qtbot: QtBot
) -> None:
    save(sql, "Drafts by title")
    (number,) = sql("SELECT id FROM saved_views")[0]
    QSettings().setValue("pages/posts/view", f"saved/{number}")
    again = page_of(open_window(), "posts")
    dict(again.views.offered())["Never published"]()
    qtbot.waitUntil(lambda: is_loaded(again) and not services.tasks.outstanding)
    assert button(again) == "Never published"


def test_a_view_of_a_newer_program_is_named_and_cannot_be_shown(
    page: ListPage, sql: Sql, open_window: OpenWindow, qtbot: QtBot
) -> None:
    save(sql, "From the future", {"moods": ["happy"]})
    again = page_of(open_window(), "posts")
    qtbot.waitUntil(lambda: "From the future" in offered(again))
    (number,) = sql("SELECT id FROM saved_views")[0]
    future = action(again, f"view_saved/{number}")
    assert not future.isEnabled()
    assert "newer version" in future.toolTip()
    assert "From the future" not in [name for name, _show in again.views.offered()]
    qtbot.waitUntil(lambda: is_loaded(again))


def test_my_drafts_ask_once_who_i_am(page: ListPage, qtbot: QtBot) -> None:
    action(page, "view_default/My drafts").trigger()
    asking = dialog("meDialog")
    child(asking, QPushButton, "saveButton").click()
    assert asking.isVisible()
    field = child(asking, QLineEdit, "me")
    with qtbot.waitActive(asking):
        asking.activateWindow()
    field.setFocus()
    QTest.keyClicks(field, "anna@example.org")
    offers = child(asking, QListView, "authorOffers")
    qtbot.waitUntil(offers.isVisible)
    QTest.keyClick(field, Qt.Key.Key_Return)
    child(asking, QPushButton, "saveButton").click()
    qtbot.waitUntil(lambda: button(page) == "My drafts")
    assert QSettings().value("person/email") == "anna@example.org"
    qtbot.waitUntil(lambda: page.status.text() == "3 posts" and is_loaded(page))
    action(page, "allRowsAction").trigger()
    action(page, "view_default/My drafts").trigger()
    qtbot.waitUntil(lambda: button(page) == "My drafts" and is_loaded(page))
    assert page.filter_bar.chips()[0].words() == "Author: Anna Kowalczyk"


def test_nothing_can_be_kept_in_a_read_only_database(window: MainWindow, page: ListPage) -> None:
    window.set_writable(False, "Only to look at.")
    assert not action(page, "saveViewAction").isEnabled()
    assert action(page, "view_default/Published this week").isEnabled()


def test_a_long_name_does_not_widen_the_window(
    page: ListPage, sql: Sql, open_window: OpenWindow, qtbot: QtBot
) -> None:
    save(sql, "R&D " + "x" * 90)
    again = page_of(open_window(), "posts")
    qtbot.waitUntil(lambda: len(offered(again)) == 4)
    assert offered(again)[3].startswith("R&&D x")
    again.views.offered()[-1][1]()
    assert len(button(again)) < 35
    qtbot.waitUntil(lambda: is_loaded(again))


def test_me_stands_for_a_person_wherever_it_is_said() -> None:
    mine = Condition("author_id", "is", "me")
    spec = ListSpec(where=Group((Group((mine, DRAFT), any=True), mine)))
    his = Condition("author_id", "is", 7)
    assert for_person(spec, 7) == ListSpec(where=Group((Group((his, DRAFT), any=True), his)))
    assert for_person(ListSpec("x"), 7) == ListSpec("x")
    assert same(ListSpec(where=Group((Group((DRAFT,)),))), ListSpec(where=Group((DRAFT,))))


def test_columns_are_told_by_name() -> None:
    state = columns_state(("b", "a"), ("a", "b", "c"))
    assert columns_in(state) == ("b", "a")
    assert [entry["name"] for entry in json.loads(state)["columns"]] == ["b", "a", "c"]


def test_a_view_is_saved_changed_shared_renamed_and_deleted_with_a_way_back(
    window: MainWindow, page: ListPage, sql: Sql, services: Services, qtbot: QtBot
) -> None:
    def rows() -> list[tuple[Any, ...]]:
        return sql("SELECT name, shared, spec->'where' IS NOT NULL FROM saved_views")

    page.finding.show(ListSpec(where=Group((DRAFT,))))
    action(page, "saveViewAction").trigger()
    asking = dialog("viewNameDialog")
    child(asking, QLineEdit, "name").setText("  Half \t done ")
    child(asking, QPushButton, "saveButton").click()
    qtbot.waitUntil(lambda: button(page) == "Half done")
    assert rows() == [("Half done", False, True)]
    page.filter_bar.clear()
    assert button(page) == "Half done, changed"
    action(page, "updateViewAction").trigger()
    qtbot.waitUntil(lambda: button(page) == "Half done")
    assert rows() == [("Half done", False, False)]
    action(page, "shareViewAction").trigger()
    qtbot.waitUntil(lambda: page.views.current is not None and page.views.current.shared)
    action(page, "renameViewAction").trigger()
    asking = dialog("viewNameDialog")
    child(asking, QLineEdit, "name").setText("Whole")
    child(asking, QPushButton, "saveButton").click()
    qtbot.waitUntil(lambda: button(page) == "Whole")
    action(page, "deleteViewAction").trigger()
    qtbot.waitUntil(lambda: button(page) == "Views")
    assert rows() == []
    window.menus.undo.trigger()
    qtbot.waitUntil(lambda: len(offered(page)) == 4)
    assert rows() == [("Whole", True, False)]
    qtbot.waitUntil(lambda: is_loaded(page) and services.tasks.outstanding == 0)


def test_a_name_that_is_taken_is_told_where_it_was_typed(page: ListPage, sql: Sql, qtbot: QtBot) -> None:
    save(sql, "Mine")
    action(page, "saveViewAction").trigger()
    asking = dialog("viewNameDialog")
    child(asking, QPushButton, "saveButton").click()
    error = child(asking, QLabel, "nameError")
    assert error.text() == "Type a name."
    QTest.keyClicks(child(asking, QLineEdit, "name"), "Mine")
    assert error.isHidden()
    child(asking, QPushButton, "saveButton").click()
    qtbot.waitUntil(error.isVisible)
    assert error.text().startswith("You have a view of this name already.")
    assert child(asking, QPushButton, "saveButton").isEnabled()
    asking.reject()

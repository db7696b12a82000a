"""What editors and moderators do all day, in the real window on a real database."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget

from tests.e2e.robot import Robot

Sql = Callable[..., list[tuple[Any, ...]]]
Key = Qt.Key


def test_an_editor_finds_opens_changes_and_saves_a_post(robot: Robot, sql: Sql) -> None:
    robot.search("number 07")
    robot.says("1 post")
    robot.press(Key.Key_Down)
    robot.press(Key.Key_Return)
    dialog = robot.dialog("postDialog")
    dialog.type_into("title", "A better title")
    dialog.save()
    dialog.saved()
    assert sql("SELECT title, version FROM posts WHERE slug = 'post-7'") == [("A better title", 2)]
    robot.wait(lambda: "A better title" in robot.cell(0, "title"))


def test_a_new_post_takes_its_slug_from_the_title_and_its_author_by_typing(robot: Robot, sql: Sql) -> None:
    robot.trigger("newAction")
    dialog = robot.dialog("postDialog")
    dialog.type_into("title", "Žluťoučký kůň, twice")
    assert dialog.text("slug") == "zlutoucky-kun-twice"
    dialog.type_into("body", "Once upon a time")
    dialog.choose_author("mar", "Marta Lindqvist")
    dialog.save()
    dialog.saved()
    found = sql(
        "SELECT p.title, p.status, u.email FROM posts p JOIN users u ON u.id = p.author_id"
        " WHERE p.slug = 'zlutoucky-kun-twice'"
    )
    assert found == [("Žluťoučký kůň, twice", "draft", "marta@example.org")]


def test_lists_are_sorted_by_the_server_and_by_name_where_a_name_is_shown(robot: Robot) -> None:
    robot.sort_by("title")
    robot.wait(lambda: robot.cell(0, "title") == "Post number 01")
    robot.sort_by("title")
    robot.wait(lambda: robot.cell(0, "title") == "Post number 30")
    robot.sort_by("author")
    robot.wait(
        lambda: robot.cell(0, "author") == "Anna Kowalczyk" and robot.cell(29, "author") == "Tomás Ferreira"
    )


def test_a_search_that_finds_nothing_says_so_and_leads_back(robot: Robot) -> None:
    robot.search("no such words")
    robot.says("0 posts")
    title = robot.page.findChild(QLabel, "emptyStateTitle")
    assert title is not None
    robot.wait(lambda: "no such words" in title.text())
    button = robot.page.findChild(QAbstractButton, "emptyStateAction")
    assert button is not None
    robot.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    robot.says("30 posts")


def test_percent_and_underscore_mean_themselves(robot: Robot, sql: Sql) -> None:
    sql("UPDATE posts SET title = '100 % wool' WHERE slug = 'post-3'")
    robot.search("%")
    robot.says("1 post")
    robot.search("_")
    robot.says("0 posts")


def test_a_moderator_deactivates_with_one_key_and_takes_it_back(robot: Robot, sql: Sql) -> None:
    robot.open_page("users")
    robot.says("4 users")
    robot.wait(lambda: robot.cell(0, "name") != "")
    row = robot.cells("name").index("Marta Lindqvist")
    robot.select(row)
    robot.press(Key.Key_Space)
    active = "SELECT is_active FROM users WHERE email = 'marta@example.org'"
    robot.wait(lambda: sql(active) == [(False,)])
    robot.wait(lambda: robot.action("undoAction").isEnabled())
    robot.trigger("undoAction")
    robot.wait(lambda: sql(active) == [(True,)])


def test_many_users_change_in_one_transaction_and_stay_selected(robot: Robot, sql: Sql) -> None:
    robot.open_page("users")
    robot.says("4 users")
    robot.press(Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    robot.says("4 users, 4 selected")
    robot.trigger("deactivateAction")
    robot.wait(lambda: sql("SELECT count(*) FROM users WHERE is_active") == [(0,)])
    assert sql("SELECT count(DISTINCT xmin::text) FROM users WHERE version = 2") == [(1,)]
    robot.says("4 users, 4 selected")
    robot.trigger("moderatorRoleAction")
    robot.wait(lambda: sql("SELECT count(*) FROM users WHERE role = 'moderator'") == [(4,)])


def test_deleting_a_post_says_what_hangs_on_it(robot: Robot, sql: Sql) -> None:
    robot.search("number 01")
    robot.says("1 post")
    robot.wait(lambda: robot.cell(0, "title") == "Post number 01")
    robot.select(0)
    robot.trigger("deleteAction")
    dialog = robot.dialog("deleteDialog")
    robot.wait(
        lambda: any(
            "1 comment" in label.text()
            for label in dialog.root.findChildren(QWidget)
            if isinstance(label, QLabel)
        )
    )
    button = dialog.find(QAbstractButton, "deleteButton")
    assert not button.isEnabled()
    dialog.click("with_comments")
    robot.wait(button.isEnabled)
    dialog.click("deleteButton")
    dialog.saved()
    assert sql("SELECT count(*) FROM posts WHERE slug = 'post-1'") == [(0,)]


def test_next_walks_the_list_as_it_is_sorted(robot: Robot) -> None:
    robot.sort_by("title")
    robot.wait(lambda: robot.cell(0, "title") == "Post number 01")
    robot.double_click(1, "title")
    dialog = robot.dialog("postDialog")
    robot.wait(lambda: dialog.text("title") == "Post number 02")
    dialog.click("nextButton")
    robot.wait(lambda: dialog.text("title") == "Post number 03")
    dialog.click("lastButton")
    robot.wait(lambda: dialog.text("title") == "Post number 30")
    dialog.click("firstButton")
    robot.wait(lambda: dialog.text("title") == "Post number 01")


def test_rows_are_copied_as_text(robot: Robot) -> None:
    robot.sort_by("title")
    robot.wait(lambda: robot.cell(1, "title") == "Post number 02")
    robot.select(0, 1)
    robot.press(Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    robot.wait(lambda: "Post number 02" in QGuiApplication.clipboard().text())
    lines = QGuiApplication.clipboard().text().splitlines()
    assert len(lines) == 3
    assert lines[0].startswith("Title\t")
    assert lines[1].startswith("Post number 01\t")


def test_what_others_change_is_seen_after_a_reload_and_the_selection_stays(robot: Robot, sql: Sql) -> None:
    robot.sort_by("title")
    robot.wait(lambda: robot.cell(0, "title") == "Post number 01")
    robot.select(4)
    sql(
        "INSERT INTO posts (public_id, title, slug, body, author_id)"
        " SELECT gen_random_uuid(), 'A new one', 'n', '', id FROM users LIMIT 1"
    )
    robot.trigger("reloadAction")
    robot.says("31 posts, 1 selected")
    robot.wait(lambda: robot.cell(0, "title") == "A new one")
    current = robot.table.currentIndex()
    assert current.row() == 5


def test_a_check_box_is_ticked_by_one_click(robot: Robot, sql: Sql) -> None:
    robot.open_page("users")
    robot.says("4 users")
    robot.wait(lambda: "Viktor Hale" in robot.cells("name"))
    row = robot.cells("name").index("Viktor Hale")
    where = robot.table.visualRect(robot.index(row, "is_active")).center()
    robot.qtbot.mouseClick(robot.table.viewport(), Qt.MouseButton.LeftButton, pos=where)
    robot.wait(lambda: sql("SELECT is_active FROM users WHERE email = 'viktor@example.org'") == [(True,)])


def test_theme_and_density_change_while_the_window_is_open(robot: Robot) -> None:
    before = robot.table.rowHeight(0)
    robot.trigger("compactDensityAction")
    assert robot.table.rowHeight(0) < before
    light = robot.root.palette().window().color().lightness()
    robot.trigger("darkThemeAction")
    assert robot.root.palette().window().color().lightness() < light
    robot.trigger("lightThemeAction")

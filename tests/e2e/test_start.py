"""From the first paint to a list: what a person sees before, and instead of, the posts."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLabel, QWidget
from shiboken6 import isValid

from tests.conftest import connect
from tests.e2e.conftest import Launch
from tests.e2e.robot import DialogRobot, Robot
from tests.faults.proxy import FaultProxy
from tests.foreign import foreign_tables

MakeDatabase = Callable[[str | None], str]
Sql = Callable[..., list[tuple[Any, ...]]]

FOREIGN = f"""
{foreign_tables()}
INSERT INTO users (email, name, password_hash) VALUES ('anna@example.org', 'Anna Kowalczyk', 'x');
INSERT INTO posts (public_id, title, body, slug, author_id) VALUES
  ('7f0c6f2e-8c41-4f8e-9a51-0a6a8a4d9a11', 'The old post', 'Once', 'the-old-post', 1);
"""


def ask(url: str, statement: str) -> list[tuple[Any, ...]]:
    """Run a statement on a database as another client would."""
    with closing(connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []


def tables(url: str) -> set[str]:
    """The names of the tables that a database has."""
    rows = ask(
        url, "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind='r'"
    )
    return {name for (name,) in rows}


def words(robot: Robot, name: str) -> str:
    """What a label of the window says; empty while it is not there."""
    labels = (label for label in robot.root.findChildren(QLabel, name) if label.isVisible())
    return next((label.text() for label in labels), "")


def welcome(robot: Robot) -> None:
    """Wait for the first start's offer."""
    robot.wait(lambda: robot.root.findChild(QWidget, "welcomePage") is not None)


def failure(robot: Robot) -> str:
    """Wait for the page that says why the blog cannot be opened, and return its words."""
    robot.wait(lambda: robot.root.findChild(QWidget, "startFailure") is not None)
    page = robot.find(QWidget, "startFailure")
    return " ".join(label.text() for label in page.findChildren(QLabel) if label.isVisible())


def fill_in(robot: Robot, url: str) -> DialogRobot:
    """Put an address into the dialog that asks for a server."""
    dialog = robot.dialog("connectDialog")
    dialog.type_into("url", url)
    return dialog


# Before the database answers


def test_the_window_is_there_before_the_database_answers(
    launch: Launch, blog: None, database_url: str
) -> None:
    with FaultProxy(database_url) as proxy:
        proxy.swallow()
        robot = launch(proxy.url, connect_timeout=2)
        robot.wait(lambda: proxy.open_links > 0)
        assert robot.root.isVisible()
        assert robot.status() == "Connecting…"
        assert words(robot, "connectionLabel") == "Connecting…"
        proxy.refuse()
        proxy.kill()
        failure(robot)
        proxy.pass_through()
        robot.page_button("startFailure", "emptyStateAction")
        robot.says("30 posts")
        assert words(robot, "connectionLabel") == "Connected"


def test_a_server_that_is_not_there_is_told_and_retried(
    launch: Launch, blog: None, database_url: str
) -> None:
    with FaultProxy(database_url) as proxy:
        proxy.refuse()
        robot = launch(proxy.url)
        said = failure(robot)
        assert "The blog cannot be opened" in said
        assert "cannot be reached" in said
        assert words(robot, "connectionLabel") == "Not connected"
        told = robot.find(QWidget, "startFailure")
        robot.page_button("startFailure", "emptyStateAction")
        # A second refusal puts another page in place of the first.
        robot.wait(lambda: not isValid(told))
        failure(robot)
        robot.wait(lambda: words(robot, "connectionLabel") == "Not connected")
        proxy.pass_through()
        robot.page_button("startFailure", "emptyStateAction")
        robot.says("30 posts")
        assert robot.root.findChild(QWidget, "startFailure") is None


def test_another_server_can_be_named_when_the_first_is_not_there(
    launch: Launch, blog: None, database_url: str
) -> None:
    with FaultProxy(database_url) as proxy:
        proxy.refuse()
        robot = launch(proxy.url)
        failure(robot)
        robot.page_button("startFailure", "emptyStateSecondAction")
        fill_in(robot, database_url).click("connectButton")
        robot.says("30 posts")


# An empty database


def test_an_empty_database_offers_three_ways_and_nothing_is_written_before(
    launch: Launch, empty_database_url: str
) -> None:
    robot = launch(empty_database_url)
    welcome(robot)
    for name in ("sampleButton", "emptyButton", "serverButton"):
        assert robot.find(QWidget, name).isVisible()
    assert not robot.find(QWidget, "navigation").isEnabled()
    assert tables(empty_database_url) == set()


def test_the_sample_blog_fills_the_lists(launch: Launch, empty_database_url: str) -> None:
    robot = launch(empty_database_url)
    welcome(robot)
    robot.click("sampleButton")
    robot.wait(lambda: robot.page.objectName() == "postsPage" and robot.cell(0, "title") != "")
    (count,) = ask(empty_database_url, "SELECT count(*) FROM posts")[0]
    robot.says(f"{count} posts")
    robot.open_page("users")
    robot.wait(lambda: robot.cell(0, "name") != "")


def test_an_empty_blog_leads_to_the_first_post(launch: Launch, empty_database_url: str) -> None:
    robot = launch(empty_database_url)
    welcome(robot)
    robot.click("emptyButton")
    robot.wait(lambda: words(robot, "emptyStateTitle") == "No posts yet")
    robot.says("0 posts")
    robot.page_button("postsPage", "emptyStateAction")
    dialog = robot.dialog("postDialog")
    assert dialog.text("title") == ""
    assert {"users", "posts", "comments", "blogadmin_version"} <= tables(empty_database_url)


def test_a_server_named_at_the_first_start_is_tried_before_it_is_taken(
    launch: Launch, empty_database_url: str, blog: None, database_url: str
) -> None:
    robot = launch(empty_database_url)
    welcome(robot)
    robot.click("serverButton")
    dialog = fill_in(robot, "postgresql://anna@127.0.0.1:1/nowhere")
    dialog.click("connectButton")
    robot.wait(lambda: "cannot be reached" in dialog.message())
    assert robot.find(QWidget, "welcomePage").isVisible()
    fill_in(robot, database_url).click("connectButton")
    robot.says("30 posts")
    assert tables(empty_database_url) == set()


def test_what_was_only_tested_is_not_written_to(
    launch: Launch, empty_database_url: str, make_database: MakeDatabase
) -> None:
    other = make_database(None)
    robot = launch(empty_database_url)
    welcome(robot)
    robot.click("serverButton")
    dialog = fill_in(robot, other)
    dialog.click("testButton")
    robot.wait(lambda: dialog.find(QWidget, "report").isVisible())
    dialog.click("cancelButton")
    robot.click("emptyButton")
    robot.wait(lambda: words(robot, "emptyStateTitle") == "No posts yet")
    assert tables(other) == set()
    assert "posts" in tables(empty_database_url)


# A schema that is not the program's own


def test_a_newer_schema_is_only_looked_at(launch: Launch, blog: None, database_url: str, sql: Sql) -> None:
    sql("UPDATE blogadmin_version SET version_num = '9999'")
    robot = launch(database_url)
    robot.says("30 posts")
    banner = robot.find(QWidget, "readOnlyBanner")
    assert banner.isVisible()
    assert "newer blogadmin" in banner.accessibleName()
    assert not robot.action("newAction").isEnabled()
    robot.select(0)
    for name in ("publishedStatusAction", "statusMenuAction", "deleteAction"):
        assert not robot.action(name).isEnabled()
    assert robot.action("editAction").isEnabled()


def test_nothing_can_be_toggled_or_saved_under_a_newer_schema(
    launch: Launch, blog: None, database_url: str, sql: Sql
) -> None:
    sql("UPDATE blogadmin_version SET version_num = '9999'")
    robot = launch(database_url)
    robot.says("30 posts")
    robot.open_page("users")
    robot.wait(lambda: robot.cell(0, "name") != "")
    robot.select(0)
    robot.press(Qt.Key.Key_Space)
    where = robot.table.visualRect(robot.index(1, "is_active")).center()
    robot.qtbot.mouseClick(robot.table.viewport(), Qt.MouseButton.LeftButton, pos=where)
    robot.press(Qt.Key.Key_Return)
    dialog = robot.dialog("userDialog")
    robot.wait(lambda: dialog.text("name") != "")
    assert not dialog.find(QWidget, "saveButton").isEnabled()
    assert sql("SELECT count(*) FROM users WHERE version > 1") == [(0,)]


def test_a_foreign_database_is_left_alone_when_the_offer_is_declined(
    launch: Launch, empty_database_url: str
) -> None:
    ask(empty_database_url, FOREIGN)
    before = ask(empty_database_url, COLUMNS)
    robot = launch(empty_database_url)
    robot.dialog("adoptDialog").click("rejectButton")
    assert "left as it is" in failure(robot)
    assert words(robot, "connectionLabel") == "Not connected"
    assert ask(empty_database_url, COLUMNS) == before
    assert "blogadmin_version" not in tables(empty_database_url)


def test_a_declined_offer_can_be_taken_after_all(launch: Launch, empty_database_url: str) -> None:
    ask(empty_database_url, FOREIGN)
    robot = launch(empty_database_url)
    robot.dialog("adoptDialog").click("rejectButton")
    failure(robot)
    robot.page_button("startFailure", "emptyStateAction")
    dialog = robot.dialog("adoptDialog")
    robot.wait(dialog.find(QWidget, "acceptButton").isEnabled)
    dialog.click("acceptButton")
    robot.says("1 post")
    robot.wait(lambda: robot.cell(0, "title") == "The old post")
    assert robot.action("newAction").isEnabled()


# Changing the server while the program runs


def test_another_server_takes_the_place_of_the_first(
    robot: Robot, make_database: MakeDatabase, template: str
) -> None:
    robot.trigger("connectAction")
    fill_in(robot, make_database(template)).click("connectButton")
    robot.says("0 posts")
    robot.wait(lambda: words(robot, "emptyStateTitle") == "No posts yet")


@pytest.mark.parametrize("answer", ["cancelButton", "discardButton"])
def test_unsaved_work_is_asked_about_before_the_server_changes(
    robot: Robot, make_database: MakeDatabase, template: str, answer: str
) -> None:
    robot.trigger("newAction")
    robot.dialog("postDialog").type_into("title", "Not to be lost")
    robot.trigger("connectAction")
    fill_in(robot, make_database(template)).click("connectButton")
    robot.dialog("questionBox").click(answer)
    if answer == "discardButton":
        robot.says("0 posts")
    else:
        assert robot.dialog("postDialog").text("title") == "Not to be lost"
        robot.says("30 posts")


def test_from_an_empty_database_there_is_a_way_back_to_the_former(
    robot: Robot, empty_database_url: str
) -> None:
    robot.select(0)
    robot.trigger("archivedStatusAction")
    robot.wait(robot.action("undoAction").isEnabled)
    robot.trigger("connectAction")
    fill_in(robot, empty_database_url).click("connectButton")
    welcome(robot)
    assert not robot.root.findChild(QAction, "undoAction").isEnabled()  # pyright: ignore[reportOptionalMemberAccess]
    robot.click("backButton")
    robot.says("30 posts")
    robot.wait(lambda: robot.root.findChild(QWidget, "welcomePage") is None)
    assert robot.find(QWidget, "navigation").isEnabled()
    assert robot.action("undoAction").isEnabled()
    robot.search("number 07")
    robot.says("1 post")
    assert tables(empty_database_url) == set()


def test_a_declined_foreign_database_leaves_the_open_one_in_place(
    robot: Robot, make_database: MakeDatabase
) -> None:
    other = make_database(None)
    ask(other, FOREIGN)
    robot.trigger("connectAction")
    fill_in(robot, other).click("connectButton")
    robot.dialog("adoptDialog").click("rejectButton")
    box = robot.dialog("errorBox")
    box.click("okButton")
    robot.says("30 posts")
    robot.search("number 07")
    robot.says("1 post")


COLUMNS = (
    "SELECT table_name, column_name, data_type, column_default FROM information_schema.columns"
    " WHERE table_schema = 'public' ORDER BY 1, 2"
)


def test_places_for_the_history_of_the_coming_months_are_made_behind_the_window(
    launch: Launch, blog: None, database_url: str, sql: Sql
) -> None:
    [(last,)] = sql("SELECT max(relname) FROM pg_class WHERE relname ~ '^audit_log_[0-9_]+$'")
    sql(f"DROP TABLE {last}")
    robot = launch(database_url)
    robot.wait(lambda: sql("SELECT count(*) FROM pg_class WHERE relname = %s", (last,)) == [(1,)])

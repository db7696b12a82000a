"""What an editor sees when the server is gone, slow, full of locks or unwilling, in the real window."""

from __future__ import annotations

import re
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QLabel, QMessageBox, QWidget
from pytestqt.qtbot import QtBot
from sqlalchemy import make_url

from blogadmin import app
from blogadmin.gui.pages.page import ListPage
from blogadmin.gui.theme import Mode
from blogadmin.gui.widgets.banner import Banner
from blogadmin.settings import Settings
from tests.conftest import connect
from tests.e2e.conftest import Launch
from tests.e2e.robot import DialogRobot, Robot
from tests.faults.proxy import FaultProxy

Sql = Callable[..., list[tuple[Any, ...]]]
Key = Qt.Key
MARTA = "SELECT is_active, version FROM users WHERE email = 'marta@example.org'"
POST_7 = "SELECT title, body, version FROM posts WHERE slug = 'post-7'"


@pytest.fixture
def far(proxy: FaultProxy, blog: None, launch: Launch) -> Robot:
    """An editor who sees the posts of ``blog`` through the proxy."""
    del blog
    robot = launch(proxy.url)
    robot.says("30 posts")
    robot.wait(lambda: robot.cell(0, "title") == "Post number 01")
    return robot


def banner(robot: Robot, name: str) -> Banner:
    """A banner of the page in front or of the window."""
    found = robot.page.findChild(Banner, name) or robot.root.findChild(Banner, name)
    assert found is not None
    return found


def press_action(robot: Robot, name: str) -> None:
    """Press the link in a banner."""
    button = banner(robot, name).findChild(QAbstractButton, "bannerAction")
    assert button is not None
    assert button.isVisible()
    robot.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def words_of(robot: Robot, name: str) -> str:
    """What a label of the window says."""
    return robot.find(QLabel, name).text()


def pull_the_plug(proxy: FaultProxy) -> None:
    """Take the server away."""
    proxy.refuse()
    proxy.kill()


def heard(robot: Robot) -> list[str]:
    """All that the status line will say from now on."""
    page = robot.page
    assert isinstance(page, ListPage)
    said: list[str] = []
    page.status_changed.connect(said.append)
    return said


def open_post(robot: Robot, title: str, typed: str) -> DialogRobot:
    """Open the post with this title and type another one over it."""
    robot.wait(lambda: title in robot.cells("title", 30))
    robot.double_click(robot.cells("title", 30).index(title), "title")
    dialog = robot.dialog("postDialog")
    robot.wait(lambda: dialog.text("title") == title)
    dialog.type_into("title", typed)
    return dialog


def told(robot: Robot) -> str:
    """The words of the error box, which is then closed."""
    box = robot.dialog("errorBox")
    assert isinstance(box.root, QMessageBox)
    words = f"{box.root.text()}. {box.root.informativeText()}"
    box.click("okButton")
    return words


# The server goes, and comes back


def test_a_list_stays_readable_while_the_server_is_gone_and_comes_up_to_date_by_itself(
    far: Robot, proxy: FaultProxy, sql: Sql
) -> None:
    pull_the_plug(proxy)
    far.trigger("reloadAction")
    far.wait(banner(far, "connectionBanner").isVisible)
    assert "cannot be reached" in banner(far, "connectionBanner").message()
    far.says("30 posts, not up to date")
    assert words_of(far, "connectionLabel") == "Connection lost"
    assert far.cells("title", 3) == ["Post number 01", "Post number 02", "Post number 03"]
    sql("UPDATE posts SET title = 'Changed meanwhile' WHERE slug = 'post-2'")
    proxy.pass_through()
    far.wait(lambda: not banner(far, "connectionBanner").isVisible())
    far.wait(lambda: far.status() == "30 posts")
    far.wait(lambda: "Changed meanwhile" in far.cells("title", 30))
    assert words_of(far, "connectionLabel") == "Connected"
    assert not banner(far, "failureBanner").isVisible()


def test_a_search_without_a_server_is_a_failure_and_never_an_empty_list(
    far: Robot, proxy: FaultProxy
) -> None:
    said = heard(far)
    pull_the_plug(proxy)
    far.search("number 07")
    far.wait(banner(far, "failureBanner").isVisible)
    assert banner(far, "failureBanner").message().startswith("The posts could not be read.")
    press_action(far, "failureBanner")
    far.wait(lambda: "Loading…" in said[1:])
    far.wait(banner(far, "failureBanner").isVisible)
    proxy.pass_through()
    far.wait(lambda: far.status() == "1 post")
    far.wait(lambda: far.cell(0, "title") == "Post number 07")
    far.wait(lambda: not banner(far, "failureBanner").isVisible())
    assert not [words for words in said if re.match(r"0 |No ", words)]


def test_retry_now_does_not_wait_for_the_countdown(far: Robot, proxy: FaultProxy) -> None:
    pull_the_plug(proxy)
    far.trigger("reloadAction")
    far.wait(lambda: "Trying again in" in banner(far, "connectionBanner").message())
    proxy.pass_through()
    press_action(far, "connectionBanner")
    far.wait(lambda: not banner(far, "connectionBanner").isVisible())
    far.says("30 posts")


def test_a_window_that_finds_no_server_says_so_and_tries_again_when_told(
    proxy: FaultProxy, blog: None, launch: Launch
) -> None:
    del blog
    proxy.refuse()
    robot = launch(proxy.url)
    robot.wait(lambda: robot.root.findChild(QWidget, "startFailure") is not None)
    page = robot.find(QWidget, "startFailure")
    title = page.findChild(QLabel, "emptyStateTitle")
    assert title is not None
    assert title.text() == "The blog cannot be opened"
    assert words_of(robot, "connectionLabel") == "Not connected"
    proxy.pass_through()
    retry = next(b for b in page.findChildren(QAbstractButton) if b.text() == "Retry")
    robot.qtbot.mouseClick(retry, Qt.MouseButton.LeftButton)
    robot.wait(lambda: any(p.isVisible() for p in robot.root.findChildren(ListPage)))
    robot.says("30 posts")


def test_what_was_typed_outlives_the_server_and_is_saved_once_when_it_is_back(
    far: Robot, proxy: FaultProxy, sql: Sql
) -> None:
    dialog = open_post(far, "Post number 07", "A better title")
    dialog.type_into("body", "A better body")
    pull_the_plug(proxy)
    dialog.save()
    far.wait(lambda: dialog.message() != "")
    assert "The server cannot be reached." in dialog.message()
    assert "what you typed is still here" in dialog.message()
    assert dialog.root.isVisible()
    assert (dialog.text("title"), dialog.text("body")) == ("A better title", "A better body")
    assert sql(POST_7) == [("Post number 07", "Body of 7", 1)]
    proxy.pass_through()
    far.wait(lambda: not banner(far, "connectionBanner").isVisible())
    assert (dialog.text("title"), dialog.text("body")) == ("A better title", "A better body")
    dialog.save()
    dialog.saved()
    assert sql(POST_7) == [("A better title", "A better body", 2)]
    far.wait(lambda: "A better title" in far.cells("title", 30))


def test_a_connection_cut_before_commit_is_told_as_not_saved_and_is_not(
    far: Robot, proxy: FaultProxy, sql: Sql
) -> None:
    dialog = open_post(far, "Post number 07", "A better title")
    proxy.cut_before(b"COMMIT")
    dialog.save()
    far.wait(lambda: dialog.message() != "")
    assert proxy.struck.is_set()
    assert "Nothing was saved" in dialog.message()
    assert dialog.text("title") == "A better title"
    assert sql(POST_7) == [("Post number 07", "Body of 7", 1)]
    proxy.pass_through()
    dialog.save()
    dialog.saved()
    assert sql(POST_7) == [("A better title", "Body of 7", 2)]


def test_a_connection_cut_after_commit_is_told_as_saved_and_is(
    far: Robot, proxy: FaultProxy, sql: Sql
) -> None:
    dialog = open_post(far, "Post number 07", "A better title")
    proxy.cut_after(b"COMMIT")
    dialog.save()
    dialog.saved()
    assert proxy.struck.is_set()
    assert sql(POST_7) == [("A better title", "Body of 7", 2)]
    far.wait(lambda: "A better title" in far.cells("title", 30))


def test_a_connection_cut_around_commit_is_told_for_a_tick_too(
    far: Robot, proxy: FaultProxy, sql: Sql
) -> None:
    row = users_row(far)
    proxy.cut_before(b"COMMIT")
    far.press(Key.Key_Space)
    assert "could not be done" in told(far)
    assert sql(MARTA) == [(True, 1)]
    proxy.cut_after(b"COMMIT")
    far.wait(lambda: far.status() == "4 users, 1 selected")
    far.press(Key.Key_Space)
    far.wait(lambda: not ticked(far, row))
    assert sql(MARTA) == [(False, 2)]
    assert not [b for b in far.root.findChildren(QMessageBox) if b.isVisible()]


# The end


@pytest.mark.parametrize("doing", ["reading", "connecting", "saving"])
def test_the_program_ends_though_the_server_swallows_everything(
    proxy: FaultProxy, blog: None, qtbot: QtBot, doing: str
) -> None:
    del blog
    app.application(Mode.LIGHT)
    program = app.build(Settings(database_url=proxy.url, connect_timeout=1))
    qtbot.addWidget(program.window)
    program.begin()
    robot = Robot(qtbot, program.window)
    robot.says("30 posts")
    users_row(robot)
    proxy.swallow()
    if doing == "connecting":
        proxy.kill()
    robot.trigger("deactivateAction" if doing == "saving" else "reloadAction")
    assert program.services.tasks.outstanding > 0
    assert program.window.close()
    program.close()
    left = [t for t in threading.enumerate() if t.name.startswith("blogadmin-")]
    assert not [t.name for t in left if not t.daemon]
    for thread in left:
        # An attempt to connect ends with its own time limit.
        thread.join(10)
        assert not thread.is_alive()


def test_typed_text_is_asked_for_before_the_window_closes_without_a_server(
    far: Robot, proxy: FaultProxy, sql: Sql
) -> None:
    dialog = open_post(far, "Post number 07", "A better title")
    pull_the_plug(proxy)
    assert not far.root.close()
    question = far.dialog("questionBox")
    question.click("saveButton")
    far.wait(lambda: "The server cannot be reached." in dialog.message())
    assert far.root.isVisible()
    assert dialog.text("title") == "A better title"
    proxy.pass_through()
    far.wait(lambda: not banner(far, "connectionBanner").isVisible())
    dialog.save()
    dialog.saved()
    assert sql(POST_7) == [("A better title", "Body of 7", 2)]


# Slow, locked, unwilling


def test_a_list_that_takes_too_long_is_a_failure_until_retry_works(
    blog: None, launch: Launch, database_url: str
) -> None:
    del blog
    robot = launch(database_url, statement_timeout_ms=400)
    robot.says("30 posts")
    said = heard(robot)
    with closing(connect(database_url)) as other, other.cursor() as cursor:
        cursor.execute("BEGIN; LOCK TABLE posts IN ACCESS EXCLUSIVE MODE")
        robot.sort_by("title")
        robot.wait(banner(robot, "failureBanner").isVisible)
        message = banner(robot, "failureBanner").message()
        assert message.startswith("The posts could not be read.")
        assert "too long" in message
        assert "saved" not in message
        robot.says("30 posts, not up to date")
        assert not banner(robot, "connectionBanner").isVisible()
        assert robot.cell(0, "title") == "Post number 01"
        cursor.execute("UPDATE posts SET title = 'Changed meanwhile' WHERE slug = 'post-1'; COMMIT")
    press_action(robot, "failureBanner")
    robot.wait(lambda: "Changed meanwhile" in robot.cells("title", 30))
    robot.wait(lambda: robot.status() == "30 posts")
    assert not banner(robot, "failureBanner").isVisible()
    assert not [words for words in said if re.match(r"0 |No ", words)]


def test_a_list_that_could_never_be_read_is_no_empty_list(
    blog: None, launch: Launch, database_url: str
) -> None:
    del blog
    with closing(connect(database_url)) as other, other.cursor() as cursor:
        cursor.execute("BEGIN; LOCK TABLE posts IN ACCESS EXCLUSIVE MODE")
        robot = launch(database_url, statement_timeout_ms=400)
        robot.says("Not read")
        title = robot.page.findChild(QLabel, "emptyStateTitle")
        assert title is not None
        robot.wait(title.isVisible)
        assert title.text() == "The posts could not be read"
    empty = robot.page.findChild(QWidget, "emptyState")
    assert empty is not None
    retry = next(b for b in empty.findChildren(QAbstractButton) if b.text() == "Retry")
    robot.qtbot.mouseClick(retry, Qt.MouseButton.LeftButton)
    robot.says("30 posts")


def users_row(robot: Robot) -> int:
    """Go to the users and select Marta."""
    robot.open_page("users")
    robot.wait(lambda: "Marta Lindqvist" in robot.cells("name"))
    robot.says("4 users")
    row = robot.cells("name").index("Marta Lindqvist")
    robot.select(row)
    robot.says("4 users, 1 selected")
    return row


def ticked(robot: Robot, row: int) -> bool:
    """Whether the check box in the row is ticked."""
    return robot.index(row, "is_active").data(Qt.ItemDataRole.CheckStateRole) == Qt.CheckState.Checked


def test_a_tick_that_a_read_only_server_refuses_does_not_stay(
    blog: None, launch: Launch, database_url: str, sql: Sql
) -> None:
    del blog
    name = make_url(database_url).database
    sql(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
    robot = launch(database_url)
    row = users_row(robot)
    robot.press(Key.Key_Space)
    assert "takes no changes at the moment" in told(robot)
    assert ticked(robot, row)
    assert robot.status() == "4 users, 1 selected"
    assert sql(MARTA) == [(True, 1)]
    sql(f'ALTER DATABASE "{name}" RESET default_transaction_read_only')


@pytest.fixture
def reader_only(database_url: str, blog: None, sql: Sql) -> Iterator[None]:
    """Whoever connects from now on may look and nothing else."""
    del blog
    role = f"reader_{uuid.uuid4().hex[:12]}"
    name = make_url(database_url).database
    sql(f'CREATE ROLE "{role}"')
    sql(f'GRANT SELECT ON ALL TABLES IN SCHEMA public TO "{role}"')
    sql(f"ALTER ROLE CURRENT_USER IN DATABASE \"{name}\" SET role = '{role}'")
    yield
    sql(f'ALTER ROLE CURRENT_USER IN DATABASE "{name}" RESET role')
    sql(f'DROP OWNED BY "{role}"')
    sql(f'DROP ROLE "{role}"')


def test_a_login_without_the_right_is_told_and_nothing_changes(
    reader_only: None, launch: Launch, database_url: str, sql: Sql
) -> None:
    del reader_only
    robot = launch(database_url)
    row = users_row(robot)
    robot.press(Key.Key_Space)
    words = told(robot)
    assert "may not do this" in words
    assert "permission denied" not in words
    assert ticked(robot, row)
    assert robot.status() == "4 users, 1 selected"
    robot.trigger("deactivateAction")
    assert "may not do this" in told(robot)
    assert sql("SELECT count(*) FROM users WHERE version > 1") == [(0,)]


def test_a_row_that_someone_else_holds_names_who_and_keeps_the_tick(
    blog: None, launch: Launch, database_url: str, sql: Sql
) -> None:
    del blog
    robot = launch(database_url, lock_timeout_ms=600)
    row = users_row(robot)
    with closing(connect(database_url)) as other, other.cursor() as cursor:
        cursor.execute("SET application_name = 'nightly import'; BEGIN")
        cursor.execute("SELECT FROM users WHERE email = 'marta@example.org' FOR UPDATE")
        robot.press(Key.Key_Space)
        assert "nightly import" in told(robot)
    assert ticked(robot, row)
    robot.press(Key.Key_Space)
    robot.wait(lambda: sql(MARTA) == [(False, 2)])

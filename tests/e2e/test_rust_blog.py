"""A real blog of 750 posts, made by another application: adopted, searched, sorted, edited, saved."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QPlainTextEdit, QWidget

from tests.conftest import connect
from tests.core.database.test_adopt import load_dump
from tests.e2e.conftest import Launch
from tests.e2e.robot import DialogRobot, Robot

# The list of zones that drops down asks for the keyboard, which no screen is there to give.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support grabbing the keyboard")

DUMP = Path(__file__).parents[3] / "shared" / "data" / "rust-blog.sql.gz"
ZONE = "Europe/Berlin"
SOLVER = "Enabling the next-generation trait solver on nightly"

Query = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture
def query(empty_database_url: str) -> Iterator[Query]:
    """The real blog as its own application left it, and a way to ask about it."""
    if not DUMP.exists():
        pytest.skip("needs ../shared/data/rust-blog.sql.gz beside the checkout")
    with closing(connect(empty_database_url)) as connection:
        load_dump(connection, DUMP)

        def ask(statement: str, args: object = None) -> list[tuple[Any, ...]]:
            with connection.cursor() as cursor:
                cursor.execute(statement, args)  # pyright: ignore[reportArgumentType]
                return cursor.fetchall() if cursor.description else []

        yield ask


@pytest.fixture
def offer(query: Query, launch: Launch, empty_database_url: str) -> tuple[Robot, DialogRobot]:
    """The window in front of the blog, and what it offers."""
    del query
    robot = launch(empty_database_url)
    return robot, robot.dialog("adoptDialog")


@pytest.fixture
def robot(offer: tuple[Robot, DialogRobot]) -> Robot:
    """An editor who has adopted the blog."""
    robot, dialog = offer
    adopt(dialog)
    robot.says("750 posts")
    return robot


def adopt(dialog: DialogRobot) -> None:
    """Name the zone and take the offer."""
    dialog.wait(dialog.find(QWidget, "timezone").isVisible)
    dialog.type_into("timezone", ZONE)
    plan = dialog.find(QPlainTextEdit, "details")
    dialog.wait(lambda: ZONE in plan.toPlainText())
    button = dialog.find(QAbstractButton, "acceptButton")
    dialog.wait(button.isEnabled)
    dialog.click("acceptButton")
    dialog.saved()


def digests(query: Query) -> dict[int, str]:
    """A digest of every body."""
    return dict(query("SELECT id, md5(body) FROM posts"))


def test_the_offer_shows_its_plan_and_changes_nothing_by_itself(
    offer: tuple[Robot, DialogRobot], query: Query
) -> None:
    robot, dialog = offer
    dialog.wait(dialog.find(QWidget, "timezone").isVisible)
    assert not dialog.find(QAbstractButton, "acceptButton").isEnabled()
    dialog.type_into("timezone", "Europe/Nowhere")
    dialog.qtbot.keyClick(dialog.find(QWidget, "timezone"), Qt.Key.Key_Tab)
    dialog.wait(lambda: dialog.error("timezone") != "")
    assert not dialog.find(QAbstractButton, "acceptButton").isEnabled()
    dialog.click("rejectButton")
    dialog.saved()
    robot.wait(lambda: robot.root.findChild(QWidget, "startFailure") is not None)
    assert query("SELECT to_regclass('blogadmin_version'), to_regclass('comments')") == [(None, None)]
    assert query(
        "SELECT count(*) FROM information_schema.columns WHERE column_name = 'version'"
        " AND table_schema = 'public'"
    ) == [(0,)]


def test_adopting_keeps_every_row_and_reads_the_times_in_the_zone_that_was_named(
    offer: tuple[Robot, DialogRobot], query: Query
) -> None:
    robot, dialog = offer
    query("CREATE TEMP TABLE former AS SELECT * FROM posts")
    adopt(dialog)
    robot.says("750 posts")
    same = query(
        "SELECT count(*) FROM posts p"
        " JOIN former f USING (id, public_id, title, slug, status, view_count, author_id)"
        " WHERE md5(p.body) = md5(f.body) AND p.metadata IS NOT DISTINCT FROM f.metadata AND p.version = 1"
        " AND p.created_at = f.created_at AT TIME ZONE %s AND p.updated_at = f.updated_at AT TIME ZONE %s",
        (ZONE, ZONE),
    )
    assert same == [(750,)]
    robot.open_page("users")
    robot.says("165 users")
    robot.open_page("comments")
    robot.says("0 comments")


def test_it_is_searched(robot: Robot, query: Query) -> None:
    robot.search("trait solver")
    found = query(
        "SELECT p.title FROM posts p JOIN users u ON u.id = p.author_id"
        " WHERE concat_ws(chr(1), p.title, p.slug, u.name) ILIKE '%trait%'"
        " AND concat_ws(chr(1), p.title, p.slug, u.name) ILIKE '%solver%'"
    )
    titles = sorted(title for (title,) in found)
    assert SOLVER in titles
    robot.wait(lambda: robot.status() == f"{len(titles)} posts")
    robot.wait(lambda: sorted(robot.cells("title")) == titles)


def test_it_is_sorted_by_the_names_of_authors_and_by_title(robot: Robot, query: Query) -> None:
    robot.sort_by("author")
    by_author = "SELECT u.name FROM posts p JOIN users u ON u.id = p.author_id ORDER BY u.name {0} LIMIT 50"
    robot.wait(lambda: robot.cells("author", 50) == [name for (name,) in query(by_author.format(""))])
    robot.sort_by("author")
    robot.wait(lambda: robot.cells("author", 50) == [name for (name,) in query(by_author.format("DESC"))])
    robot.sort_by("title")
    by_title = [title for (title,) in query("SELECT title FROM posts ORDER BY title LIMIT 50")]
    robot.wait(lambda: robot.cells("title", 50) == by_title)
    robot.wait(lambda: robot.cell(749, "title") == query("SELECT max(title) FROM posts")[0][0])


def test_the_longest_post_is_edited_and_nothing_else_changes(robot: Robot, query: Query) -> None:
    before = digests(query)
    post, title, body = query("SELECT id, title, body FROM posts ORDER BY length(body) DESC LIMIT 1")[0]
    robot.search(title)
    robot.wait(lambda: title in robot.cells("title"))
    robot.double_click(robot.cells("title").index(title), "title")
    dialog = robot.dialog("postDialog")
    robot.wait(lambda: dialog.text("title") == title)
    assert len(body) > 100_000
    assert dialog.text("body").splitlines() == body.splitlines()
    dialog.type_into("title", "A better title")
    dialog.save()
    dialog.saved()
    assert query("SELECT title, version FROM posts WHERE id = %s", (post,)) == [("A better title", 2)]
    assert digests(query) == before
    assert query("SELECT count(*) FROM posts WHERE version = 1") == [(749,)]
    robot.wait(lambda: "A better title" in robot.cells("title"))


def test_the_body_of_a_real_post_is_edited_and_its_other_lines_stay(robot: Robot, query: Query) -> None:
    before = digests(query)
    post, body = query("SELECT id, body FROM posts WHERE title = %s", (SOLVER,))[0]
    robot.search(SOLVER)
    robot.says("1 post")
    robot.wait(lambda: robot.cell(0, "title") == SOLVER)
    robot.double_click(0, "title")
    dialog = robot.dialog("postDialog")
    robot.wait(lambda: dialog.text("title") == SOLVER)
    editor = dialog.find(QPlainTextEdit, "body")
    editor.setFocus()
    robot.qtbot.keyClick(editor, Qt.Key.Key_Home, Qt.KeyboardModifier.ControlModifier)
    robot.qtbot.keyClicks(editor, "Read this. ")
    dialog.save()
    dialog.saved()
    assert query("SELECT body FROM posts WHERE id = %s", (post,)) == [("Read this. " + body,)]
    after = digests(query)
    assert {row_id for row_id in before if after[row_id] != before[row_id]} == {post}

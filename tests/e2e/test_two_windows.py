"""Two windows side by side on one server feel like one program, whatever becomes of the server."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QWidget

from blogadmin.gui.widgets.banner import Banner
from tests.conftest import connect
from tests.e2e.conftest import Launch
from tests.e2e.robot import DialogRobot, Robot
from tests.faults.own_server import OwnServer, own_server

Sql = Callable[..., list[tuple[Any, ...]]]
POST_7 = "SELECT title, body, slug FROM posts WHERE public_id = (SELECT public_id FROM seventh)"

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals are a POSIX matter")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[OwnServer]:
    with own_server(tmp_path) as standing:
        yield standing


@pytest.fixture
def database_url(server: OwnServer) -> str:
    return server.url


class Editor(Robot):
    """One of two at their windows: dialogs of the other's window are not theirs."""

    def dialog(self, name: str) -> DialogRobot:
        def there() -> QDialog | None:
            found = (w for w in QApplication.topLevelWidgets() if isinstance(w, QDialog) and w.isVisible())
            return next((w for w in found if w.objectName() == name and self._is_mine(w)), None)

        self.wait(lambda: there() is not None)
        dialog = there()
        assert dialog is not None
        return DialogRobot(self.qtbot, dialog)

    def _is_mine(self, widget: QWidget | None) -> bool:
        while widget is not None and widget is not self.root:
            widget = widget.parentWidget()
        return widget is self.root

    def open_post(self, title: str) -> DialogRobot:
        """Double-click the post with this title."""
        self.wait(lambda: title in self.cells("title", 30))
        self.double_click(self.cells("title", 30).index(title), "title")
        dialog = self.dialog("postDialog")
        self.wait(lambda: dialog.text("title") == title)
        return dialog

    def banner(self) -> Banner:
        """What tells that the connection is lost."""
        return self.find(Banner, "connectionBanner")

    def live(self) -> bool:
        """Whether others' changes show by themselves."""
        return any(label.text() == "Live" for label in self.root.findChildren(QLabel))


@pytest.fixture
def two(server: OwnServer, blog: None, sql: Sql, launch: Launch) -> tuple[Editor, Editor]:
    """Both look at the posts, and follow each other."""
    del blog
    sql("CREATE TABLE seventh AS SELECT public_id FROM posts WHERE slug = 'post-7'")
    robots = [launch(server.url) for _ in range(2)]
    one, other = (Editor(robot.qtbot, robot.root) for robot in robots)
    for each in (one, other):
        each.says("30 posts")
        each.wait(each.live)
    return one, other


def test_what_one_saves_the_other_sees_and_saves_beside_it(two: tuple[Editor, Editor], sql: Sql) -> None:
    one, other = two
    mine, theirs = one.open_post("Post number 07"), other.open_post("Post number 07")
    theirs.type_into("body", "A better body")
    mine.type_into("title", "A better title")
    mine.save()
    mine.saved()
    other.wait(lambda: "A better title" in other.cells("title", 30))
    theirs.save()
    theirs.saved()
    assert sql(POST_7) == [("A better title", "A better body", "post-7")]


def test_what_both_changed_is_asked_and_undo_reaches_the_other(two: tuple[Editor, Editor], sql: Sql) -> None:
    one, other = two
    mine, theirs = one.open_post("Post number 07"), other.open_post("Post number 07")
    mine.type_into("title", "From the one")
    theirs.type_into("title", "From the other")
    mine.save()
    mine.saved()
    theirs.save()
    merge = other.dialog("mergeDialog")
    assert sql(POST_7)[0][0] == "From the one", "nothing is overwritten without a choice"
    merge.click("titleMineRadio")
    merge.click("saveMergedButton")
    theirs.saved()
    assert sql(POST_7)[0][0] == "From the other"
    one.wait(lambda: "From the other" in one.cells("title", 30))
    other.wait(lambda: other.action("undoAction").isEnabled())
    other.trigger("undoAction")
    one.wait(lambda: "From the one" in one.cells("title", 30))
    assert sql(POST_7)[0][0] == "From the one"


def test_a_server_that_is_killed_while_one_saves_loses_nothing(
    two: tuple[Editor, Editor], server: OwnServer, sql: Sql
) -> None:
    one, other = two
    mine, theirs = one.open_post("Post number 07"), other.open_post("Post number 08")
    mine.type_into("title", "Saved at last")
    theirs.type_into("title", "Typed meanwhile")
    with closing(connect(server.url)) as third, third.cursor() as cursor:
        cursor.execute("BEGIN; SELECT FROM posts WHERE slug = 'post-7' FOR UPDATE")
        mine.save()
        one.wait(lambda: waiting(sql))
        server.kill()
        one.wait(lambda: mine.message() != "")
    assert "Nothing was saved" in mine.message()
    one.wait(one.banner().isVisible)
    assert mine.text("title") == "Saved at last"
    assert theirs.text("title") == "Typed meanwhile"
    server.start()
    for each in two:
        each.wait(lambda each=each: not each.banner().isVisible())
    with closing(connect(server.url)) as again, again.cursor() as cursor:
        cursor.execute(POST_7)
        assert cursor.fetchall() == [("Post number 07", "Body of 7", "post-7")]
        for dialog in (mine, theirs):
            dialog.save()
            dialog.saved()
        cursor.execute("SELECT title FROM posts WHERE slug IN ('post-7', 'post-8') ORDER BY slug")
        assert cursor.fetchall() == [("Saved at last",), ("Typed meanwhile",)]
    for each in two:
        each.wait(lambda each=each: {"Saved at last", "Typed meanwhile"} <= set(each.cells("title", 30)))


def waiting(sql: Sql) -> bool:
    """Whether somebody waits for a lock."""
    return sql("SELECT count(*) > 0 FROM pg_stat_activity WHERE wait_event_type = 'Lock'") == [(True,)]

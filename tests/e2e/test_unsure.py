"""A save of which nobody can tell whether it arrived is settled as soon as the server is back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QMessageBox

from blogadmin.core.database import outcome
from tests.e2e.conftest import Launch
from tests.e2e.robot import DialogRobot, Robot
from tests.faults.proxy import FaultProxy

Sql = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture
def far(proxy: FaultProxy, blog: None, launch: Launch, monkeypatch: pytest.MonkeyPatch) -> Robot:
    """An editor behind the proxy, whose program soon gives up asking what became of a save."""
    del blog
    monkeypatch.setattr(outcome, "ASK_FOR", 0.3)
    robot = launch(proxy.url, lock_timeout_ms=30_000)
    robot.says("30 posts")
    return robot


def save_into_the_void(robot: Robot, proxy: FaultProxy, sql: Sql, dialog: DialogRobot, when: str) -> None:
    """Save a post over a connection that is lost at the COMMIT."""
    lose(robot, proxy, sql, "posts", dialog.save, when)
    robot.wait(lambda: "Nobody can tell yet" in dialog.message())


def lose(
    robot: Robot, proxy: FaultProxy, sql: Sql, table: str, begin: Callable[[], object], when: str
) -> None:
    """Begin a change, and lose the server at the COMMIT: for the other side it came through, or did not."""
    (proxy.cut_after if when == "after" else proxy.cut_before)(b"COMMIT")
    sql(f"BEGIN; LOCK TABLE {table} IN SHARE MODE")
    begin()
    robot.wait(lambda: sql("SELECT count(*) FROM pg_locks WHERE NOT granted") != [(0,)])
    # Nobody new is let in from here on; what is open goes on until the cut.
    proxy.refuse()
    sql("COMMIT")
    robot.wait(proxy.struck.is_set)


@pytest.mark.parametrize("when", ["before", "after"])
def test_an_edit_is_settled(far: Robot, proxy: FaultProxy, sql: Sql, when: str) -> None:
    dialog = far.type_over("Post number 07", "A better title")
    save_into_the_void(far, proxy, sql, dialog, when)
    proxy.pass_through()
    if when == "after":
        dialog.saved()
        far.wait(lambda: "A better title" in far.cells("title", 30))
    else:
        far.wait(lambda: dialog.message().startswith("It was not saved."))
        assert dialog.text("title") == "A better title"
        dialog.save()
        dialog.saved()
    assert sql("SELECT title, version FROM posts WHERE slug = 'post-7'") == [("A better title", 2)]


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_new_row_is_settled_and_never_made_twice(
    far: Robot, proxy: FaultProxy, sql: Sql, when: str
) -> None:
    far.trigger("newAction")
    dialog = far.dialog("postDialog")
    dialog.type_into("title", "Quite new")
    dialog.choose_author("Mar", "Marta")
    save_into_the_void(far, proxy, sql, dialog, when)
    proxy.pass_through()
    if when == "before":
        far.wait(lambda: dialog.message().startswith("It was not saved."))
        dialog.save()
    dialog.saved()
    assert sql("SELECT title, slug FROM posts WHERE title LIKE 'Quite%'") == [("Quite new", "quite-new")]


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_tick_in_the_list_is_settled(far: Robot, proxy: FaultProxy, sql: Sql, when: str) -> None:
    far.open_page("users")
    far.wait(lambda: "marta@example.org" in far.cells("email"))
    row = far.cells("email").index("marta@example.org")
    state = Qt.ItemDataRole.CheckStateRole

    def ticked() -> bool:
        return far.index(row, "is_active").data(state) == Qt.CheckState.Checked

    def titles() -> set[str]:
        boxes = (w for w in QApplication.topLevelWidgets() if isinstance(w, QMessageBox) and w.isVisible())
        return {box.text() for box in boxes}

    lose(far, proxy, sql, "users", lambda: far.click_cell(row, "is_active"), when)
    far.wait(lambda: any(title.startswith("It is not known yet") for title in titles()))
    proxy.pass_through()
    far.wait(lambda: not any(title.startswith("It is not known yet") for title in titles()))
    if when == "after":
        far.wait(lambda: not ticked())
        far.trigger("undoAction")
        far.wait(ticked)
    else:
        far.wait(lambda: any(title.endswith("was not saved") for title in titles()))
        assert ticked()
        far.dialog("errorBox").click("okButton")
    assert sql("SELECT is_active FROM users WHERE email = 'marta@example.org'") == [(True,)]

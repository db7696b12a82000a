"""The history in dialogs: what each version changed, and putting one back, on a real database."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from blogadmin.core.database.changes import Changes
from blogadmin.gui.control.hub import ChangeHub
from blogadmin.gui.dialogs.history_compare import AT_ONCE
from blogadmin.gui.dialogs.history_diff import CHANGES, Kind
from blogadmin.gui.dialogs.history_pane import MINE, HistoryPane, said
from blogadmin.gui.dialogs.history_window import HistoryWindow
from blogadmin.gui.dialogs.post import PostDialog
from blogadmin.gui.dialogs.user import UserDialog
from tests.gui.dialogs.conftest import click, field, ready, retype, words

Sql = Callable[..., list[tuple[Any, ...]]]
Make = Callable[[type[Any]], Any]
CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def old_post(post: int, sql: Sql, marta: int) -> int:
    """A post with four versions: made; body and status; author; metadata."""
    sql("UPDATE posts SET body = E'First line\\nthird line', status = 'draft'")
    sql("UPDATE posts SET author_id = %s", (marta,))
    sql('UPDATE posts SET metadata = \'{"tags": ["b"]}\'')
    return post


@pytest.fixture
def dialog(make: Make, old_post: int, qtbot: QtBot) -> PostDialog:
    """The post in its dialog, History in front."""
    made = make(PostDialog)
    made.open_for(old_post)
    ready(made, qtbot)
    QTest.keyClick(made, Qt.Key.Key_H, CTRL)
    stands_at(made.history, "Version 4", qtbot)
    return made


def stands_at(pane: HistoryPane, title: str, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: pane.comparing.now is not None and pane.head.title.text().startswith(title))


def press(pane: HistoryPane, key: Qt.Key, title: str, qtbot: QtBot) -> None:
    """Walk in the list, and wait for what it leads to."""
    QTest.keyClick(pane.list, key)
    stands_at(pane, title, qtbot)


def shown(pane: HistoryPane) -> list[str]:
    signs = {Kind.GONE: "− ", Kind.NEW: "+ ", Kind.FIELD: "# "}
    return [f"{signs.get(line.kind, '')}{line.text}" for line in pane.text.lines()]


def titles(pane: HistoryPane) -> list[str]:
    return [f"{version.title} {version.tag}".strip() for version in pane.list.versions()]


def test_the_last_version_comes_first_and_tells_what_it_changed(dialog: PostDialog) -> None:
    pane = dialog.history
    tags = [version.tag for version in pane.list.versions()]
    assert tags == ["v4", "v3", "v2", "v1"]
    assert [version.caption for version in pane.list.versions()] == [
        "Just now · metadata",
        "Just now · author",
        "Just now · text, status: Published → Draft",
        "Just now · created",
    ]
    assert shown(pane)[0] == "# Metadata"
    assert [line.text.strip() for line in pane.text.lines() if line.kind in CHANGES] == ['"a"', '"b"']
    assert "UTC" in pane.list.item(0).toolTip()


def test_the_keyboard_is_in_the_list(dialog: PostDialog) -> None:
    assert dialog.focusWidget() is dialog.history.list


def test_walking_the_list_shows_each_version(dialog: PostDialog, qtbot: QtBot) -> None:
    pane = dialog.history
    press(pane, Qt.Key.Key_Down, "Version 3", qtbot)
    assert shown(pane) == ["# Author", "− Anna Kowalczyk", "+ Marta Lindqvist"]
    press(pane, Qt.Key.Key_Down, "Version 2", qtbot)
    assert shown(pane) == [
        "# Text",
        "First line",
        "− second line",
        "+ third line",
        "# Status",
        "− Published",
        "+ Draft",
    ]
    assert (pane.head.added.words(), pane.head.removed.words()) == ("+2 lines", "−2 lines")
    press(pane, Qt.Key.Key_Down, "Version 1", qtbot)
    assert "+ Slow queries" in shown(pane)
    assert not any(line.kind is Kind.GONE for line in pane.text.lines())


def test_keys_of_the_list_walk_through_the_changes(dialog: PostDialog, qtbot: QtBot) -> None:
    pane = dialog.history
    press(pane, Qt.Key.Key_Down, "Version 3", qtbot)
    press(pane, Qt.Key.Key_Down, "Version 2", qtbot)
    QTest.keyClicks(pane.list, "jj")
    assert pane.foot.place.text() == "Change 2 of 2"
    QTest.keyClick(pane.list, Qt.Key.Key_F8, Qt.KeyboardModifier.ShiftModifier)
    assert pane.foot.place.text() == "Change 1 of 2"


def test_a_version_is_compared_with_the_form(dialog: PostDialog, qtbot: QtBot) -> None:
    pane = dialog.history
    press(pane, Qt.Key.Key_End, "Version 1", qtbot)
    pane.head.compare.setFocus()
    QTest.keyClick(pane.head.compare, Qt.Key.Key_Down)
    stands_at(pane, "Version 1 · ", qtbot)
    qtbot.waitUntil(lambda: pane.head.title.text().endswith("→ your form"))
    headings = [line for line in shown(pane) if line.startswith("#")]
    assert headings == ["# Text", "# Status", "# Author", "# Metadata"]


def test_what_was_typed_stands_on_top(dialog: PostDialog, qtbot: QtBot) -> None:
    pane = dialog.history
    retype(dialog, "slug", "other-address")
    qtbot.waitUntil(lambda: titles(pane)[0] == MINE)
    press(pane, Qt.Key.Key_Home, "Version 4 → your text", qtbot)
    assert shown(pane) == ["# Slug", "− slow-queries", "+ other-address"]
    assert not pane.head.restore.isVisible()


def test_a_version_is_put_into_the_form_and_saved_as_any_change(
    dialog: PostDialog, sql: Sql, anna: int, qtbot: QtBot
) -> None:
    pane = dialog.history
    press(pane, Qt.Key.Key_End, "Version 1", qtbot)
    assert pane.head.restore.text() == "Restore version 1…"
    click(dialog, "restoreButton")
    assert words(dialog, "errorMessage") == (
        "The text, status, author and metadata of version 1 are in the form, not saved yet."
    )
    stands_at(pane, "Version 4 → your text", qtbot)
    assert dialog.is_dirty()
    assert sql("SELECT body FROM posts") == [("First line\nthird line",)]
    done: list[int] = []
    dialog.saved.connect(done.append)
    QTest.keyClick(dialog, Qt.Key.Key_Return, CTRL)
    qtbot.waitUntil(lambda: bool(done))
    assert sql("SELECT body, status, author_id, metadata FROM posts") == [
        ("First line\nsecond line", "published", anna, {"tags": ["a"]})
    ]
    assert dialog.services.undo.can_undo


def test_a_single_field_is_put_back(dialog: PostDialog, qtbot: QtBot) -> None:
    pane = dialog.history
    press(pane, Qt.Key.Key_End, "Version 1", qtbot)
    button = field(dialog, "statusRestoreButton")
    pane.text.verticalScrollBar().setValue(pane.text.verticalScrollBar().maximum())
    qtbot.waitUntil(button.isVisible)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert words(dialog, "errorMessage") == "The status of version 1 is in the form, not saved yet."
    assert dialog.form["status"].widget.value() == "published"
    assert dialog.form["body"].widget.value() == "First line\nthird line"


def test_what_was_typed_before_is_not_lost(dialog: PostDialog, qtbot: QtBot) -> None:
    pane = dialog.history
    retype(dialog, "title", "Typed for an hour")
    qtbot.waitUntil(lambda: titles(pane)[0] == MINE)
    press(pane, Qt.Key.Key_End, "Version 1", qtbot)
    click(dialog, "restoreButton")
    assert dialog.form["title"].widget.value() == "Slow queries"
    assert words(dialog, "errorMessage").endswith("What you had typed stands in the list of versions.")
    assert titles(pane)[:2] == [MINE, "Your earlier text 1"]
    press(pane, Qt.Key.Key_Down, "Your earlier text 1", qtbot)
    assert "− Typed for an hour" in shown(pane)
    click(dialog, "restoreButton")
    assert dialog.form["title"].widget.value() == "Typed for an hour"


def test_restoring_can_be_taken_back_at_once(dialog: PostDialog, qtbot: QtBot) -> None:
    pane = dialog.history
    press(pane, Qt.Key.Key_End, "Version 1", qtbot)
    click(dialog, "restoreButton")
    click(dialog, "takeBackButton")
    assert dialog.form["body"].widget.value() == "First line\nthird line"
    assert dialog.form["metadata"].widget.value() == {"tags": ["b"]}
    assert not dialog.form.changes(dialog.state.base)


def test_metadata_that_cannot_be_kept_is_not_restored_and_it_is_told(
    make: Make, post: int, sql: Sql, qtbot: QtBot
) -> None:
    sql("UPDATE posts SET metadata = '{\"n\": 123456789012345678901234567890}'")
    sql("UPDATE posts SET metadata = NULL, title = 'Other'")
    dialog = make(PostDialog)
    dialog.open_for(post)
    ready(dialog, qtbot)
    dialog.show_history()
    stands_at(dialog.history, "Version 3", qtbot)
    press(dialog.history, Qt.Key.Key_Down, "Version 2", qtbot)
    assert "123456789012345678901234567890" in dialog.history.text.toPlainText()
    click(dialog, "restoreButton")
    assert words(dialog, "errorMessage") == (
        "The title of version 2 is in the form, not saved yet. Metadata cannot be restored without damage."
        " This number is too large to be kept exactly."
    )
    assert dialog.form["metadata"].widget.value() is None


def test_an_author_who_is_no_more_is_not_restored(
    make: Make, post: int, anna: int, marta: int, sql: Sql, qtbot: QtBot
) -> None:
    sql("UPDATE posts SET author_id = %s", (marta,))
    sql("DELETE FROM users WHERE id = %s", (anna,))
    dialog = make(PostDialog)
    dialog.open_for(post)
    ready(dialog, qtbot)
    dialog.show_history()
    stands_at(dialog.history, "Version 2", qtbot)
    assert f"− user no. {anna}" in shown(dialog.history)
    press(dialog.history, Qt.Key.Key_Down, "Version 1", qtbot)
    click(dialog, "restoreButton")
    assert words(dialog, "errorMessage") == (
        "Nothing was restored. Author cannot be restored: that user was deleted."
    )


def test_a_change_elsewhere_shows_without_leaving_the_place(
    dialog: PostDialog, hub: ChangeHub, sql: Sql, old_post: int, qtbot: QtBot
) -> None:
    pane = dialog.history
    press(pane, Qt.Key.Key_Down, "Version 3", qtbot)
    sql("UPDATE posts SET title = 'Changed by others'")
    hub.announce(Changes.of("posts", updated=(old_post,)), None)
    qtbot.waitUntil(lambda: titles(pane)[0].endswith("v5"))
    assert pane.head.title.text().startswith("Version 3")
    press(pane, Qt.Key.Key_Home, "Version 5", qtbot)
    assert shown(pane) == ["# Title", "− Slow queries", "+ Changed by others"]


def test_nothing_is_read_before_the_tab_is_shown(make: Make, old_post: int, qtbot: QtBot) -> None:
    dialog = make(PostDialog)
    dialog.open_for(old_post)
    ready(dialog, qtbot)
    qtbot.waitUntil(lambda: dialog.services.tasks.outstanding == 0)
    assert not dialog.history.list.versions()


def test_the_dialog_begins_with_the_change_that_was_asked_for(
    make: Make, old_post: int, sql: Sql, qtbot: QtBot
) -> None:
    [(entry,)] = sql("SELECT id FROM audit_log WHERE noun = 'posts' AND version = 2")
    dialog = make(PostDialog)
    dialog.open_for(old_post)
    dialog.show_history(entry)
    stands_at(dialog.history, "Version 2", qtbot)


def test_a_new_post_has_no_history(make: Make, qtbot: QtBot) -> None:
    dialog = make(PostDialog)
    dialog.open_new()
    QTest.keyClick(dialog, Qt.Key.Key_H, CTRL)
    assert not dialog.history.isVisible()


def test_ctrl_h_and_ctrl_e_go_back_to_the_text(dialog: PostDialog) -> None:
    QTest.keyClick(dialog, Qt.Key.Key_H, CTRL)
    assert field(dialog, "body").isVisible()
    QTest.keyClick(dialog, Qt.Key.Key_H, CTRL)
    QTest.keyClick(dialog, Qt.Key.Key_E, CTRL)
    assert field(dialog, "body").isVisible()


def test_without_a_history_it_says_so(make: Make, post: int, sql: Sql, qtbot: QtBot) -> None:
    sql("ALTER TABLE audit_log RENAME TO elsewhere")
    dialog = make(PostDialog)
    dialog.open_for(post)
    ready(dialog, qtbot)
    dialog.show_history()
    qtbot.waitUntil(lambda: words(dialog, "emptyStateTitle") == "No history to show")
    pane = dialog.findChild(HistoryPane)
    # Nothing else takes room beside the words.
    qtbot.waitUntil(lambda: pane.nothing.width() == pane.width())
    assert not dialog.history.list.isVisible()


def test_nothing_can_be_restored_where_nothing_can_be_saved(dialog: PostDialog, qtbot: QtBot) -> None:
    pane = dialog.history
    press(pane, Qt.Key.Key_End, "Version 1", qtbot)
    dialog.set_writable(False, "Read only.")
    assert not pane.head.restore.isEnabled()


def test_a_long_text_is_compared_on_a_worker(make: Make, post: int, sql: Sql, qtbot: QtBot) -> None:
    body = "\n".join(f"Line {number} of a long text" for number in range(40_000))
    assert len(body) > 10 * AT_ONCE
    sql("UPDATE posts SET body = %s", (body,))
    sql("UPDATE posts SET body = %s", (body.replace("Line 20000 ", "Line twenty thousand "),))
    dialog = make(PostDialog)
    dialog.open_for(post)
    ready(dialog, qtbot)
    dialog.show_history()
    stands_at(dialog.history, "Version 3", qtbot)
    lines = [line.text for line in dialog.history.text.lines() if line.kind in CHANGES]
    assert lines == ["Line 20000 of a long text", "Line twenty thousand of a long text"]


def test_a_user_s_history_has_a_window_of_its_own(make: Make, marta: int, sql: Sql, qtbot: QtBot) -> None:
    sql("UPDATE users SET role = 'admin', password_hash = 'other' WHERE id = %s", (marta,))
    dialog = make(UserDialog)
    dialog.open_for(marta)
    ready(dialog, qtbot)
    QTest.keyClick(dialog, Qt.Key.Key_H, CTRL)
    window = dialog.findChild(HistoryWindow, "historyDialog")
    stands_at(window.pane, "Version 2", qtbot)
    assert shown(window.pane) == [
        "# Role",
        "− User",
        "+ Admin",
        "# Password",
        "A new one was set. No password is kept in the history.",
    ]
    press(window.pane, Qt.Key.Key_Down, "Version 1", qtbot)
    QTest.mouseClick(window.findChild(QPushButton, "restoreButton"), Qt.MouseButton.LeftButton)
    assert not window.isVisible()
    assert dialog.form["role"].widget.value() == "user"
    assert words(dialog, "errorMessage") == "The role of version 1 is in the form, not saved yet."


def test_a_new_user_has_no_history(make: Make) -> None:
    dialog = make(UserDialog)
    dialog.open_new()
    assert not field(dialog, "historyButton").isVisible()


@pytest.mark.parametrize(
    ("labels", "typed", "sentences"),
    [
        ([], False, ["Nothing was restored."]),
        (["Title"], False, ["The title of version 2 is in the form, not saved yet."]),
        (
            ["Title", "Text"],
            True,
            [
                "The title and text of version 2 are in the form, not saved yet.",
                "What you had typed stands in the list of versions.",
            ],
        ),
    ],
)
def test_restoring_is_told_in_sentences(labels: list[str], typed: bool, sentences: list[str]) -> None:
    assert said(labels, "version 2", typed) == sentences

"""Posts are written through their window, with the keyboard, on a real database."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import shiboken6
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QGuiApplication, QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot
from sqlalchemy import event

from blogadmin.core.database.engine import Database
from blogadmin.gui.dialogs.edit_state import Phase
from blogadmin.gui.dialogs.faithful_text import UNKEEPABLE
from blogadmin.gui.dialogs.post import PostDialog
from blogadmin.gui.widgets.pills import KeyHint
from tests.gui.dialogs.conftest import Sql, add_post, click, field, ready, retype, words
from tests.gui.recorder import Recorder

Make = Callable[[type[PostDialog]], PostDialog]

BLNS = Path(__file__).parents[3].parent / "shared" / "data" / "blns.json"


@pytest.fixture
def dialog(make: Make, post: int, qtbot: QtBot) -> PostDialog:
    """The window with the post "Slow queries" in it."""
    dialog = make(PostDialog)
    dialog.open_for(post)
    ready(dialog, qtbot)
    return dialog


@pytest.fixture
def new(make: Make, anna: int, marta: int, qtbot: QtBot) -> PostDialog:
    """The window with a new post in it."""
    dialog = make(PostDialog)
    dialog.open_new()
    qtbot.waitUntil(dialog.isActiveWindow)
    return dialog


def choose_author(dialog: PostDialog, typed: str, qtbot: QtBot) -> None:
    retype(dialog, "author_id", typed)
    qtbot.waitUntil(field(dialog, "authorOffers").isVisible)
    QTest.keyClick(field(dialog, "author_id"), Qt.Key.Key_Return)


def shown(dialog: PostDialog, name: str) -> list[str]:
    """All words around a field."""
    return [label.text() for label in dialog.form[name].row.findChildren(QLabel)]


def test_a_post_is_written_from_nothing(new: PostDialog, anna: int, sql: Sql, qtbot: QtBot) -> None:
    QTest.keyClicks(field(new, "title"), "Fast & simple")
    assert field(new, "slug").text() == "fast-simple"
    QTest.keyClick(field(new, "title"), Qt.Key.Key_Tab)
    QTest.keyClick(field(new, "bodyTabs"), Qt.Key.Key_Tab)
    assert new.focusWidget() is field(new, "body")
    QTest.keyClicks(field(new, "body"), "# Hello")
    QTest.keyClick(field(new, "body"), Qt.Key.Key_Tab)
    assert new.focusWidget() is field(new, "status")
    QTest.keyClicks(field(new, "status"), "In")
    choose_author(new, "kowal", qtbot)
    assert field(new, "author_id").text() == "Anna Kowalczyk <anna@example.org>"
    QTest.keyClicks(field(new, "metadata"), '{"tags": []}')
    with qtbot.waitSignal(new.saved) as saved:
        QTest.keyClick(field(new, "metadata"), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert saved.args == [sql("SELECT id FROM posts")[0][0]]
    assert sql("SELECT title, slug, body, status, author_id, metadata FROM posts") == [
        ("Fast & simple", "fast-simple", "# Hello", "review", anna, {"tags": []})
    ]


def test_the_slug_follows_the_title_until_a_person_edits_it(new: PostDialog) -> None:
    QTest.keyClicks(field(new, "title"), "One two")
    assert field(new, "slug").text() == "one-two"
    retype(new, "slug", "mine")
    QTest.keyClicks(field(new, "title"), " three")
    assert field(new, "slug").text() == "mine"
    retype(new, "slug", "")
    QTest.keyClicks(field(new, "title"), " four")
    assert field(new, "slug").text() == "one-two-three-four"


def test_the_slug_of_a_post_that_exists_stays(dialog: PostDialog) -> None:
    retype(dialog, "title", "Another title")
    assert field(dialog, "slug").text() == "slow-queries"


def test_what_a_new_post_needs_is_said(new: PostDialog, sql: Sql) -> None:
    click(new, "saveButton")
    assert words(new, "errorMessage") == "Not saved: 3 fields need attention."
    assert words(new, "titleError") == "Title is required."
    assert words(new, "slugError") == "Slug is required."
    assert words(new, "author_idError") == "Author is required. Type a name and choose from the list."
    assert sql("SELECT count(*) FROM posts") == [(0,)]


def test_enter_in_the_title_saves_nothing(dialog: PostDialog) -> None:
    retype(dialog, "title", "Half a ti")
    QTest.keyClick(field(dialog, "title"), Qt.Key.Key_Return)
    assert dialog.state.phase is Phase.READY
    assert dialog.isWindowModified()


def test_facts_are_shown_and_their_times_have_a_zone(dialog: PostDialog, post: int, sql: Sql) -> None:
    assert words(dialog, "post_no.Fact") == str(post)
    assert words(dialog, "public_idFact") == sql("SELECT public_id::text FROM posts")[0][0]
    assert words(dialog, "viewsFact") == "0"
    assert words(dialog, "commentsFact") == "0"
    created = field(dialog, "createdFact")
    assert created.text() in field(dialog, "updatedFact").text()
    assert "UTC" in created.toolTip()


def test_words_are_counted(dialog: PostDialog, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: words(dialog, "wordCount") == "4 words · 22 characters")
    field(dialog, "body").type_over("one")
    qtbot.waitUntil(lambda: words(dialog, "wordCount") == "1 word · 3 characters")
    field(dialog, "body").type_over("a b " * 100_000)
    qtbot.waitUntil(lambda: words(dialog, "wordCount") == "400,000 characters")


def test_a_paste_is_cleaned_and_the_person_is_told(dialog: PostDialog, sql: Sql, qtbot: QtBot) -> None:
    QGuiApplication.clipboard().setText("Two\x00\nlines")
    field(dialog, "title").selectAll()
    QTest.keySequence(field(dialog, "title"), "Ctrl+V")
    assert field(dialog, "title").text() == "Two lines"
    told = "Line breaks and tabs became spaces. 1 invisible character removed."
    assert told in shown(dialog, "title")
    with qtbot.waitSignal(dialog.finished):
        click(dialog, "saveButton")
    assert sql("SELECT title FROM posts") == [("Two lines",)]


def test_a_window_can_stay_open_beside_others(
    make: Make, dialog: PostDialog, anna: int, sql: Sql, qtbot: QtBot
) -> None:
    other = make(PostDialog)
    other.open_for(add_post(sql, anna, "Second", "second"))
    ready(other, qtbot)
    assert not dialog.isModal()
    retype(dialog, "title", "First")
    assert field(other, "title").text() == "Second"
    assert not other.isWindowModified()


# Author


def test_nonsense_is_no_author(dialog: PostDialog, sql: Sql, qtbot: QtBot) -> None:
    retype(dialog, "author_id", "zzz nobody")
    qtbot.waitUntil(lambda: "nobody known. Check" in (dialog.form["author_id"].problem() or ""))
    assert not field(dialog, "authorOffers").isVisible()
    click(dialog, "saveButton")
    assert words(dialog, "author_idError") == (
        "Author is nobody known. Check the name, or create the user first."
    )
    assert dialog.focusWidget() is field(dialog, "author_id")


def test_text_that_was_not_chosen_is_no_author(dialog: PostDialog, marta: int) -> None:
    retype(dialog, "author_id", "mart")
    click(dialog, "saveButton")
    assert words(dialog, "author_idError") == "Author is nobody known. Choose a person from the list."


def test_the_keyboard_walks_the_people_found(
    dialog: PostDialog, anna: int, marta: int, sql: Sql, qtbot: QtBot
) -> None:
    retype(dialog, "author_id", "example")
    author, choices = field(dialog, "author_id"), field(dialog, "authorOffers")
    qtbot.waitUntil(choices.isVisible)
    assert [choices.model().index(row, 0).data() for row in range(2)] == [
        "Anna Kowalczyk <anna@example.org>",
        "Marta Lindqvist <marta@example.org>",
    ]
    QTest.keyClick(author, Qt.Key.Key_Down)
    QTest.keyClick(author, Qt.Key.Key_Tab)
    assert author.value() == marta
    assert not choices.isVisible()
    assert author.is_changed()
    with qtbot.waitSignal(dialog.finished):
        click(dialog, "saveButton")
    assert sql("SELECT author_id FROM posts") == [(marta,)]


def test_escape_closes_only_the_list(dialog: PostDialog, marta: int, qtbot: QtBot) -> None:
    retype(dialog, "author_id", "marta")
    choices = field(dialog, "authorOffers")
    qtbot.waitUntil(choices.isVisible)
    QTest.keyClick(field(dialog, "author_id"), Qt.Key.Key_Escape)
    assert not choices.isVisible()
    assert dialog.isVisible()


def test_a_click_chooses_a_person(dialog: PostDialog, marta: int, qtbot: QtBot) -> None:
    retype(dialog, "author_id", "marta")
    choices = field(dialog, "authorOffers")
    qtbot.waitUntil(choices.isVisible)
    where = choices.visualRect(choices.model().index(0, 0)).center()
    QTest.mouseClick(choices.viewport(), Qt.MouseButton.LeftButton, pos=where)
    assert field(dialog, "author_id").value() == marta


def test_a_whole_address_typed_and_left_is_that_person(
    dialog: PostDialog, marta: int, sql: Sql, qtbot: QtBot
) -> None:
    retype(dialog, "author_id", "Marta@Example.org")
    field(dialog, "title").setFocus()
    qtbot.waitUntil(lambda: field(dialog, "author_id").value() == marta)
    with qtbot.waitSignal(dialog.finished):
        click(dialog, "saveButton")
    assert sql("SELECT author_id FROM posts") == [(marta,)]


def test_an_inactive_author_is_marked(make: Make, post: int, anna: int, sql: Sql, qtbot: QtBot) -> None:
    sql("UPDATE users SET is_active = false WHERE id = %s", (anna,))
    dialog = make(PostDialog)
    dialog.open_for(post)
    ready(dialog, qtbot)
    assert field(dialog, "author_id").text() == "Anna Kowalczyk <anna@example.org> – inactive"
    assert not dialog.isWindowModified()


# Preview


def test_the_preview_shows_markdown_and_follows(dialog: PostDialog, qtbot: QtBot) -> None:
    preview = field(dialog, "preview")
    field(dialog, "body").type_over("# Head\n\n**bold** <b>html</b>")
    QTest.keyClick(field(dialog, "body"), Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    assert preview.isVisible()
    assert preview.toPlainText() == "Head\nbold <b>html</b>"
    field(dialog, "body").type_over("Other")
    qtbot.waitUntil(lambda: preview.toPlainText() == "Other")


def test_an_error_in_the_text_brings_the_text_back(dialog: PostDialog) -> None:
    dialog.form["body"].widget.propose("a\x00b")
    QTest.keyClick(field(dialog, "title"), Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    click(dialog, "saveButton")
    assert words(dialog, "bodyError").startswith("Text contains a NUL character")
    assert field(dialog, "body").isVisible()


def test_enter_in_the_title_goes_on_to_the_text_and_saves_nothing(dialog: PostDialog) -> None:
    QTest.keyClick(dialog, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    field(dialog, "title").setFocus()
    QTest.keyClick(field(dialog, "title"), Qt.Key.Key_Return)
    assert dialog.focusWidget() is field(dialog, "body")
    assert field(dialog, "body").isVisible()
    assert dialog.state.phase is Phase.READY


# Sizes


def test_the_hint_about_saving_stands_beside_the_button(new: PostDialog, qtbot: QtBot) -> None:
    new.resize(1200, 700)
    qtbot.waitUntil(lambda: new.width() == 1200)
    (hint,) = (hint for hint in new.findChildren(KeyHint) if hint.accessibleName().endswith("save"))
    button = field(new, "saveButton")
    gap = button.mapTo(new, QPoint()).x() - hint.mapTo(new, QPoint()).x() - hint.width()
    assert 0 < gap < 30


@pytest.mark.parametrize("size", [QSize(480, 420), QSize(700, 900), QSize(1600, 500)])
def test_every_field_can_be_reached_in_any_window(dialog: PostDialog, size: QSize, qtbot: QtBot) -> None:
    dialog.resize(size)
    qtbot.waitUntil(lambda: dialog.size() == size)
    for name in ("title", "body", "status", "slug", "author_id", "metadata"):
        QTest.keyClick(dialog.focusWidget() or dialog, Qt.Key.Key_Tab)
        widget = field(dialog, name)
        widget.setFocus(Qt.FocusReason.TabFocusReason)
        assert widget.width() > 80
        assert widget.height() > 20
    assert field(dialog, "saveButton").geometry().right() < size.width()


# Nothing is altered


def states(sql: Sql) -> list[tuple[Any, ...]]:
    return sql("SELECT id, xmin::text, version, body FROM posts ORDER BY id")


def open_and_save(dialog: PostDialog, post: int, qtbot: QtBot) -> None:
    dialog.go_to(post)
    ready(dialog, qtbot)
    saved: list[bool] = []
    dialog.save(lambda: saved.append(True))
    qtbot.waitUntil(lambda: saved == [True])


def test_naughty_strings_are_opened_and_saved_without_an_update(
    dialog: PostDialog, anna: int, sql: Sql, database: Database, messages: Recorder, qtbot: QtBot
) -> None:
    if not BLNS.exists():
        pytest.skip(f"the list of naughty strings is not there ({BLNS.name})")
    strings = json.loads(BLNS.read_text("utf-8"))
    posts = [add_post(sql, anna, f"No. {n}", f"n-{n}", text) for n, text in enumerate(strings)]
    before = states(sql)
    sent: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *args: sent.append(args[2]))
    for post in posts:
        open_and_save(dialog, post, qtbot)
    assert [statement for statement in sent if statement.lstrip().upper().startswith("UPDATE")] == []
    assert states(sql) == before
    assert messages.asks == []
    assert len(posts) > 500


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=100),
)
def test_any_text_is_opened_and_saved_without_an_update(
    dialog: PostDialog, post: int, sql: Sql, qtbot: QtBot, body: str, title: str
) -> None:
    sql("UPDATE posts SET body = %s, title = %s || 'x'", (body, title))
    before = states(sql)
    dialog.reload()
    ready(dialog, qtbot)
    open_and_save(dialog, post, qtbot)
    assert states(sql) == before


def test_text_that_cannot_be_shown_is_left_alone_while_the_rest_is_saved(
    make: Make, post: int, sql: Sql, qtbot: QtBot
) -> None:
    sql("UPDATE posts SET body = %s", ("one\u2029two",))
    dialog = make(PostDialog)
    dialog.open_for(post)
    ready(dialog, qtbot)
    assert field(dialog, "body").isReadOnly()
    assert f"Text {UNKEEPABLE}" in shown(dialog, "body")
    retype(dialog, "title", "New title")
    with qtbot.waitSignal(dialog.finished):
        click(dialog, "saveButton")
    assert sql("SELECT title, body FROM posts") == [("New title", "one\u2029two")]


def test_line_breaks_of_the_web_survive_an_edit(make: Make, post: int, sql: Sql, qtbot: QtBot) -> None:
    sql("UPDATE posts SET body = %s", ("one\r\ntwo\u00a0\r\n",))
    dialog = make(PostDialog)
    dialog.open_for(post)
    ready(dialog, qtbot)
    field(dialog, "body").moveCursor(QTextCursor.MoveOperation.End)
    QTest.keyClicks(field(dialog, "body"), "three")
    with qtbot.waitSignal(dialog.finished):
        click(dialog, "saveButton")
    assert sql("SELECT body FROM posts") == [("one\r\ntwo\u00a0\r\nthree",)]


def test_metadata_with_numbers_too_long_is_left_alone(make: Make, post: int, sql: Sql, qtbot: QtBot) -> None:
    sql("UPDATE posts SET metadata = '{\"n\": 123456789012345678901234567890}'")
    dialog = make(PostDialog)
    dialog.open_for(post)
    ready(dialog, qtbot)
    assert field(dialog, "metadata").isReadOnly()
    retype(dialog, "title", "New title")
    with qtbot.waitSignal(dialog.finished):
        click(dialog, "saveButton")
    assert sql("SELECT metadata->>'n' FROM posts") == [("123456789012345678901234567890",)]


def test_closing_leaves_nothing_behind(make: Make, post: int, qtbot: QtBot) -> None:
    before = len(QApplication.topLevelWidgets())
    dialog = make(PostDialog)
    dialog.open_for(post)
    dialog.reject()
    qtbot.waitUntil(lambda: not shiboken6.isValid(dialog))
    assert len(QApplication.topLevelWidgets()) <= before

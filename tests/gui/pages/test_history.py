"""The history page: all changes, whoever made them, and the way from a change to its row."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from blogadmin import __version__
from blogadmin.core import operations
from blogadmin.core.database.changes import Changes
from blogadmin.core.queries.spec import Condition, Group, ListSpec
from blogadmin.gui.control.hub import ChangeHub
from blogadmin.gui.control.services import Services
from blogadmin.gui.dialogs.edit_state import Phase
from blogadmin.gui.dialogs.history_words import op_words, what_words
from blogadmin.gui.pages.filter_words import choice_label, field_title
from blogadmin.gui.pages.history import HISTORY, NEW_AT_MOST, new_words
from blogadmin.gui.pages.main_window import MainWindow
from blogadmin.gui.pages.page import ListPage
from blogadmin.gui.tables.list_model import State
from blogadmin.gui.theme import metrics
from tests.gui.pages.conftest import OpenWindow, Sql, child, focused, is_loaded, page_of, press, said

NAMES = [column.name for column in HISTORY.columns]


@pytest.fixture
def page(window: MainWindow) -> ListPage:
    """The page, in front; the blog's seven rows were made by another program."""
    return page_of(window, "history")


def cell(page: ListPage, row: int, name: str) -> str:
    return str(page.model.index(row, NAMES.index(name)).data())


def press_enter(page: ListPage, row: int) -> None:
    page.view.setFocus()
    page.view.selectRow(row)
    QTest.keyClick(page.view, Qt.Key.Key_Return)


def entry_dialog(page: ListPage, qtbot: QtBot) -> QWidget:
    qtbot.waitUntil(lambda: page.findChild(QWidget, "historyEntryDialog") is not None)
    found = page.findChild(QWidget, "historyEntryDialog")
    assert found is not None
    return found


def test_each_change_says_who_what_and_which_row(page: ListPage, sql: Sql, qtbot: QtBot) -> None:
    sql("UPDATE posts SET status = 'published', body = 'Another' WHERE title = 'Post 1'")
    page.model.reload()
    qtbot.waitUntil(lambda: cell(page, 0, "op") == "Changed post")
    assert cell(page, 0, "row") == "Post 1"
    assert cell(page, 0, "what") == "text, status: Draft → Published"
    assert cell(page, 0, "application") == "test"
    assert cell(page, 0, "login")
    assert cell(page, 1, "op") == "Created comment"


def test_nothing_can_be_made_changed_or_deleted(page: ListPage) -> None:
    assert not {"newAction", "deleteAction"} & page.verbs.all.keys()
    assert page.verbs.all["editAction"].text() == "Open…"
    assert not page.verbs.bulk


def test_filters_are_called_as_people_call_them(window: MainWindow) -> None:
    titles = {name: field_title(name, HISTORY.columns) for name in HISTORY.listing().fields}
    assert titles == {
        "login": "Who",
        "op": "What",
        "at": "When",
        "noun": "Table",
        "row_id": "Row number",
        "application": "Where",
    }
    assert [choice_label(word) for word in ("users", "created", "deleted")] == ["Users", "Created", "Deleted"]


def test_a_filter_and_words_narrow_the_list(page: ListPage, qtbot: QtBot) -> None:
    page.finding.show(ListSpec(where=Group((Condition("noun", "is", "users"),))))
    qtbot.waitUntil(lambda: page.status.text() == "2 changes")
    page.search.setFocus()
    QTest.keyClicks(page.search, "nobody-at-all")
    QTest.keyClick(page.search, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.stack.currentWidget() is page.empty)


def test_the_keys_alone_narrow_it_to_somebody(page: ListPage, sql: Sql, qtbot: QtBot) -> None:
    ((login,),) = sql("SELECT min(login) FROM audit_log")
    page.view.setFocus()
    page.verbs.all["addFilterAction"].trigger()
    press(Qt.Key.Key_Return)
    assert focused() == "filterText"
    press(Qt.Key.Key_Return)
    assert child(page.window(), QLabel, "filterProblem").text() == "Type a text."
    QTest.keyClicks(child(page.window(), QLineEdit, "filterText"), login[1:-1].upper())
    press(Qt.Key.Key_Return)
    assert said(page) == [f"Who: contains “{login[1:-1].upper()}”"]
    qtbot.waitUntil(lambda: page.status.text() == "6 changes" and page.model.state is State.READY)
    page.finding.show(ListSpec(where=Group((Condition("login", "is_not", login),))))
    qtbot.waitUntil(lambda: page.stack.currentWidget() is page.empty)


def test_what_was_done_here_shows_by_itself(
    page: ListPage, services: Services, sql: Sql, qtbot: QtBot
) -> None:
    ((user,),) = sql("SELECT min(id) FROM users")
    services.controller.commit(operations.users.SetActive((user,), False))
    qtbot.waitUntil(lambda: page.status.text() == "7 changes")
    qtbot.waitUntil(lambda: cell(page, 0, "what") == "active: yes → no")


def test_what_others_did_is_counted_and_waits_for_the_person(
    page: ListPage, hub: ChangeHub, sql: Sql, qtbot: QtBot
) -> None:
    sql("UPDATE posts SET title = title || '!'")
    hub.announce(Changes.of("posts", updated=(1, 2, 3)), None)
    qtbot.waitUntil(page.news.isVisible)
    assert any(label.text() == "3 new changes" for label in page.news.findChildren(QLabel))
    assert page.status.text() == "6 changes"
    QTest.keyClick(page.view, Qt.Key.Key_F5)
    qtbot.waitUntil(lambda: page.status.text() == "9 changes")
    assert not page.news.isVisible()


def test_a_page_behind_reads_nothing_until_it_comes_to_the_front(
    window: MainWindow, hub: ChangeHub, services: Services, sql: Sql, qtbot: QtBot
) -> None:
    page = page_of(window, "history")
    page_of(window, "posts")
    asked: list[State] = []
    page.model.state_changed.connect(lambda *_args: asked.append(page.model.state))
    sql("UPDATE posts SET title = title || '!'")
    hub.announce(Changes.of("posts", updated=(1, 2, 3)), object())
    qtbot.waitUntil(lambda: services.tasks.outstanding == 0)
    assert not asked
    page_of(window, "history")
    qtbot.waitUntil(lambda: page.status.text() == "9 changes")


def test_enter_opens_the_row_where_it_still_is(
    page: ListPage, window: MainWindow, sql: Sql, qtbot: QtBot
) -> None:
    sql("UPDATE posts SET status = 'review' WHERE title = 'Post 2'")
    page.model.reload()
    qtbot.waitUntil(lambda: cell(page, 0, "what") == "status: Draft → In review")
    press_enter(page, 0)
    posts = next(one for one in window.pages if one.noun.key == "posts")
    qtbot.waitUntil(lambda: bool(posts.open_dialogs()))
    dialog = posts.open_dialogs()[0]
    qtbot.waitUntil(lambda: dialog.state.phase is Phase.READY)
    assert dialog.form["title"].widget.value() == "Post 2"
    assert window.current_page() is page


def test_a_change_of_a_row_that_is_no_more_shows_what_it_holds(
    page: ListPage, sql: Sql, qtbot: QtBot
) -> None:
    sql("UPDATE posts SET body = '<b>Last</b> words' WHERE title = 'Post 3'")
    sql("DELETE FROM posts WHERE title = 'Post 3'")
    page.model.reload()
    qtbot.waitUntil(lambda: cell(page, 0, "op") == "Deleted post")
    press_enter(page, 0)
    dialog = entry_dialog(page, qtbot)
    text = dialog.findChild(QPlainTextEdit, "entryText")
    assert text is not None
    qtbot.waitUntil(lambda: "<b>Last</b> words" in text.toPlainText())
    assert "Author\nAnna Kowalczyk" in text.toPlainText()
    assert "Status\nDraft" in text.toPlainText()
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: page.findChild(QWidget, "historyEntryDialog") is None)


def test_a_change_of_a_comment_shows_what_was_and_what_is(page: ListPage, sql: Sql, qtbot: QtBot) -> None:
    sql("UPDATE comments SET status = 'spam'")
    page.model.reload()
    qtbot.waitUntil(lambda: cell(page, 0, "op") == "Changed comment")
    page.view.open_requested.emit(page.model.id_at(0))
    text = entry_dialog(page, qtbot).findChild(QPlainTextEdit, "entryText")
    assert text is not None
    qtbot.waitUntil(lambda: text.toPlainText() == "Status\n− Pending\n+ Spam")


def test_a_database_without_history_says_so(
    blog: None, open_window: OpenWindow, sql: Sql, qtbot: QtBot
) -> None:
    sql("ALTER TABLE audit_log RENAME TO elsewhere")
    page = page_of(open_window(), "history")
    qtbot.waitUntil(lambda: page.model.state is State.FAILED)
    title = page.empty.findChild(QLabel, "emptyStateTitle")
    text = page.empty.findChild(QLabel, "emptyStateText")
    assert title is not None
    assert text is not None
    assert page.stack.currentWidget() is page.empty
    assert title.text() == "No changes to show"
    assert text.text() == "This database keeps no history, or your login may not read it."


def test_a_loaded_page_is_not_read_again_by_a_commit_of_which_it_knows(
    page: ListPage, hub: ChangeHub, services: Services, qtbot: QtBot
) -> None:
    hub.announce(Changes.of("posts", updated=(1,)), None)
    qtbot.wait(0)
    qtbot.waitUntil(lambda: services.tasks.outstanding == 0)
    assert is_loaded(page)
    assert not page.news.isVisible()


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("", ""),
        ("body", "text"),
        ("role\x1fuser\x1fadmin", "role: User → Admin"),
        ("metadata\x1e" + "title\x1fOld\x1fNew, newer", "title: Old → New, newer, metadata"),
        ("metadata\x1f\x1f{}", "metadata: none → {}"),
        ("password_hash", "password"),
        ("email\x1fa@b.c", "e-mail"),
        ("is_active\x1ftrue\x1ffalse", "active: yes → no"),
    ],
)
def test_what_was_changed_is_told_in_the_words_of_the_forms(what: str, words: str) -> None:
    assert what_words(what) == words


def test_kinds_of_change_name_the_row() -> None:
    assert op_words("deleted", "users") == "Deleted user"
    assert op_words("moved", "pages") == "moved pages"


@pytest.mark.parametrize(
    ("count", "words"),
    [(1, "1 new change"), (12, "12 new changes"), (NEW_AT_MOST, "1,000 or more new changes")],
)
def test_new_changes_are_counted_in_words(count: int, words: str) -> None:
    assert new_words(count) == words


def test_the_name_of_this_program_fits_into_its_column(window: MainWindow) -> None:
    page = page_of(window, "history")
    at = [column.name for column in page.noun.columns].index("application")
    room = page.noun.columns[at].width * metrics().averageCharWidth()
    assert metrics().horizontalAdvance(f"blogadmin/{__version__}") <= room

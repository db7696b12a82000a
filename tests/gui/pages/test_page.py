"""A page says what is the case: loading, failed, empty, nothing found, how many, how many selected."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QGuiApplication, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from blogadmin.core.database.engine import Database
from blogadmin.core.database.errors import Unavailable
from blogadmin.core.queries.spec import Condition, Group, ListSpec
from blogadmin.gui.control.services import Services
from blogadmin.gui.pages.main_window import MainWindow
from blogadmin.gui.pages.page import ListPage, copied_words
from blogadmin.gui.pages.registry import NOUNS
from tests.gui.pages.conftest import OpenWindow, Sql, is_loaded, page_of
from tests.gui.recorder import Recorder


def empty_words(page: ListPage) -> str:
    """What stands in place of the list; nothing while the list is shown."""
    if page.stack.currentWidget() is not page.empty:
        return ""
    label = page.empty.findChild(QLabel, "emptyStateTitle")
    assert label is not None
    return label.text()


def ways(page: ListPage) -> list[QPushButton]:
    return page.empty.buttons()


def test_before_there_is_a_database_a_page_says_connecting(services: Services, qtbot: QtBot) -> None:
    database = services.tasks.database
    services.tasks.set_database(None)
    page = ListPage(NOUNS[0], services)
    qtbot.addWidget(page)
    assert page.status.text() == "Connecting…"
    services.tasks.set_database(database)
    assert page.status.text() == "Loading…"
    page.start()
    assert empty_words(page) == ""
    qtbot.waitUntil(lambda: page.status.text() == "0 posts")


def test_counts_and_the_selection_are_told(window: MainWindow, qtbot: QtBot) -> None:
    page = page_of(window, "posts")
    assert page.status.text() == "3 posts"
    page.view.selectAll()
    assert page.status.text() == "3 posts, 3 selected"
    middle = window.findChild(QLabel, "statusMessage")
    assert middle is not None
    assert middle.text() == "3 posts, 3 selected"
    page.view.clear_selection()
    assert page.status.text() == "3 posts"
    assert page_of(window, "comments").status.text() == "1 comment"
    assert middle.text() == "1 comment"


def test_rows_that_no_list_can_hold_are_told(window: MainWindow, qtbot: QtBot) -> None:
    page = page_of(window, "posts")
    page.model.hold_at_most(1)
    page.model.reload()
    qtbot.waitUntil(lambda: page.status.text() == "1 post shown, 2 more do not fit into one list")


def test_the_bulk_bar_is_there_while_rows_are_selected(window: MainWindow) -> None:
    page = page_of(window, "posts")
    assert not page.bulk_bar.isVisible()
    page.view.selectRow(0)
    assert page.bulk_bar.isVisible()
    label = page.bulk_bar.findChild(QLabel, "selectedCount")
    assert label is not None
    assert label.text() == "1 selected"
    page.view.selectAll()
    assert label.text() == "All 3 posts selected"
    page.view.clear_selection()
    assert not page.bulk_bar.isVisible()


def test_an_empty_list_says_what_to_do_first(open_window: OpenWindow, qtbot: QtBot) -> None:
    window = open_window()
    for page in window.pages:
        qtbot.waitUntil(lambda page=page: empty_words(page) == f"No {page.noun.plural} yet")
        text = page.empty.findChild(QLabel, "emptyStateText")
        assert text is not None
        assert text.text() == page.noun.first_use
        assert [way.text() for way in ways(page)] == (
            [f"New {page.noun.singular}"] if page.noun.dialog is not None else []
        )


def test_the_first_row_is_made_from_the_empty_list(open_window: OpenWindow, qtbot: QtBot) -> None:
    page = page_of(open_window(), "posts")
    qtbot.waitUntil(lambda: empty_words(page) == "No posts yet")
    ways(page)[0].click()
    (dialog,) = page.open_dialogs()
    assert dialog.state.id is None
    assert dialog.isVisible()


def test_an_empty_list_that_cannot_be_written_offers_nothing(open_window: OpenWindow, qtbot: QtBot) -> None:
    window = open_window()
    window.set_writable(False, "The database was made by a newer blogadmin.")
    page = page_of(window, "posts")
    qtbot.waitUntil(lambda: empty_words(page) == "No posts yet")
    assert ways(page) == []


def test_a_search_that_finds_nothing_names_the_words_and_leads_back(window: MainWindow, qtbot: QtBot) -> None:
    page = page_of(window, "posts")
    page.search.setFocus()
    QTest.keyClicks(page.search, "nowhere")
    qtbot.waitUntil(lambda: empty_words(page) == "No posts match “nowhere”")
    assert page.status.text() == "0 posts"
    ways(page)[0].click()
    qtbot.waitUntil(lambda: page.status.text() == "3 posts")
    assert page.search.text() == ""
    assert empty_words(page) == ""


def test_what_is_typed_is_never_taken_for_html(window: MainWindow, qtbot: QtBot) -> None:
    page = page_of(window, "posts")
    QTest.keyClicks(page.search, "<b>x</b>")
    qtbot.waitUntil(lambda: empty_words(page) == "No posts match “<b>x</b>”")
    label = page.empty.findChild(QLabel, "emptyStateTitle")
    assert label is not None
    assert label.textFormat() == Qt.TextFormat.PlainText


def test_a_page_pasted_into_the_search_leaves_the_way_out_on_the_screen(
    window: MainWindow, qtbot: QtBot
) -> None:
    page = page_of(window, "posts")
    page.search.setFocus()
    QGuiApplication.clipboard().setText("one\n\u202etwo three\n" * 100)
    QTest.keyClick(page.search, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: empty_words(page).startswith("No posts match “one two three one"))
    assert len(empty_words(page)) < 80
    assert empty_words(page).endswith("…”")
    (way,) = ways(page)
    assert window.rect().contains(QRect(way.mapTo(window, QPoint()), way.size()))


@pytest.mark.expects_log
def test_a_failed_first_read_is_a_failure_and_can_be_retried(
    open_window: OpenWindow, sql: Sql, qtbot: QtBot
) -> None:
    sql("ALTER TABLE comments RENAME TO elsewhere")
    page = page_of(open_window(), "comments")
    qtbot.waitUntil(lambda: empty_words(page) == "The comments could not be read")
    assert page.status.text() == "Not read"
    assert [way.text() for way in ways(page)] == ["Retry"]
    text = page.empty.findChild(QLabel, "emptyStateText")
    assert text is not None
    assert "SELECT" not in text.text()
    sql("ALTER TABLE elsewhere RENAME TO comments")
    ways(page)[0].click()
    qtbot.waitUntil(lambda: empty_words(page) == "No comments yet")
    assert page.status.text() == "0 comments"


@pytest.mark.expects_log
def test_rows_stay_on_the_screen_when_a_reload_fails(window: MainWindow, sql: Sql, qtbot: QtBot) -> None:
    page = page_of(window, "comments")
    sql("ALTER TABLE comments RENAME TO elsewhere")
    page.verbs.all["reloadAction"].trigger()
    qtbot.waitUntil(page.failure.isVisible)
    assert page.failure.message().startswith("The comments could not be read.")
    assert page.status.text() == "1 comment, not up to date"
    assert empty_words(page) == ""
    sql("ALTER TABLE elsewhere RENAME TO comments")
    button = page.failure.findChild(QPushButton, "bannerAction")
    assert button is not None
    button.click()
    qtbot.waitUntil(lambda: not page.failure.isVisible())
    qtbot.waitUntil(lambda: page.status.text() == "1 comment")


def test_no_line_beside_a_page_ends_half_way(window: MainWindow) -> None:
    page = page_of(window, "posts")
    image = page.grab().toImage()
    top = page.stack.mapTo(page, QPoint()).y()
    assert all(image.pixel(0, y) == image.pixel(2, y) for y in range(top))


def test_places_without_rows_are_not_said_to_be_out_of_date(
    window: MainWindow, services: Services, sql: Sql, qtbot: QtBot
) -> None:
    page = page_of(window, "comments")
    sql("INSERT INTO comments (post_id, author_id, body) SELECT 1, 1, 'x' FROM generate_series(1, 999)")
    page.model.reload()
    qtbot.waitUntil(lambda: page.status.text() == "1,000 comments")
    # It was kept where its one row is, which is the last one now.
    qtbot.waitUntil(lambda: page.model.row(999) is not None)
    services.tasks.set_database(nowhere := Database("postgresql://nobody@127.0.0.1:9/nothing"))
    page.view.scrollToTop()
    page.verbs.all["reloadAction"].trigger()
    qtbot.waitUntil(page.failure.isVisible)
    assert page.failure.message() == "The comments could not be read. The server cannot be reached."
    page.view.scrollToBottom()
    assert page.failure.message().endswith("What is on the screen may be out of date.")
    services.tasks.set_database(None)
    nowhere.close()


def test_a_lost_connection_is_told_over_the_pages_and_counted_down(
    window: MainWindow, services: Services, qtbot: QtBot
) -> None:
    label = window.findChild(QLabel, "connectionLabel")
    assert label is not None
    services.tasks.connection_lost.emit(Unavailable("The server cannot be reached."))
    assert label.text() == "Connection lost"
    services.tasks.connection_restored.emit()
    assert label.text() == "Connected"
    assert not window.connection_banner.isVisible()
    qtbot.waitUntil(lambda: services.tasks.outstanding == 0)


def test_it_is_said_how_many_rows_were_copied(window: MainWindow, messages: Recorder, qtbot: QtBot) -> None:
    page = page_of(window, "posts")
    page.view.selectAll()
    window.menus.copy.trigger()
    qtbot.waitUntil(lambda: messages.statuses == ["Copied 3 rows"])
    assert QApplication.clipboard().text().count("\n") == 3
    page.view.selectRow(0)
    QTest.keySequence(page.view, QKeySequence.StandardKey.Copy)
    qtbot.waitUntil(lambda: messages.statuses[1:] == ["Copied 1 row"])


def test_a_copy_that_was_cut_short_says_so() -> None:
    assert copied_words(10_000, 12_431) == "Only the first 10,000 of 12,431 rows were copied"
    assert copied_words(11, 12) == "Copied 11 of 12 rows; the others are deleted"


def test_no_row_is_opened_twice(window: MainWindow, qtbot: QtBot) -> None:
    page = page_of(window, "posts")
    page.view.selectRow(0)
    page.verbs.all["editAction"].trigger()
    page.verbs.all["editAction"].trigger()
    assert len(page.open_dialogs()) == 1


def test_a_read_only_database_lets_rows_be_read_but_not_changed(window: MainWindow, qtbot: QtBot) -> None:
    window.set_writable(False, "The database was made by a newer blogadmin.")
    assert window.read_only_banner.message() == "Read only. The database was made by a newer blogadmin."
    page = page_of(window, "posts")
    page.view.selectRow(0)
    enabled = {name for name, action in page.verbs.all.items() if action.isEnabled()}
    finding = {"findAction", "searchKeyAction", "addFilterAction", "bodiesAction", "viewsAction"}
    assert enabled == {"editAction", "reloadAction"} | finding
    page.verbs.all["editAction"].trigger()
    (dialog,) = page.open_dialogs()
    qtbot.waitUntil(lambda: dialog.state.id is not None and dialog.content.isEnabled())
    assert not dialog.save_button.isEnabled()
    window.set_writable(True)
    assert not window.read_only_banner.isVisible()
    assert page.verbs.all["newAction"].isEnabled()
    assert dialog.save_button.isEnabled()


def test_a_check_box_does_nothing_in_a_read_only_database(
    window: MainWindow, sql: Sql, services: Services, qtbot: QtBot
) -> None:
    window.set_writable(False, "Only to look at.")
    page = page_of(window, "users")
    page.view.selectRow(0)
    QTest.keyClick(page.view, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: services.tasks.outstanding == 0)
    assert sql("SELECT count(*) FROM users WHERE version > 1") == [(0,)]


def test_a_bulk_verb_says_how_many_and_the_menu_offers_the_way_back(
    window: MainWindow, sql: Sql, messages: Recorder, services: Services, qtbot: QtBot
) -> None:
    page = page_of(window, "posts")
    page.view.selectAll()
    page.verbs.all["publishedStatusAction"].trigger()
    qtbot.waitUntil(lambda: sql("SELECT count(*) FROM posts WHERE status = 'published'") == [(3,)])
    qtbot.waitUntil(lambda: window.menus.undo.isEnabled())
    assert any("3 posts" in toast.text for toast in messages.toasts)
    assert window.menus.undo.text() == services.undo.undo_text
    assert window.menus.undo.text().startswith("Undo ")
    window.menus.undo.trigger()
    qtbot.waitUntil(lambda: sql("SELECT count(*) FROM posts WHERE status = 'draft'") == [(3,)])
    qtbot.waitUntil(lambda: window.menus.undo.text() == "Undo")
    assert not window.menus.undo.isEnabled()
    assert window.menus.redo.text().startswith("Redo ")
    qtbot.waitUntil(lambda: all(is_loaded(page) for page in window.pages))


def test_all_pages_have_their_parts_at_the_same_height(window: MainWindow) -> None:
    tops = set()
    for noun in NOUNS:
        page = page_of(window, noun.key)
        QApplication.sendPostedEvents()
        tops.add((page.search.mapTo(page, QPoint()).y(), page.stack.y()))
    assert len(tops) == 1, tops


def test_tab_goes_through_a_page_as_the_eye_does(window: MainWindow) -> None:
    page = page_of(window, "posts")
    page.finding.show(ListSpec(where=Group((Condition("status", "any_of", ("draft",)),))))
    page.view.selectRow(0)
    first = page.findChild(QWidget, "reloadButton")
    assert first is not None
    step, met = first.nextInFocusChain(), [first.objectName()]
    while step is not None and step is not first:
        if step.isVisible() and step.focusPolicy() & Qt.FocusPolicy.TabFocus:
            met.append(step.objectName())
        step = step.nextInFocusChain()
    known = ["reloadButton", "columnsButton", "newButton", "searchField", "bodiesToggle", "addFilterButton"]
    known += ["viewsButton", "chip_1", "clearFiltersButton", "table", "clearSelectionButton", "navigation"]
    assert [name for name in met if name in known] == known


def test_the_page_s_small_windows_open_and_close(window: MainWindow) -> None:
    for name in ("shortcutsAction", "aboutAction"):
        window.findChild(type(window.menus.undo), name).trigger()  # pyright: ignore[reportOptionalMemberAccess]
        shown = name.removesuffix("Action") + "Dialog"
        (dialog,) = (
            w
            for w in QApplication.topLevelWidgets()
            if isinstance(w, QDialog) and w.objectName() == shown and w.isVisible()
        )
        dialog.close()

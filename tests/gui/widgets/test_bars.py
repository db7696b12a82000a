"""The bars at the bottom: what is selected, where you write, and that they fit."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QLabel, QMenu, QPushButton, QToolButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from blogadmin.gui.theme import icon, profile_color
from blogadmin.gui.widgets.bulk_bar import BulkBar
from blogadmin.gui.widgets.buttons import plain_button
from blogadmin.gui.widgets.pills import KeyHint
from blogadmin.gui.widgets.status_bar import StatusBar

ACTIONS = (
    ("activateAction", "Activate", "user-check"),
    ("deactivateAction", "Deactivate", "user-off"),
    ("roleAction", "Change role…", "shield"),
    ("deleteAction", "Delete…", "trash"),
)


@pytest.fixture
def page(qtbot: QtBot) -> QWidget:
    page = QWidget()
    page.resize(1000, 300)
    column = QVBoxLayout(page)
    column.setContentsMargins(0, 0, 0, 0)
    list_ = plain_button("List", "list")
    list_.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    column.addWidget(list_, 1)
    column.addWidget(BulkBar(page))
    qtbot.addWidget(page)
    with qtbot.waitActive(page):
        page.show()
        page.activateWindow()
    return page


@pytest.fixture
def actions(page: QWidget) -> list[QAction]:
    made = []
    for name, text, drawing in ACTIONS:
        action = QAction(icon(drawing), text, page)
        action.setObjectName(name)
        made.append(action)
    return made


@pytest.fixture
def bar(page: QWidget, actions: Sequence[QAction]) -> BulkBar:
    bar = page.findChild(BulkBar, "bulkBar")
    assert bar is not None
    bar.set_actions(actions)
    return bar


def shown(bar: BulkBar) -> list[str]:
    return [button.text() for button in bar.findChildren(QPushButton) if not button.isHidden()]


def test_bulk_bar_shows_only_with_a_selection(bar: BulkBar) -> None:
    assert bar.isHidden()
    bar.set_count(3)
    assert bar.isVisible()
    assert bar.accessibleName() == "3 selected"
    bar.set_count(0)
    assert bar.isHidden()


def test_bulk_bar_has_its_buttons_measured_as_soon_as_it_shows(
    bar: BulkBar, actions: Sequence[QAction]
) -> None:
    bar.set_count(2)
    assert shown(bar) == [action.text() for action in actions]


def test_bulk_bar_offers_the_actions(bar: BulkBar, actions: Sequence[QAction], qtbot: QtBot) -> None:
    bar.set_count(48112)
    assert shown(bar) == [text for _, text, _ in ACTIONS]
    spy = QSignalSpy(actions[1].triggered)
    button = bar.findChild(QPushButton, "deactivateSelectedButton")
    assert button is not None
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert spy.count() == 1


def test_buttons_follow_their_actions(bar: BulkBar, actions: Sequence[QAction]) -> None:
    bar.set_count(2)
    actions[0].setText("Activate 2")
    actions[0].setEnabled(False)
    actions[0].setToolTip("All of them are active.")
    button = bar.findChild(QPushButton, "activateSelectedButton")
    assert button is not None
    assert (button.text(), button.isEnabled()) == ("Activate 2", False)
    assert button.toolTip() == "All of them are active."


def test_new_actions_replace_the_old(bar: BulkBar, actions: Sequence[QAction], qtbot: QtBot) -> None:
    bar.set_actions(actions[:1])
    bar.set_count(1)
    qtbot.waitUntil(lambda: shown(bar) == ["Activate"])
    actions[3].setText("changed while its button is gone")


def test_escape_in_the_page_lets_go(bar: BulkBar, page: QWidget, qtbot: QtBot) -> None:
    spy = QSignalSpy(bar.cleared)
    list_ = page.findChild(QPushButton, "list")
    assert list_ is not None
    list_.setFocus()
    qtbot.keyClick(list_, Qt.Key.Key_Escape)
    assert spy.count() == 0
    bar.set_count(3)
    qtbot.keyClick(list_, Qt.Key.Key_Escape)
    assert spy.count() == 1


def test_clear_button_lets_go(bar: BulkBar, qtbot: QtBot) -> None:
    bar.set_count(3)
    spy = QSignalSpy(bar.cleared)
    clear = bar.findChild(QToolButton, "clearSelectionButton")
    assert clear is not None
    qtbot.mouseClick(clear, Qt.MouseButton.LeftButton)
    assert spy.count() == 1


@pytest.mark.qt_log_ignore("does not support grabbing the keyboard", extend=True)
def test_hint_goes_first_then_actions_move_into_a_menu(bar: BulkBar, page: QWidget, qtbot: QtBot) -> None:
    bar.set_count(3)
    hint, more = bar.findChild(KeyHint), bar.findChild(QToolButton, "moreActionsButton")
    menu = bar.findChild(QMenu, "moreActionsMenu")
    assert hint is not None
    assert more is not None
    assert menu is not None
    needed = sum(button.sizeHint().width() for button in bar.findChildren(QPushButton))
    page.resize(needed + 600, 300)
    assert (hint.isHidden(), more.isHidden(), len(shown(bar))) == (False, True, 4)
    page.resize(needed + 250, 300)
    assert (hint.isHidden(), more.isHidden(), len(shown(bar))) == (True, True, 4)
    page.resize(needed - 50, 300)
    assert (hint.isHidden(), more.isHidden()) == (True, False)
    kept = shown(bar)
    assert 0 < len(kept) < 4
    qtbot.mouseClick(more, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(menu.isVisible)
    assert kept + [action.text() for action in menu.actions()] == [text for _, text, _ in ACTIONS]
    menu.close()


def test_bulk_bar_does_not_hold_its_window_wide(bar: BulkBar) -> None:
    bar.set_count(3)
    assert bar.minimumSizeHint().width() < 400


@pytest.fixture
def status(qtbot: QtBot) -> StatusBar:
    status = StatusBar()
    qtbot.addWidget(status)
    status.resize(1200, 28)
    status.show()
    return status


def test_it_is_as_high_before_there_is_a_connection_as_with_one(status: StatusBar) -> None:
    status.set_profile("", "grey")
    status.set_connection("connecting", "Connecting…")
    before = status.sizeHint().height()
    status.set_profile("server", "blue")
    status.set_connection("connected", "Connected", "anna@db.example.org / blog")
    status.set_live("Live", "Changes of others show by themselves.")
    assert status.sizeHint().height() == before


def label(status: StatusBar, name: str) -> QLabel:
    found = status.findChild(QLabel, name)
    assert found is not None
    return found


def test_profile_stands_on_its_colour_with_its_name(status: StatusBar) -> None:
    assert status.profile.isHidden()
    status.set_profile("production", "red")
    assert status.profile.isVisible()
    assert status.profile.accessibleName() == "Connection: production"
    image = status.profile.grab().toImage()
    assert image.pixelColor(4, image.height() // 2) == profile_color("red")


def test_lost_connection_is_a_sign_and_words_and_a_colour(status: StatusBar) -> None:
    status.set_connection("connected", "Connected", "anna@db1.example.org / journal")
    words = label(status, "connectionLabel")
    assert (words.text(), words.property("tone")) == ("Connected", "")
    status.set_connection("offline", "Not connected, retry in 8 s")
    assert (words.text(), words.property("tone")) == ("Not connected, retry in 8 s", "bad")


def test_unknown_colour_is_refused(status: StatusBar) -> None:
    with pytest.raises(KeyError):
        status.set_profile("production", "pink")


def test_middle_and_end_take_words(status: StatusBar) -> None:
    status.set_message("Rows 1–200 of 1,000,204")
    status.set_end("synced 10:42")
    assert label(status, "statusMessage").text() == "Rows 1–200 of 1,000,204"
    assert label(status, "statusEnd").text() == "synced 10:42"


def test_long_words_end_in_an_ellipsis_and_never_widen_the_window(status: StatusBar) -> None:
    words = "anna@" + "very-long-host-name." * 12 + "example.org <b>"
    status.set_connection("connected", "Connected", words)
    status.set_message(words)
    status.resize(500, 28)
    assert status.minimumSizeHint().width() < 500
    middle = label(status, "statusMessage")
    assert "&lt;b&gt;" in middle.toolTip()
    status.resize(6000, 28)
    assert middle.toolTip() == ""

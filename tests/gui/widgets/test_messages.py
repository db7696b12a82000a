"""Banner, toast and empty state: they say it, they offer a way on, and they go when told."""

from __future__ import annotations

import pytest
import shiboken6
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import (
    QApplication,
    QGraphicsOpacityEffect,
    QLabel,
    QLineEdit,
    QProxyStyle,
    QPushButton,
    QStyle,
    QStyleHintReturn,
    QStyleOption,
    QToolButton,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from blogadmin.gui.theme import Mode, apply_theme, color
from blogadmin.gui.widgets import toast as toast_module
from blogadmin.gui.widgets.banner import Banner
from blogadmin.gui.widgets.bulk_bar import BulkBar
from blogadmin.gui.widgets.empty_state import EmptyState
from blogadmin.gui.widgets.status_bar import StatusBar
from blogadmin.gui.widgets.toast import Toast

MARKUP = "<b>Bold</b> & <script>"


def press(owner: QWidget, name: str, qtbot: QtBot) -> None:
    button = owner.findChild(QPushButton, name) or owner.findChild(QToolButton, name)
    assert button is not None
    assert not button.isHidden()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def said(owner: QWidget) -> list[str]:
    return [label.text() for label in owner.findChildren(QLabel) if label.text() and not label.isHidden()]


def all_plain(owner: QWidget) -> bool:
    return all(label.textFormat() == Qt.TextFormat.PlainText for label in owner.findChildren(QLabel))


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    window = QWidget()
    window.resize(800, 400)
    field = QLineEdit()
    field.setObjectName("title")
    field.setAccessibleName("Title")
    QVBoxLayout(window).addWidget(field)
    qtbot.addWidget(window)
    window.show()
    return window


# Banner


def test_banner_hides_until_it_has_something_to_say(window: QWidget) -> None:
    banner = Banner("info", window)
    assert banner.isHidden()
    banner.set_message("12 new posts", "since 10:38")
    assert banner.isVisible()
    assert banner.accessibleName() == "12 new posts since 10:38"


def test_banner_action_is_done_and_told(window: QWidget, qtbot: QtBot) -> None:
    done: list[str] = []
    banner = Banner("bad", window)
    spy = QSignalSpy(banner.action_triggered)
    banner.set_message("Not saved.", "1 field needs attention.", "Show", lambda: done.append("shown"))
    press(banner, "bannerAction", qtbot)
    assert done == ["shown"]
    assert spy.count() == 1


def test_banner_forgets_the_action_of_the_message_before(window: QWidget) -> None:
    banner = Banner("bad", window)
    banner.set_message("Not saved.", "", "Show", lambda: None)
    banner.set_message("Saved.")
    button = banner.findChild(QPushButton, "bannerAction")
    assert button is not None
    assert button.isHidden()


def test_banner_can_be_closed(window: QWidget, qtbot: QtBot) -> None:
    banner = Banner("ok", window)
    spy = QSignalSpy(banner.closed)
    banner.set_message("Restored.")
    press(banner, "bannerClose", qtbot)
    assert banner.isHidden()
    assert spy.count() == 1


def test_banner_that_must_stay_has_no_close_button(window: QWidget) -> None:
    banner = Banner("bad", window, closable=False)
    banner.set_message("Connection lost.")
    close = banner.findChild(QToolButton, "bannerClose")
    assert close is not None
    assert close.isHidden()


def test_banner_shows_markup_as_it_was_typed(window: QWidget) -> None:
    banner = Banner("warn", window)
    banner.set_message(MARKUP, MARKUP)
    assert all_plain(banner)
    assert said(banner) == [MARKUP, MARKUP]


def test_banner_takes_the_colour_of_its_kind_and_theme(window: QWidget, look: QApplication) -> None:
    banner = Banner("warn", window)
    banner.set_message("Read only.")
    banner.resize(400, 32)
    middle = QPoint(200, 4)
    assert banner.grab().toImage().pixelColor(middle) == color("warn_soft")
    banner.set_kind("bad")
    assert banner.grab().toImage().pixelColor(middle) == color("bad_soft")
    apply_theme(look, Mode.DARK)
    assert banner.grab().toImage().pixelColor(middle) == color("bad_soft")


def test_long_banner_wraps_instead_of_widening_its_window(window: QWidget) -> None:
    banner = Banner("info", window)
    banner.set_message("Read only.", "The schema is older than this program. " * 8)
    assert banner.minimumSizeHint().width() < 400
    assert banner.heightForWidth(400) > banner.heightForWidth(2000)


# Toast


@pytest.fixture
def toast(window: QWidget) -> Toast:
    return Toast(window)


def test_toast_stands_at_the_bottom_centre_and_follows(window: QWidget, toast: Toast) -> None:
    toast.show_message("12 users deactivated", "Undo", lambda: None, "user-off")
    for size in ((800, 400), (500, 700)):
        window.resize(*size)
        assert abs(toast.geometry().center().x() - window.rect().center().x()) <= 1
        assert 0 < window.height() - toast.geometry().bottom() < 50


def test_toast_covers_no_bar_at_the_bottom(window: QWidget, toast: Toast) -> None:
    layout = window.layout()
    assert layout is not None
    bulk, status = BulkBar(window), StatusBar(window)
    layout.addWidget(bulk)
    layout.addWidget(status)
    status.show()
    toast.show_message("12 users deactivated")
    assert toast.geometry().bottom() < status.geometry().top()
    bulk.set_count(3)
    toast.show_message("12 users activated")
    assert toast.geometry().bottom() < bulk.geometry().top()


def test_toast_makes_way_for_a_bar_that_comes_later(window: QWidget, toast: Toast, qtbot: QtBot) -> None:
    layout = window.layout()
    assert layout is not None
    bulk = BulkBar(window)
    layout.addWidget(bulk)
    toast.show_message("12 users deactivated")
    bulk.set_count(3)
    qtbot.waitUntil(lambda: 0 < bulk.geometry().top() > toast.geometry().bottom())


def test_toast_never_takes_the_focus(window: QWidget, toast: Toast, qtbot: QtBot) -> None:
    field = window.findChild(QLineEdit)
    assert field is not None
    with qtbot.waitActive(window):
        window.activateWindow()
    field.setFocus()
    toast.show_message("Saved", "Undo", lambda: None)
    assert field.hasFocus()


def test_toast_goes_by_itself(toast: Toast, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(toast_module, "STAYS_MS", 20)
    # The pointer may rest where the test before has clicked.
    monkeypatch.setattr(toast, "underMouse", lambda: False)
    toast.show_message("Saved")
    assert toast.isVisible()
    qtbot.waitUntil(toast.isHidden)


def test_toast_stays_while_the_pointer_is_on_it(
    toast: Toast, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(toast_module, "STAYS_MS", 20)
    monkeypatch.setattr(toast_module, "_ASKS_AGAIN_MS", 10)
    asked: list[bool] = []

    def pointer_is_here() -> bool:
        asked.append(True)
        return len(asked) < 4

    monkeypatch.setattr(toast, "underMouse", pointer_is_here)
    toast.show_message("Saved")
    qtbot.waitUntil(toast.isHidden)
    assert len(asked) == 4


def test_toast_action_runs_after_the_toast_has_gone(toast: Toast, qtbot: QtBot) -> None:
    seen: list[bool] = []
    toast.show_message("12 users deactivated", "Undo", lambda: seen.append(toast.isHidden()))
    press(toast, "toastAction", qtbot)
    assert seen == [True]


def test_toast_action_may_show_the_next_message(toast: Toast, qtbot: QtBot) -> None:
    toast.show_message("Deleted", "Undo", lambda: toast.show_message("Restored"))
    press(toast, "toastAction", qtbot)
    assert toast.isVisible()
    assert toast.text() == "Restored"


def test_newest_message_replaces_the_older(toast: Toast) -> None:
    toast.show_message("First", "Undo", lambda: None)
    toast.show_message("Second")
    assert said(toast) == ["Second"]
    action = toast.findChild(QPushButton, "toastAction")
    assert action is not None
    assert action.isHidden()


def test_toast_can_be_dismissed(toast: Toast, qtbot: QtBot) -> None:
    toast.show_message("Saved")
    press(toast, "toastClose", qtbot)
    assert toast.isHidden()


def test_toast_shows_markup_as_it_was_typed(toast: Toast) -> None:
    toast.show_message(MARKUP)
    assert all_plain(toast)
    assert toast.accessibleName() == MARKUP


def test_long_toast_stays_inside_its_window(window: QWidget, toast: Toast) -> None:
    toast.show_message("A sentence that goes on. " * 20, "Undo", lambda: None)
    assert window.rect().contains(toast.geometry())


def test_toast_ends_with_its_window(qtbot: QtBot) -> None:
    window = QWidget()
    window.show()
    toast = Toast(window)
    toast.show_message("Saved")
    shiboken6.delete(window)
    assert not shiboken6.isValid(toast)


class _StillStyle(QProxyStyle):
    """A style of somebody who wants no motion."""

    def styleHint(
        self,
        hint: QStyle.StyleHint,
        option: QStyleOption | None = None,
        widget: QWidget | None = None,
        returnData: QStyleHintReturn | None = None,
    ) -> int:
        if hint == QStyle.StyleHint.SH_Widget_Animation_Duration:
            return 0
        return super().styleHint(hint, option, widget, returnData)


@pytest.fixture
def still(window: QWidget) -> QProxyStyle:
    style = _StillStyle("fusion")
    style.setParent(window)
    return style


def test_toast_fades_only_for_those_who_want_motion(
    window: QWidget, still: QProxyStyle, qtbot: QtBot
) -> None:
    moving = Toast(window)
    moving.show_message("Saved")
    assert isinstance(moving.graphicsEffect(), QGraphicsOpacityEffect)
    qtbot.waitUntil(lambda: moving.graphicsEffect() is None)
    calm = Toast(window)
    calm.setStyle(still)
    calm.show_message("Saved")
    assert calm.graphicsEffect() is None


# Empty state


@pytest.fixture
def empty(qtbot: QtBot) -> EmptyState:
    empty = EmptyState()
    qtbot.addWidget(empty)
    empty.show()
    return empty


def test_empty_state_offers_its_ways_out(empty: EmptyState, qtbot: QtBot) -> None:
    done: list[str] = []
    ways = [
        ("Search without filters", lambda: done.append("unfiltered")),
        ("Clear everything", lambda: done.append("cleared")),
    ]
    empty.show_message("search", "No post matches", "4 posts match the words alone.", ways)
    assert [button.text() for button in empty.buttons()] == [words for words, _ in ways]
    press(empty, "emptyStateSecondAction", qtbot)
    press(empty, "emptyStateAction", qtbot)
    assert done == ["cleared", "unfiltered"]


def test_empty_state_without_actions_has_no_buttons(empty: EmptyState) -> None:
    empty.show_message("search", "No post matches", "", [("Clear", lambda: None)])
    empty.show_message("file-text", "No posts yet")
    assert empty.buttons() == []
    assert empty.accessibleName() == "No posts yet"


def test_failure_offers_another_try(empty: EmptyState, qtbot: QtBot) -> None:
    tries: list[int] = []
    title, text = "The posts could not be read", "The server does not answer."
    empty.show_failure(title, text, "Retry", lambda: tries.append(1))
    press(empty, "emptyStateAction", qtbot)
    assert tries == [1]
    assert said(empty) == [title, text]


def test_empty_state_shows_markup_as_it_was_typed(empty: EmptyState) -> None:
    empty.show_message("search", f"No posts match “{MARKUP}”", MARKUP)
    assert all_plain(empty)

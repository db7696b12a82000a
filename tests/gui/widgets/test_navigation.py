"""The navigation: places are chosen by keys and mouse, and counts are said in words."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from blogadmin.gui.theme import Mode, apply_theme, color
from blogadmin.gui.widgets.navigation import NavigationList

ACCESSIBLE = Qt.ItemDataRole.AccessibleTextRole


@pytest.fixture
def navigation(qtbot: QtBot) -> NavigationList:
    navigation = NavigationList()
    navigation.add_page("posts", "Posts", "file-text")
    navigation.add_page("comments", "Comments", "message")
    navigation.add_page("users", "Users", "users")
    navigation.choose("posts")
    qtbot.addWidget(navigation)
    with qtbot.waitActive(navigation):
        navigation.show()
        navigation.activateWindow()
    return navigation


def test_items_carry_their_page(navigation: NavigationList) -> None:
    assert navigation.objectName() == "navigation"
    keys = [navigation.item(row).data(Qt.ItemDataRole.UserRole) for row in range(navigation.count())]
    assert keys == ["posts", "comments", "users"]


def test_arrow_keys_choose(navigation: NavigationList, qtbot: QtBot) -> None:
    spy = QSignalSpy(navigation.page_chosen)
    qtbot.keyClick(navigation, Qt.Key.Key_Down)
    qtbot.keyClick(navigation, Qt.Key.Key_Down)
    qtbot.keyClick(navigation, Qt.Key.Key_Up)
    assert [spy.at(row)[0] for row in range(spy.count())] == ["comments", "users", "comments"]
    assert navigation.chosen() == "comments"


def test_click_chooses(navigation: NavigationList, qtbot: QtBot) -> None:
    place = navigation.visualItemRect(navigation.item(2)).center()
    with qtbot.waitSignal(navigation.page_chosen) as blocker:
        qtbot.mouseClick(navigation.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert blocker.args == ["users"]


def test_program_chooses_by_key(navigation: NavigationList) -> None:
    spy = QSignalSpy(navigation.page_chosen)
    navigation.choose("users")
    navigation.choose("users")
    assert [spy.at(row)[0] for row in range(spy.count())] == ["users"]
    with pytest.raises(KeyError):
        navigation.choose("nowhere")


def test_nothing_is_chosen_at_first(qtbot: QtBot) -> None:
    navigation = NavigationList()
    qtbot.addWidget(navigation)
    assert navigation.chosen() == ""


def test_a_place_that_merely_got_the_keyboard_can_still_be_chosen(qtbot: QtBot) -> None:
    navigation = NavigationList()
    navigation.add_page("posts", "Posts", "file-text")
    qtbot.addWidget(navigation)
    with qtbot.waitActive(navigation):
        navigation.show()
        navigation.activateWindow()
    navigation.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(lambda: navigation.currentItem() is not None)
    assert navigation.chosen() == ""
    navigation.choose("posts")
    assert navigation.item(0).isSelected()
    assert navigation.chosen() == "posts"


def test_counts_are_said_in_words(navigation: NavigationList) -> None:
    navigation.set_badge("comments", 128, alert=True)
    navigation.set_badge("users", 48112)
    assert [navigation.item(row).data(ACCESSIBLE) for row in range(3)] == [
        "Posts",
        "Comments, 128 waiting",
        "Users, 48,112",
    ]
    navigation.set_badge("comments", 0)
    assert navigation.item(1).data(ACCESSIBLE) == "Comments"


def test_count_is_painted_and_work_waiting_in_its_own_colour(navigation: NavigationList) -> None:
    def amber() -> int:
        row = navigation.visualItemRect(navigation.item(1))
        image = navigation.viewport().grab(row).toImage()
        ground = color("warn_soft")
        return sum(
            image.pixelColor(x, y) == ground for x in range(image.width()) for y in range(image.height())
        )

    assert amber() == 0
    navigation.set_badge("comments", 128)
    assert amber() == 0
    navigation.set_badge("comments", 128, alert=True)
    assert amber() > 50


def test_narrow_mode_shows_icons_and_says_the_rest(navigation: NavigationList) -> None:
    navigation.set_badge("comments", 128, alert=True)
    assert navigation.item(1).toolTip() == ""
    wide = navigation.sizeHint().width()
    navigation.set_narrow(True)
    assert navigation.sizeHint().width() == 52 < wide
    assert "Comments, 128 waiting" in navigation.item(1).toolTip()
    navigation.set_narrow(False)
    assert navigation.sizeHint().width() == wide
    assert navigation.item(1).toolTip() == ""


def test_width_stays_within_its_limits(navigation: NavigationList) -> None:
    assert navigation.sizeHint().width() >= 216
    navigation.add_page("view", "A saved view with a very long name indeed, longer than any", "bookmark")
    assert navigation.sizeHint().width() == 280


def test_ring_shows_for_keys_and_not_for_the_mouse(navigation: NavigationList, qtbot: QtBot) -> None:
    qtbot.mouseClick(
        navigation.viewport(),
        Qt.MouseButton.LeftButton,
        pos=navigation.visualItemRect(navigation.item(0)).center(),
    )
    assert not navigation.shows_ring
    qtbot.keyClick(navigation, Qt.Key.Key_Down)
    assert navigation.shows_ring
    row = navigation.visualItemRect(navigation.item(1))
    image = navigation.viewport().grab(row).toImage()
    assert image.pixelColor(row.width() // 2, 1) == color("accent")


def test_chosen_place_follows_the_theme(navigation: NavigationList, look: QApplication) -> None:
    def ground() -> str:
        row = navigation.visualItemRect(navigation.item(0))
        return navigation.viewport().grab(row).toImage().pixelColor(row.width() - 30, 6).name()

    assert ground() == color("accent_soft").name()
    apply_theme(look, Mode.DARK)
    assert ground() == color("accent_soft").name() == "#202f52"


def test_chosen_bar_stands_at_the_leading_edge(navigation: NavigationList) -> None:
    row = navigation.visualItemRect(navigation.item(0))

    def edges() -> tuple[bool, bool]:
        image = navigation.viewport().grab(row).toImage()
        middle = row.height() // 2
        accent = color("accent")
        return image.pixelColor(1, middle) == accent, image.pixelColor(row.width() - 2, middle) == accent

    assert edges() == (True, False)
    navigation.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    assert edges() == (False, True)


def test_disabled_navigation_looks_disabled(navigation: NavigationList) -> None:
    def inks() -> set[str]:
        image = navigation.viewport().grab(navigation.visualItemRect(navigation.item(1))).toImage()
        return {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}

    assert color("text").name() in inks()
    navigation.setEnabled(False)
    assert color("text").name() not in inks()

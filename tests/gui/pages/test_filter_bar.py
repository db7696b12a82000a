"""The chips of a filter: what they say, how they are taken away, and what stands between them."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QContextMenuEvent
from PySide6.QtWidgets import QApplication, QLabel, QMenu, QPushButton
from pytestqt.qtbot import QtBot

from blogadmin.core.queries.spec import Condition, Field, Group, Kind
from blogadmin.gui.pages.filter_bar import FilterBar
from blogadmin.gui.pages.filter_words import FilterWords
from blogadmin.gui.pages.posts import POSTS

DRAFT = Condition("status", "is", "draft")
QT = Condition("tags", "contains", "qt")
SQL = Condition("tags", "contains", "sql")
MANY = Condition("comments", "at_least", 5)
FIELDS = {
    "status": Field(Kind.CHOICE, ("draft", "published")),
    "tags": Field(Kind.TAGS),
    "comments": Field(Kind.NUMBER),
}


class Bar(FilterBar):
    """A bar that shows at once what the person makes of it, as a page does."""

    def __init__(self) -> None:
        super().__init__()
        self.words = FilterWords(POSTS.columns, FIELDS)
        self.changed.connect(lambda where: self.show_filter(where, self.words))

    def said(self) -> list[str]:
        return [chip.words() for chip in self.chips()]


@pytest.fixture
def bar(qtbot: QtBot) -> Bar:
    bar = Bar()
    qtbot.addWidget(bar)
    bar.resize(900, 40)
    bar.show_filter(Group((DRAFT, QT, MANY)), bar.words)
    with qtbot.waitActive(bar):
        bar.activateWindow()
    return bar


def button(bar: Bar, name: str) -> QPushButton:
    found = bar.findChild(QPushButton, name)
    assert found is not None
    return found


def test_each_condition_is_a_chip_with_a_number(bar: Bar) -> None:
    assert bar.said() == ["Status: Draft", "Tags: qt", "Comments: 5 or more"]
    assert [chip.objectName() for chip in bar.chips()] == ["chip_1", "chip_2", "chip_3"]


def test_without_a_filter_the_bar_takes_no_room(bar: Bar) -> None:
    bar.show_filter(None, bar.words)
    assert bar.isHidden()
    bar.clear()
    bar.remove_last()
    assert bar.where is None


def test_delete_takes_one_away_and_the_keyboard_goes_to_its_neighbour(bar: Bar, qtbot: QtBot) -> None:
    bar.chips()[1].setFocus()
    qtbot.keyClick(bar.chips()[1], Qt.Key.Key_Delete)
    assert bar.said() == ["Status: Draft", "Comments: 5 or more"]
    assert bar.chips()[1].hasFocus()
    qtbot.keyClick(bar.chips()[1], Qt.Key.Key_Delete)
    assert bar.said() == ["Status: Draft"]
    assert bar.chips()[0].hasFocus()


def test_arrows_walk_along_the_chips_and_stop_at_the_ends(bar: Bar, qtbot: QtBot) -> None:
    bar.chips()[0].setFocus()
    qtbot.keyClick(bar.chips()[0], Qt.Key.Key_Left)
    assert bar.chips()[0].hasFocus()
    for at in (0, 1, 2):
        qtbot.keyClick(bar.chips()[at], Qt.Key.Key_Right)
    assert bar.chips()[2].hasFocus()


def test_the_last_one_and_all_of_them_can_go(bar: Bar, qtbot: QtBot) -> None:
    bar.remove_last()
    assert bar.said() == ["Status: Draft", "Tags: qt"]
    qtbot.mouseClick(bar.clear_button, Qt.MouseButton.LeftButton)
    assert bar.where is None


def test_a_group_says_or_between_its_chips(bar: Bar) -> None:
    bar.show_filter(Group((DRAFT, Group((QT, SQL), any=True))), bar.words)
    assert bar.said() == ["Status: Draft", "Tags: qt", "Tags: sql"]
    between = [label.text() for label in bar.findChildren(QLabel) if label.isVisible()]
    assert between == ["or"]
    bar.chips()[2].remove_wanted.emit()
    assert bar.where == Group((DRAFT, QT))


def test_all_of_turns_into_any_of_and_back(bar: Bar, qtbot: QtBot) -> None:
    match = button(bar, "matchButton")
    assert match.text() == "All of"
    qtbot.mouseClick(match, Qt.MouseButton.LeftButton)
    assert bar.where == Group((DRAFT, QT, MANY), any=True)
    assert match.text() == "Any of"
    qtbot.mouseClick(match, Qt.MouseButton.LeftButton)
    assert bar.where == Group((DRAFT, QT, MANY))
    bar.show_filter(Group((DRAFT,)), bar.words)
    assert match.isHidden()


@pytest.mark.parametrize(("any_", "called"), [(False, "Or…"), (True, "And…")])
def test_the_menu_of_a_chip_offers_the_other_way_of_holding(
    bar: Bar, any_: bool, called: str, qtbot: QtBot
) -> None:
    bar.show_filter(Group((DRAFT, QT), any=any_), bar.words)
    chip = bar.chips()[1]
    with qtbot.waitSignal(bar.alternative_wanted) as wanted:
        event = QContextMenuEvent(
            QContextMenuEvent.Reason.Mouse, chip.rect().center(), chip.mapToGlobal(QPoint(3, 3))
        )
        QApplication.sendEvent(chip, event)
        menu = chip.findChild(QMenu, "chipMenu")
        assert menu is not None
        action = menu.findChild(QAction, "alternativeAction")
        assert action is not None
        assert action.text() == called
        action.trigger()
        menu.close()
    assert wanted.args == [(1,)]


def test_a_click_asks_to_change_what_the_chip_says(bar: Bar, qtbot: QtBot) -> None:
    with qtbot.waitSignal(bar.edit_wanted) as wanted:
        qtbot.mouseClick(bar.chips()[2], Qt.MouseButton.LeftButton)
    assert wanted.args is not None
    assert bar.part(wanted.args[0]) == MANY
    assert bar.chip_at((2,)) is bar.chips()[2]
    assert bar.chip_at((7,)) is None


def test_a_group_within_a_group_is_shown_whole(bar: Bar) -> None:
    deep = Group((DRAFT, Group((QT, Group((SQL, MANY))), any=True)))
    bar.show_filter(deep, bar.words)
    assert bar.said() == ["Status: Draft", "Tags: qt", "Tags: sql and Comments: 5 or more"]
    assert bar.where == deep


def test_a_name_that_becomes_known_is_shown(bar: Bar) -> None:
    fields = {"author_id": Field(Kind.PERSON)}
    words = FilterWords(POSTS.columns, fields)
    bar.show_filter(Group((Condition("author_id", "is", 7),)), words)
    assert bar.said() == ["Author: user no. 7"]
    words.names[7] = "Anna"
    bar.rename()
    assert bar.said() == ["Author: Anna"]

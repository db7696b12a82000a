"""How editors find what they look for, in the real window on a real database."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QListView, QWidget

from blogadmin.gui.widgets.chip import Chip
from tests.e2e.robot import Robot, type_text

Sql = Callable[..., list[tuple[Any, ...]]]
Key = Qt.Key


class Finder:
    """The robot's words for finding."""

    def __init__(self, robot: Robot) -> None:
        self.robot = robot

    def press(self, *keys: Qt.Key) -> None:
        """Press keys where the keyboard is."""
        for key in keys:
            QTest.keyClick(self.keyboard(), key)

    def type(self, text: str) -> None:
        """Type where the keyboard is."""
        type_text(self.keyboard(), text)

    def keyboard(self) -> QWidget:
        """The widget that has the keyboard."""
        widget = QApplication.focusWidget()
        assert widget is not None, "nothing has the keyboard"
        return widget

    def chips(self) -> list[str]:
        """What the chips of the page in front say."""
        chips = [chip for chip in self.robot.page.findChildren(Chip) if chip.isVisible()]
        return [chip.words() for chip in sorted(chips, key=lambda chip: chip.objectName())]

    def remove_chip(self, number: int) -> None:
        """Take a chip away with the Delete key."""
        chip = next(c for c in self.robot.page.findChildren(Chip, f"chip_{number}") if c.isVisible())
        chip.setFocus()
        self.press(Key.Key_Delete)

    def palette(self, text: str) -> Callable[[], list[str]]:
        """Open the palette with its key and type; gives what tells the lines that it offers."""
        self.robot.root.activateWindow()
        self.robot.wait(lambda: QApplication.focusWidget() is not None)
        QTest.keyClick(self.keyboard(), Key.Key_K, Qt.KeyboardModifier.ControlModifier)
        self.robot.wait(lambda: self.keyboard().objectName() == "paletteField")
        self.type(text)
        lines = self.robot.find(QListView, "paletteList").model()
        return lambda: [str(lines.index(row, 0).data()) for row in range(lines.rowCount())]


def test_an_editor_narrows_the_list_by_chips_and_widens_it_again(robot: Robot) -> None:
    finder = Finder(robot)
    robot.trigger("addFilterAction")
    finder.press(Key.Key_Return, Key.Key_Space, Key.Key_Return)
    robot.says("10 posts")
    robot.trigger("addFilterAction")
    finder.press(Key.Key_Down, Key.Key_Return)
    finder.type("anna@example.org")
    robot.wait(
        lambda: any(w.isVisible() for w in QApplication.allWidgets() if w.objectName() == "authorOffers")
    )
    finder.press(Key.Key_Return, Key.Key_Return)
    assert finder.chips() == ["Status: Draft", "Author: Anna Kowalczyk"]
    robot.says("10 posts")
    finder.remove_chip(1)
    assert finder.chips() == ["Author: Anna Kowalczyk"]
    robot.trigger("clearFiltersAction")
    robot.says("30 posts")


def test_a_view_that_comes_with_the_program_is_reached_by_typing_its_name(robot: Robot) -> None:
    finder = Finder(robot)
    robot.press(Key.Key_Home)
    offered = finder.palette("never pub")
    robot.wait(lambda: offered()[:2] == ["Views", "Never published"])
    finder.press(Key.Key_Return)
    robot.says("10 posts")
    assert finder.chips() == ["Status: Draft or In review or Scheduled"]


def test_another_page_and_an_action_are_reached_by_typing(robot: Robot) -> None:
    finder = Finder(robot)
    robot.press(Key.Key_Home)
    offered = finder.palette("users")
    robot.wait(lambda: offered()[:2] == ["Pages", "Users"])
    finder.press(Key.Key_Return)
    robot.wait(lambda: robot.page.objectName() == "usersPage")
    offered = finder.palette(">new user")
    robot.wait(lambda: "New user" in offered())
    finder.press(Key.Key_Return)
    dialog = robot.dialog("userDialog")
    dialog.root.close()


def test_my_drafts_ask_once_who_i_am(robot: Robot) -> None:
    finder = Finder(robot)
    robot.press(Key.Key_Home)
    finder.palette("my drafts")
    finder.press(Key.Key_Return)
    dialog = robot.dialog("meDialog")
    dialog.type_into("me", "anna@example.org")
    robot.wait(
        lambda: any(w.isVisible() for w in QApplication.allWidgets() if w.objectName() == "authorOffers")
    )
    QTest.keyClick(dialog.find(QWidget, "me"), Key.Key_Return)
    dialog.save()
    robot.wait(lambda: finder.chips() == ["Author: Anna Kowalczyk", "Status: Draft"])
    robot.says("10 posts")
    robot.trigger("clearFiltersAction")
    robot.says("30 posts")
    robot.press(Key.Key_Home)
    finder.palette("my drafts")
    finder.press(Key.Key_Return)
    robot.says("10 posts")

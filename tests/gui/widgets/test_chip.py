"""A chip is changed by a click and taken away by its cross or by Delete; chips fill lines as words do."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from blogadmin.gui.widgets.chip import Chip
from blogadmin.gui.widgets.chip_flow import FlowLayout

Key = Qt.Key


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    window = QWidget()
    window.setObjectName("chipWindow")
    qtbot.addWidget(window)
    return window


@pytest.fixture
def chip(window: QWidget, qtbot: QtBot) -> Chip:
    chip = Chip("Status", "Draft or In review", window)
    chip.setObjectName("chip_1")
    chip.resize(chip.sizeHint())
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    chip.setFocus()
    return chip


def cross(chip: Chip) -> QPoint:
    """The middle of the cross, at the trailing end."""
    rtl = chip.layoutDirection() == Qt.LayoutDirection.RightToLeft
    return QPoint(12 if rtl else chip.width() - 12, chip.height() // 2)


def test_it_says_field_and_value_and_how_to_take_it_away(chip: Chip) -> None:
    assert chip.words() == "Status: Draft or In review"
    assert chip.accessibleName() == "Filter Status: Draft or In review"
    assert "Delete" in chip.accessibleDescription()


def test_what_a_chip_says_is_never_taken_for_html(chip: Chip) -> None:
    chip.set_words("Tags", "<b>qt</b>")
    assert "&lt;b&gt;qt&lt;/b&gt;" in chip.toolTip()


@pytest.mark.parametrize("key", [Key.Key_Return, Key.Key_Space])
def test_enter_and_space_change_it(chip: Chip, key: Key, qtbot: QtBot) -> None:
    clicked, removed = QSignalSpy(chip.clicked), QSignalSpy(chip.remove_wanted)
    qtbot.keyClick(chip, key)
    assert (clicked.count(), removed.count()) == (1, 0)


@pytest.mark.parametrize("key", [Key.Key_Delete, Key.Key_Backspace])
def test_delete_takes_it_away_before_any_shortcut_hears_of_it(
    window: QWidget, chip: Chip, key: Key, qtbot: QtBot
) -> None:
    delete_rows = QAction("Delete rows", window)
    delete_rows.setShortcut(key)
    window.addAction(delete_rows)
    rows, removed = QSignalSpy(delete_rows.triggered), QSignalSpy(chip.remove_wanted)
    qtbot.keyClick(chip, key)
    assert (removed.count(), rows.count()) == (1, 0)


@pytest.mark.parametrize("direction", [Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft])
def test_the_cross_removes_and_the_words_change(
    chip: Chip, direction: Qt.LayoutDirection, qtbot: QtBot
) -> None:
    chip.setLayoutDirection(direction)
    clicked, removed = QSignalSpy(chip.clicked), QSignalSpy(chip.remove_wanted)
    qtbot.mouseClick(chip, Qt.MouseButton.LeftButton, pos=cross(chip))
    assert (clicked.count(), removed.count()) == (0, 1)
    qtbot.mouseClick(chip, Qt.MouseButton.LeftButton, pos=chip.rect().center())
    assert (clicked.count(), removed.count()) == (1, 1)


def test_arrows_lead_on_along_the_reading_direction(chip: Chip, qtbot: QtBot) -> None:
    spy = QSignalSpy(chip.step_wanted)
    qtbot.keyClick(chip, Key.Key_Right)
    chip.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    qtbot.keyClick(chip, Key.Key_Right)
    qtbot.keyClick(chip, Key.Key_Down)
    assert [spy.at(n)[0] for n in range(3)] == [1, -1, 1]


def test_its_menu_offers_what_can_be_done(chip: Chip) -> None:
    menu = chip.menu("Or…")
    assert [action.text() for action in menu.actions()] == ["Change…", "Or…", "Remove"]
    wanted, removed = QSignalSpy(chip.alternative_wanted), QSignalSpy(chip.remove_wanted)
    menu.actions()[1].trigger()
    menu.actions()[2].trigger()
    assert (wanted.count(), removed.count()) == (1, 1)
    menu.close()


def test_a_chip_that_cannot_be_changed_offers_only_its_removal(window: QWidget) -> None:
    menu = Chip("", "one or (two and three)", window, editable=False).menu()
    assert [action.text() for action in menu.actions()] == ["Remove"]
    menu.close()


def test_a_long_value_does_not_widen_the_window(chip: Chip) -> None:
    chip.set_words("Tags", "x" * 500)
    assert chip.sizeHint().width() < 60 * chip.fontMetrics().horizontalAdvance("x")


def box(parent: QWidget, width: int) -> QWidget:
    widget = QWidget(parent)
    widget.setFixedSize(width, 20)
    return widget


def test_a_flow_goes_on_below_where_room_ends(window: QWidget) -> None:
    flow = FlowLayout(window, gap=5)
    boxes = [box(window, 40) for _ in range(3)]
    for widget in boxes:
        flow.addWidget(widget)
    assert flow.heightForWidth(130) == 20
    assert flow.heightForWidth(129) == 45
    flow.setGeometry(QRect(0, 0, 90, 100))
    assert [widget.pos() for widget in boxes] == [QPoint(0, 0), QPoint(45, 0), QPoint(0, 25)]


def test_a_flow_begins_at_the_leading_edge(window: QWidget) -> None:
    window.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    flow = FlowLayout(window, gap=5)
    first = box(window, 40)
    flow.addWidget(first)
    flow.setGeometry(QRect(0, 0, 100, 100))
    assert first.pos() == QPoint(60, 0)


def test_hidden_parts_of_a_flow_take_no_room(window: QWidget) -> None:
    flow = FlowLayout(window, gap=5)
    hidden, shown = box(window, 40), box(window, 30)
    flow.addWidget(shown)
    flow.insert(0, hidden)
    hidden.hide()
    window.show()
    assert flow.sizeHint().width() == 30
    assert flow.count() == 2
    assert flow.itemAt(2) is None
    flow.removeWidget(hidden)
    assert flow.count() == 1

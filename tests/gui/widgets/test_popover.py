"""A sheet over its window keeps the keyboard inside, and goes when the person turns away."""

from __future__ import annotations

import pytest
import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, Qt
from PySide6.QtGui import QAction, QIcon
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from blogadmin.gui.widgets.popover import SHADOW, Popover


def line(name: str, parent: QWidget) -> QLineEdit:
    made = QLineEdit(parent)
    made.setObjectName(name)
    made.setAccessibleName(name)
    return made


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    window = QWidget()
    window.setObjectName("window")
    window.resize(500, 400)
    column = QVBoxLayout(window)
    column.addWidget(line("below", window))
    column.addStretch(1)
    column.addWidget(line("other", window))
    qtbot.addWidget(window)
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    window.findChild(QLineEdit, "below").setFocus()  # pyright: ignore[reportOptionalMemberAccess]
    return window


@pytest.fixture
def sheet(window: QWidget) -> Popover:
    """An open sheet with two fields, below the first field of its window."""
    sheet = Popover(window)
    sheet.setObjectName("sheet")
    for name in ("first", "second"):
        sheet.body.addWidget(line(name, sheet))
    sheet.open_below(field(window, "below"), field(window, "first"))
    return sheet


def field(window: QWidget, name: str) -> QLineEdit:
    found = window.findChild(QLineEdit, name)
    assert found is not None
    return found


def focused() -> str:
    widget = QApplication.focusWidget()
    return widget.objectName() if widget is not None else ""


def test_tab_stays_inside(window: QWidget, sheet: Popover, qtbot: QtBot) -> None:
    assert focused() == "first"
    seen = []
    for _ in range(3):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        seen.append(focused())
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Backtab)
    assert [*seen, focused()] == ["second", "first", "second", "first"]


def test_what_a_window_has_outlives_the_parts_of_its_sheet(
    window: QWidget, sheet: Popover, qtbot: QtBot
) -> None:
    clear = field(window, "below").addAction(QIcon(), QLineEdit.ActionPosition.TrailingPosition)
    part = QWidget(sheet)
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    part.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert shiboken6.isValid(clear)


def test_escape_closes_it_and_gives_the_keyboard_back(window: QWidget, sheet: Popover, qtbot: QtBot) -> None:
    escape = QAction("Clear selection", window)
    escape.setShortcut(Qt.Key.Key_Escape)
    window.addAction(escape)
    spy, told = QSignalSpy(escape.triggered), QSignalSpy(sheet.closed)
    qtbot.keyClick(field(window, "first"), Qt.Key.Key_Escape)
    assert not sheet.isVisible()
    assert (spy.count(), told.count()) == (0, 1)
    assert focused() == "below"


def test_a_click_elsewhere_closes_it_and_is_still_a_click(
    window: QWidget, sheet: Popover, qtbot: QtBot
) -> None:
    qtbot.mouseClick(field(window, "other"), Qt.MouseButton.LeftButton)
    assert not sheet.isVisible()
    assert focused() == "other"


def test_focus_that_goes_elsewhere_closes_it(window: QWidget, sheet: Popover) -> None:
    field(window, "other").setFocus()
    assert not sheet.isVisible()
    assert focused() == "other"


def test_a_click_inside_leaves_it_open_and_one_on_its_shadow_does_not(
    window: QWidget, sheet: Popover, qtbot: QtBot
) -> None:
    qtbot.mouseClick(field(window, "second"), Qt.MouseButton.LeftButton)
    qtbot.mouseClick(sheet, Qt.MouseButton.LeftButton, pos=sheet.rect().center())
    assert sheet.isVisible()
    qtbot.mouseClick(sheet, Qt.MouseButton.LeftButton)
    assert sheet.isVisible()
    qtbot.mouseClick(sheet, Qt.MouseButton.LeftButton, pos=QPoint(2, 2))
    assert not sheet.isVisible()


def test_it_stands_at_the_leading_edge_of_what_it_belongs_to(window: QWidget, sheet: Popover) -> None:
    anchor = field(window, "below")
    assert sheet.x() + SHADOW == anchor.x()
    sheet.close_sheet()
    window.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    sheet.open_below(anchor, field(window, "first"))
    assert sheet.geometry().right() - SHADOW == anchor.geometry().right()


def test_it_stays_inside_its_window(window: QWidget, sheet: Popover) -> None:
    sheet.close_sheet()
    sheet.open_below(field(window, "other"), field(window, "first"))
    assert sheet.geometry().bottom() - SHADOW <= window.rect().bottom()
    sheet.close_sheet()
    sheet.open_at_top(10, field(window, "first"))
    assert sheet.y() + SHADOW >= 10
    assert abs(sheet.geometry().center().x() - window.rect().center().x()) <= 1


def test_it_listens_no_longer_when_its_window_is_hidden(window: QWidget, sheet: Popover) -> None:
    told = QSignalSpy(sheet.closed)
    window.hide()
    assert told.count() == 0
    window.show()
    assert sheet.isVisible()

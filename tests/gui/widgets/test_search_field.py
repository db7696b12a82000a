"""The search field asks after a pause, on Enter, and when it is emptied."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from blogadmin.gui.widgets.buttons import plain_button
from blogadmin.gui.widgets.search_field import SearchField


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    window = QWidget()
    window.resize(600, 100)
    column = QVBoxLayout(window)
    # Takes the focus first, so that the field starts without it.
    button = plain_button("Other", "other")
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    column.addWidget(button)
    column.addWidget(SearchField("Search title, slug, text…"))
    qtbot.addWidget(window)
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    return window


@pytest.fixture
def field(window: QWidget) -> SearchField:
    return window.findChild(SearchField, "searchField")  # pyright: ignore[reportReturnType]


def asked(spy: QSignalSpy) -> list[str]:
    return [spy.at(row)[0] for row in range(spy.count())]


def test_typing_asks_once_after_the_pause(field: SearchField, qtbot: QtBot) -> None:
    spy = QSignalSpy(field.search_requested)
    qtbot.keyClicks(field, "moon")
    assert spy.count() == 0
    with qtbot.waitSignal(field.search_requested):
        pass
    assert asked(spy) == ["moon"]


def test_enter_asks_at_once_and_only_once(field: SearchField, qtbot: QtBot) -> None:
    spy = QSignalSpy(field.search_requested)
    qtbot.keyClicks(field, "moon")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert asked(spy) == ["moon"]
    qtbot.keyClicks(field, "s")
    qtbot.waitUntil(lambda: spy.count() > 1)
    assert asked(spy) == ["moon", "moons"]


def test_enter_asks_again_for_the_same_words(field: SearchField, qtbot: QtBot) -> None:
    spy = QSignalSpy(field.search_requested)
    qtbot.keyClicks(field, "moon")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert asked(spy) == ["moon", "moon"]


def test_words_typed_and_taken_back_ask_nothing(field: SearchField, qtbot: QtBot) -> None:
    spy = QSignalSpy(field.search_requested)
    qtbot.keyClicks(field, "x")
    qtbot.keyClick(field, Qt.Key.Key_Backspace)
    qtbot.waitUntil(lambda: not field.waiting)
    assert asked(spy) == []


def test_escape_empties_the_field_and_asks(field: SearchField, qtbot: QtBot) -> None:
    spy = QSignalSpy(field.search_requested)
    qtbot.keyClicks(field, "moon")
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert field.text() == ""
    assert asked(spy) == [""]


def test_escape_is_for_the_field_only_while_it_has_words(
    window: QWidget, field: SearchField, qtbot: QtBot
) -> None:
    escape = QAction("Clear selection", window)
    escape.setShortcut(Qt.Key.Key_Escape)
    window.addAction(escape)
    spy = QSignalSpy(escape.triggered)
    field.setFocus()
    field.setText("moon")
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert (field.text(), spy.count()) == ("", 0)
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert spy.count() == 1


def test_clear_button_shows_only_with_words(field: SearchField, qtbot: QtBot) -> None:
    (clear,) = field.actions()
    assert not clear.isVisible()
    field.setText("moon")
    assert clear.isVisible()
    with qtbot.waitSignal(field.search_requested) as blocker:
        clear.trigger()
    assert blocker.args == [""]
    assert not clear.isVisible()


def test_key_cap_shows_while_the_field_is_empty_and_elsewhere(field: SearchField) -> None:
    place = field.rect().adjusted(field.width() - 30, 6, -8, -6)

    def inked() -> int:
        image = field.grab(place).toImage()
        white = field.palette().base().color()
        return sum(
            image.pixelColor(x, y) != white for x in range(image.width()) for y in range(image.height())
        )

    assert inked() > 0
    field.setFocus()
    assert inked() == 0


def test_text_keeps_clear_of_the_magnifier_in_both_directions(field: SearchField) -> None:
    assert field.textMargins().left() > 16
    field.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    assert field.textMargins().right() > 16
    assert field.textMargins().left() < field.textMargins().right()


def test_field_says_what_it_is(field: SearchField) -> None:
    assert field.accessibleName() == "Search title, slug, text…"
    assert field.objectName() == "searchField"

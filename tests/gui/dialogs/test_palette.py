"""The palette ranks what fits, is driven from its field, and does what is chosen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from blogadmin.gui.dialogs.palette import Palette
from blogadmin.gui.dialogs.palette_list import Entry
from blogadmin.gui.dialogs.palette_rank import BEGINNING, EXACT, LETTERS, PARTS, WORDS, Fit, fit
from blogadmin.gui.theme import icon

Key = Qt.Key


@pytest.mark.parametrize(
    ("text", "title", "expected"),
    [
        ("publish", "Publish", Fit(EXACT, ((0, 7),))),
        ("pub", "Publish", Fit(BEGINNING, ((0, 3),))),
        ("lighthouse", "The quiet lighthouse", Fit(WORDS, ((10, 10),))),
        ("light qui", "The quiet lighthouse", Fit(WORDS, ((4, 3), (10, 5)))),
        ("house", "The quiet lighthouse", Fit(PARTS, ((15, 5),))),
        ("sts", "Send to spam", Fit(LETTERS, ((0, 1), (5, 1), (8, 1)))),
        ("", "Anything", Fit(EXACT, ())),
        ("zebra", "The quiet lighthouse", None),
        ("quiet zebra", "The quiet lighthouse", None),
        ("   ", "Anything", None),
    ],
)
def test_a_title_fits_by_what_was_typed(text: str, title: str, expected: Fit | None) -> None:
    assert fit(text, title) == expected


@given(st.text(), st.text())
def test_spans_are_inside_of_the_title(text: str, title: str) -> None:
    found = fit(text, title)
    if found is not None:
        assert all(start >= 0 and start + length <= len(title) for start, length in found.spans)


@given(st.text(min_size=1))
def test_every_title_fits_itself(title: str) -> None:
    if title.split():
        assert fit(title, title) is not None


class Desk:
    """A window with a palette, and what was done through it."""

    def __init__(self, qtbot: QtBot) -> None:
        self.qtbot = qtbot
        self.window = QWidget()
        self.window.setObjectName("desk")
        self.window.resize(900, 700)
        qtbot.addWidget(self.window)
        self.palette = Palette(self.window)
        self.done: list[str] = []
        with qtbot.waitActive(self.window):
            self.window.show()
            self.window.activateWindow()
        self.palette.open_with(
            [
                self.entry("Pages", "Posts"),
                self.entry("Views", "Published this week"),
                self.entry("Actions", "Publish"),
                self.entry("Actions", "Delete…"),
            ]
        )

    def entry(self, group: str, title: str) -> Entry:
        return Entry(group, title, icon("check"), lambda: self.done.append(title))

    def type(self, text: str) -> None:
        self.palette.field.selectAll()
        self.qtbot.keyClicks(self.palette.field, text)

    def press(self, *keys: Key) -> None:
        for key in keys:
            self.qtbot.keyClick(self.palette.field, key)

    def lines(self) -> list[str]:
        return [line.title for line in self.palette.model.lines]

    def chosen(self) -> str:
        return str(self.palette.list.currentIndex().data())


@pytest.fixture
def desk(qtbot: QtBot) -> Desk:
    return Desk(qtbot)


def test_it_opens_with_everything_and_the_first_entry_chosen(desk: Desk) -> None:
    assert desk.lines() == ["Pages", "Posts", "Views", "Published this week", "Actions", "Publish", "Delete…"]
    assert desk.chosen() == "Posts"
    assert desk.palette.field.hasFocus()


def test_the_group_with_the_best_fit_comes_first(desk: Desk) -> None:
    desk.type("publish")
    assert desk.lines() == ["Actions", "Publish", "Views", "Published this week"]
    assert desk.chosen() == "Publish"


def test_down_passes_over_headings_and_goes_round(desk: Desk) -> None:
    walked = []
    for _ in range(4):
        desk.press(Key.Key_Down)
        walked.append(desk.chosen())
    assert walked == ["Published this week", "Publish", "Delete…", "Posts"]
    desk.press(Key.Key_Up)
    assert desk.chosen() == "Delete…"
    desk.press(Key.Key_PageUp)
    assert desk.chosen() == "Posts"
    desk.press(Key.Key_PageDown)
    assert desk.chosen() == "Delete…"


def test_enter_does_what_is_chosen_and_closes(desk: Desk) -> None:
    desk.type("dele")
    desk.press(Key.Key_Return)
    assert desk.done == ["Delete…"]
    assert not desk.palette.isVisible()


def test_a_click_does_what_is_clicked(desk: Desk, qtbot: QtBot) -> None:
    where = desk.palette.list.visualRect(desk.palette.model.index(3)).center()
    qtbot.mouseClick(desk.palette.list.viewport(), Qt.MouseButton.LeftButton, pos=where)
    assert desk.done == ["Published this week"]


def test_escape_closes_and_does_nothing(desk: Desk) -> None:
    desk.type("pub")
    desk.press(Key.Key_Escape)
    assert not desk.palette.isVisible()
    assert desk.done == []


def test_enter_on_nothing_does_nothing(desk: Desk) -> None:
    desk.type("zebra")
    assert desk.lines() == []
    label = desk.palette.findChild(QLabel, "paletteNothing")
    assert label is not None
    assert label.text() == "Nothing fits."
    desk.press(Key.Key_Down, Key.Key_PageDown, Key.Key_Return)
    assert desk.done == []
    assert desk.palette.isVisible()


def test_a_first_letter_narrows(desk: Desk, qtbot: QtBot) -> None:
    desk.type(">pub")
    assert desk.lines() == ["Views", "Published this week", "Actions", "Publish"]
    desk.type("#pub")
    desk.palette.show_found("pub", [desk.entry("Posts", "Public gardens"), desk.entry("Users", "Pub Lick")])
    assert desk.lines() == ["Posts", "Public gardens"]
    desk.type("@pub")
    assert desk.lines() == ["Users", "Pub Lick"]


def test_rows_are_asked_for_after_a_rest_and_only_once(desk: Desk, qtbot: QtBot) -> None:
    spy = QSignalSpy(desk.palette.rows_wanted)
    desk.type("moon")
    qtbot.waitUntil(lambda: spy.count() == 1)
    assert spy.at(0)[0] == "moon"
    desk.type(">moon")
    desk.press(Key.Key_Escape)
    assert spy.count() == 1


def test_rows_keep_the_server_s_order_and_what_is_chosen_stays(desk: Desk) -> None:
    desk.type("pub")
    desk.press(Key.Key_Down)
    assert desk.chosen() == "Publish"
    desk.palette.show_found("pub", [desk.entry("Posts", "Found by its slug"), desk.entry("Posts", "Another")])
    assert desk.lines()[-3:] == ["Posts", "Found by its slug", "Another"]
    assert desk.chosen() == "Publish"


def test_an_answer_to_what_is_no_longer_asked_is_dropped(desk: Desk) -> None:
    desk.type("pub")
    desk.palette.show_found("pu", [desk.entry("Posts", "Puzzles")])
    assert "Puzzles" not in desk.lines()
    desk.palette.show_found("pub", [desk.entry("Posts", "Public gardens"), desk.entry("Posts", "Pubs")])
    desk.type("publi")
    assert "Public gardens" in desk.lines()
    assert "Pubs" not in desk.lines()


def test_what_is_chosen_can_be_heard(desk: Desk) -> None:
    desk.type("publish")
    assert desk.palette.field.accessibleDescription() == "Publish, Actions"

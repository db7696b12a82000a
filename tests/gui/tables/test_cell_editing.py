"""Editing in the cell with keys and clicks, and what stays when it cannot be saved."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import pytest
import shiboken6
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from blogadmin.core.database.changes import Changes
from blogadmin.core.database.errors import (
    Conflict,
    Invalid,
    KnownError,
    NotFound,
    OutcomeUnknown,
    Unavailable,
)
from blogadmin.core.queries.spec import ListSpec
from blogadmin.gui.tables.columns import CellEdit
from blogadmin.gui.tables.list_model import ListModel
from blogadmin.gui.tables.list_view import ListView
from tests.gui.tables.doubles import COLUMNS, ManualTasks, MemoryList, thing

Key = Qt.Key
TITLE, STATUS = 1, 2


class Sent(NamedTuple):
    id: int
    version: int
    base: Mapping[str, Any]
    values: Mapping[str, Any]


class Commits:
    """Takes operations as the controller does, and answers when the test says so."""

    def __init__(self) -> None:
        self.sent: list[Sent] = []
        self.done: Callable[[Any], object]
        self.failed: Callable[[KnownError], bool | None]

    def __call__(
        self,
        op: Any,
        *,
        initiator: object,
        done: Callable[[Any], object],
        failed: Callable[[KnownError], bool | None],
    ) -> None:
        self.sent.append(op)
        self.done, self.failed = done, failed


def editable() -> tuple[Any, ...]:
    columns = list(COLUMNS)
    problem = lambda text: None if text.strip() else "is required."  # noqa: E731
    columns[TITLE] = columns[TITLE]._replace(edit=CellEdit(lambda t: t.title, Sent, problem=problem))
    choices = tuple((word, word.title()) for word in ("draft", "review", "published"))
    columns[STATUS] = columns[STATUS]._replace(edit=CellEdit(lambda t: t.status, Sent, choices))
    return tuple(columns)


@pytest.fixture
def commits() -> Commits:
    return Commits()


@pytest.fixture
def view(manual: ManualTasks, things: MemoryList, commits: Commits, qtbot: QtBot) -> ListView:
    things.rows_by_id[3] = thing(3, title="one line\nanother")
    made = ListView()
    made.setObjectName("table")
    made.setAccessibleName("List of things")
    model = ListModel(manual, editable(), lambda: things, "things", made)
    made.setModel(model)
    made.editing.commit = commits
    made.resize(1200, 400)
    qtbot.addWidget(made)
    model.load(ListSpec())
    made.show()
    manual.run_all()
    made.activateWindow()
    made.setFocus()
    qtbot.waitUntil(made.hasFocus)
    made.selectRow(0)
    return made


def go_to(view: ListView, row: int, place: int) -> None:
    view.selectRow(row)
    flag = view.selectionModel().SelectionFlag.NoUpdate
    view.selectionModel().setCurrentIndex(view.model().index(row, place), flag)


def begin(view: ListView, qtbot: QtBot, row: int = 0, place: int = TITLE) -> Any:
    go_to(view, row, place)
    QTest.keyClick(view, Key.Key_F2)
    field = view.viewport().findChild(QWidget, "cellEditor")
    assert field is not None
    qtbot.waitUntil(field.hasFocus)
    return field


def error(view: ListView) -> str:
    label = view.viewport().findChild(QLabel, "cellError")
    assert label is not None
    return label.text() if label.isVisible() else ""


def test_f2_edits_the_cell_and_enter_saves_it(
    view: ListView, commits: Commits, things: MemoryList, manual: ManualTasks, qtbot: QtBot
) -> None:
    field = begin(view, qtbot)
    assert isinstance(field, QLineEdit)
    before = field.text()
    assert before == field.selectedText() == things.rows_by_id[1].title
    QTest.keyClicks(field, "Better")
    QTest.keyClick(field, Key.Key_Return)
    assert commits.sent == [(1, 1, {"title": before}, {"title": "Better"})]
    assert not field.isEnabled()
    things.rows_by_id[1] = thing(1, title="Better")
    view.list_model().refresh(Changes.of("things", updated=[1]))
    commits.done(None)
    manual.run_all()
    assert not view.editing.editing
    assert view.hasFocus()
    assert view.model().index(0, TITLE).data() == "Better"


def test_escape_leaves_the_cell_as_it_was(view: ListView, commits: Commits, qtbot: QtBot) -> None:
    field = begin(view, qtbot)
    QTest.keyClicks(field, "Worse")
    QTest.keyClick(field, Key.Key_Escape)
    assert not view.editing.editing
    assert not commits.sent
    assert view.selected_count() == 1
    assert view.hasFocus()


def test_enter_without_a_change_sends_nothing(view: ListView, commits: Commits, qtbot: QtBot) -> None:
    QTest.keyClick(begin(view, qtbot), Key.Key_Enter)
    assert not view.editing.editing
    assert not commits.sent


def test_f2_elsewhere_in_the_row_edits_the_first_cell_that_can_be(view: ListView, qtbot: QtBot) -> None:
    field = begin(view, qtbot, place=7)
    assert field.accessibleName() == "Title"


def test_a_choice_is_made_with_the_arrows_and_enter(view: ListView, commits: Commits, qtbot: QtBot) -> None:
    field = begin(view, qtbot, place=STATUS)
    assert isinstance(field, QComboBox)
    assert field.currentText() == "Review"
    QTest.keyClick(field, Key.Key_Down)
    assert not commits.sent
    QTest.keyClick(field, Key.Key_Return)
    assert commits.sent == [(1, 1, {"status": "review"}, {"status": "published"})]


def test_a_choice_picked_from_the_popped_up_list_is_saved_at_once(
    view: ListView, commits: Commits, qtbot: QtBot
) -> None:
    field = begin(view, qtbot, place=STATUS)
    field.showPopup()
    qtbot.waitUntil(field.view().isVisible)
    first = field.view().visualRect(field.model().index(0, 0)).center()
    QTest.mouseClick(field.view().viewport(), Qt.MouseButton.LeftButton, pos=first)
    qtbot.waitUntil(lambda: len(commits.sent) == 1)
    assert commits.sent[0].values == {"status": "draft"}


def test_an_unknown_word_stays_among_the_choices(
    view: ListView, things: MemoryList, manual: ManualTasks, qtbot: QtBot
) -> None:
    things.rows_by_id[1] = thing(1, status="embargoed")
    view.list_model().refresh(Changes.of("things", updated=[1]))
    manual.run_all()
    field = begin(view, qtbot, place=STATUS)
    assert field.currentText() == "embargoed"


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (Invalid("title", "is too long."), "Title is too long."),
        (NotFound("gone"), "This row was deleted meanwhile. Escape leaves it."),
        (Unavailable("The server cannot be reached."), "The server cannot be reached."),
    ],
)
def test_what_cannot_be_saved_is_said_at_the_cell_and_the_text_kept(
    view: ListView, commits: Commits, qtbot: QtBot, failure: KnownError, words: str
) -> None:
    field = begin(view, qtbot)
    QTest.keyClicks(field, "Better")
    QTest.keyClick(field, Key.Key_Return)
    assert commits.failed(failure)
    assert error(view) == words == field.accessibleDescription()
    assert field.text() == "Better"
    qtbot.waitUntil(field.hasFocus)
    QTest.keyClick(field, Key.Key_Return)
    assert len(commits.sent) == 2
    assert error(view) == ""


def test_a_fault_that_can_be_seen_is_said_before_anything_is_sent(
    view: ListView, commits: Commits, qtbot: QtBot
) -> None:
    field = begin(view, qtbot)
    field.clear()
    QTest.keyClick(field, Key.Key_Return)
    assert error(view) == "Title is required."
    assert not commits.sent


def test_a_change_elsewhere_in_the_row_is_no_question(view: ListView, commits: Commits, qtbot: QtBot) -> None:
    field = begin(view, qtbot)
    QTest.keyClicks(field, "Better")
    QTest.keyClick(field, Key.Key_Return)
    base = commits.sent[0].base
    commits.failed(Conflict("", version=7, theirs={"slug": "other"}))
    assert commits.sent[1] == (1, 7, base, {"title": "Better"})


def test_an_unquiet_row_is_told_of_in_the_end(view: ListView, commits: Commits, qtbot: QtBot) -> None:
    field = begin(view, qtbot)
    QTest.keyClicks(field, "Better")
    QTest.keyClick(field, Key.Key_Return)
    for version in range(2, 6):
        commits.failed(Conflict("", version=version, theirs={"slug": f"other-{version}"}))
    assert len(commits.sent) == 4
    assert error(view).startswith("Someone changed this row meanwhile.")


def test_the_person_decides_between_two_changes_of_the_cell(
    view: ListView, commits: Commits, qtbot: QtBot
) -> None:
    field = begin(view, qtbot, place=STATUS)
    QTest.keyClick(field, Key.Key_Down)
    QTest.keyClick(field, Key.Key_Return)
    commits.failed(Conflict("", version=4, theirs={"status": "draft"}))
    assert len(commits.sent) == 1
    assert error(view).startswith("Someone made it “Draft” meanwhile.")
    QTest.keyClick(field, Key.Key_Return)
    assert commits.sent[1] == (1, 4, {"status": "draft"}, {"status": "published"})


def lose(view: ListView, commits: Commits, qtbot: QtBot) -> Any:
    """Save "Mine" in the first cell over a connection that is lost while the server commits."""
    field = begin(view, qtbot)
    QTest.keyClicks(field, "Mine")
    QTest.keyClick(field, Key.Key_Return)
    assert commits.failed(OutcomeUnknown("Lost."))
    assert "Nobody can tell yet whether this was saved" in error(view)
    qtbot.waitUntil(field.hasFocus)
    return field


def test_what_comes_out_of_a_save_without_an_answer_is_told_at_the_cell(
    view: ListView, commits: Commits, qtbot: QtBot
) -> None:
    field = lose(view, commits, qtbot)
    view.setFocus(Qt.FocusReason.PopupFocusReason)
    assert commits.failed(Unavailable("Nothing was saved."))
    assert (error(view), field.text()) == ("Nothing was saved.", "Mine")
    assert not field.hasFocus()
    commits.done(None)
    assert not view.editing.editing


def test_what_was_typed_after_a_save_without_an_answer_stays(
    view: ListView, commits: Commits, qtbot: QtBot
) -> None:
    field = lose(view, commits, qtbot)
    QTest.keyClicks(field, "!")
    commits.done(None)
    assert (error(view)[:18], field.text()) == ("“Mine” was saved, ", "Mine!")
    QTest.keyClick(field, Key.Key_Return)
    assert commits.sent[-1] == (1, 1, {"title": "Mine"}, {"title": "Mine!"})


def test_another_cell_hears_nothing_of_a_save_without_an_answer(
    view: ListView, commits: Commits, qtbot: QtBot
) -> None:
    field = lose(view, commits, qtbot)
    done, failed = commits.done, commits.failed
    QTest.keyClick(field, Key.Key_Escape)
    qtbot.waitUntil(lambda: not shiboken6.isValid(field))
    begin(view, qtbot, row=1)
    done(None)
    assert not failed(Unavailable("Nothing was saved."))
    assert view.editing.editing
    assert error(view) == ""


def test_turning_to_something_else_saves_what_was_typed(
    view: ListView, commits: Commits, qtbot: QtBot
) -> None:
    QTest.keyClicks(begin(view, qtbot), "Better")
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=centre(view, 4, 5))
    view.setFocus(Qt.FocusReason.MouseFocusReason)
    assert [sent.values for sent in commits.sent] == [{"title": "Better"}]


def centre(view: ListView, row: int, place: int) -> QPoint:
    return view.visualRect(view.model().index(row, place)).center()


def test_a_slow_second_click_edits_and_a_quick_one_opens(view: ListView, qtbot: QtBot) -> None:
    left = Qt.MouseButton.LeftButton
    QTest.mouseClick(view.viewport(), left, pos=centre(view, 1, TITLE))
    view.editing._slow.setInterval(0)
    assert not view.editing._slow.isActive()
    QTest.mouseClick(view.viewport(), left, pos=centre(view, 1, TITLE))
    assert view.editing._slow.isActive()
    QTest.mouseDClick(view.viewport(), left, pos=centre(view, 1, TITLE))
    assert not view.editing.editing
    QApplication.styleHints().setMouseDoubleClickInterval(20)
    QTest.mouseClick(view.viewport(), left, pos=centre(view, 1, TITLE))
    qtbot.waitUntil(lambda: view.editing.editing)
    QApplication.styleHints().setMouseDoubleClickInterval(400)


def test_the_field_stays_with_its_row(
    view: ListView, things: MemoryList, manual: ManualTasks, qtbot: QtBot
) -> None:
    field = begin(view, qtbot, row=6)
    QTest.keyClicks(field, "Better")
    view.verticalScrollBar().setValue(40)
    row = view.visualRect(view.model().index(6, TITLE))
    assert abs(field.geometry().center().y() - row.center().y()) <= 1
    del things.rows_by_id[2]
    view.list_model().reload()
    manual.run_all()
    row = view.visualRect(view.model().index(5, TITLE))
    assert abs(field.geometry().center().y() - row.center().y()) <= 1
    assert field.text() == "Better"


def test_what_a_line_cannot_show_is_not_edited_in_one(view: ListView) -> None:
    assert not view.editing.begin(2, TITLE)
    assert view.editing.begin(1, TITLE)


def test_nothing_is_edited_while_nothing_may_be_changed(view: ListView) -> None:
    view.editing.allowed = False
    assert not view.editing.begin(0, TITLE)
    view.editing.allowed = True
    assert not view.editing.begin(0, 7)
    view.list_model().refresh(Changes.of("things", deleted=[1]))
    assert not view.editing.begin(0, TITLE)

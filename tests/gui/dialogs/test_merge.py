"""The merge window by itself, as anything that finds two versions can open it; and its plan."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from blogadmin.core.metadata_json import format_metadata, same_json
from blogadmin.gui.dialogs.merge import MergeDialog, MergeWords
from blogadmin.gui.dialogs.merge_card import LINES, changed_words
from blogadmin.gui.dialogs.merge_plan import Decision, Keep, MergeField, plan
from tests.gui.dialogs.conftest import click, field, words
from tests.gui.recorder import Recorder

TITLE = MergeField("title", "Title", "text", "old", "theirs", "mine")
STATUS = MergeField("status", "Status", "choice", 1, 2, 3, words=lambda value: f"state {value}")
SLUG = MergeField("slug", "Slug", "text", "a", "a", "b")
BODY = MergeField("body", "Text", "lines", "1\n\n2\n\n3", "1t\n\n2\n\n3t", "1m\n\n2m\n\n3m")
JSON = MergeField(
    "metadata",
    "Metadata",
    "json",
    {"a": 1, "b": {"c": 1}},
    {"a": 2, "b": {"c": 2}, "t": 1},
    {"b": {"c": 3}, "m": 1},
    words=format_metadata,
    same=same_json,
)
Open = Callable[..., MergeDialog]


@pytest.fixture
def open_for(qtbot: QtBot, messages: Recorder) -> Open:
    def make(*fields: MergeField, **more: object) -> MergeDialog:
        around = MergeWords("It changed since", "Choose what to keep.", accept="Undo merged", discard="")
        dialog = MergeDialog(plan(fields), around, messages, **more)  # pyright: ignore[reportArgumentType]
        qtbot.addWidget(dialog)
        with qtbot.waitActive(dialog):
            dialog.open()
        return dialog

    return make


def values(dialog: MergeDialog, qtbot: QtBot) -> object:
    """What comes out of the window."""
    with qtbot.waitSignal(dialog.merged) as blocker:
        click(dialog, "saveMergedButton")
    assert blocker.args is not None
    return blocker.args[0]


def focused(dialog: MergeDialog) -> str:
    widget = dialog.focusWidget()
    return widget.objectName() if widget else ""


def test_chosen_values_come_out_by_name(open_for: Open, qtbot: QtBot) -> None:
    dialog = open_for(TITLE, STATUS, SLUG, JSON)
    assert field(dialog, "statusTheirsText").toPlainText() == "state 2"
    for name in ("titleMineRadio", "statusTheirsRadio", "metadataMineRadio"):
        click(dialog, name)
    assert words(dialog, "metadataState") == "1 of 2 decided"
    click(dialog, "metadataNext")
    assert words(dialog, "metadataPlace") == "Conflict 2 of 2, “b › c”"
    click(dialog, "metadataTheirsRadio")
    assert values(dialog, qtbot) == {
        "title": "mine",
        "status": 2,
        "slug": "b",
        "metadata": {"b": {"c": 2}, "t": 1, "m": 1},
    }


def test_the_words_around_are_those_of_whoever_asks(open_for: Open) -> None:
    dialog = open_for(TITLE)
    assert words(dialog, "mergeHeading") == "It changed since"
    assert field(dialog, "saveMergedButton").text() == "Undo merged"
    assert not field(dialog, "discardMineButton").isVisible()
    assert words(dialog, "mergedFields") == ""


def test_f8_goes_round_through_what_is_open(open_for: Open) -> None:
    dialog = open_for(TITLE, BODY, STATUS)
    shift = Qt.KeyboardModifier.ShiftModifier
    places = [focused(dialog)]
    for _ in range(4):
        QTest.keyClick(dialog, Qt.Key.Key_F8)
        places.append(f"{focused(dialog)} {words(dialog, 'bodyPlace')[:10]}")
    assert places == [
        "titleTheirsRadio",
        "bodyTheirsRadio Conflict 1",
        "bodyTheirsRadio Conflict 2",
        "statusTheirsRadio Conflict 2",
        "titleTheirsRadio Conflict 2",
    ]
    QTest.keyClick(dialog, Qt.Key.Key_F8, shift)
    assert focused(dialog) == "statusTheirsRadio"
    click(dialog, "bodyMineRadio")
    QTest.keyClick(dialog, Qt.Key.Key_F8, shift)
    assert (focused(dialog), words(dialog, "bodyPlace")[:10]) == ("bodyTheirsRadio", "Conflict 1")
    assert words(dialog, "openConflicts") == "3 of 4 conflicts open"


def test_arrows_move_through_the_ways_and_take_the_choice_along(open_for: Open) -> None:
    dialog = open_for(BODY)
    seen: list[str] = []
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Space):
        QTest.keyClick(dialog.focusWidget(), key)
        seen.append(focused(dialog))
    assert seen == ["bodyMineRadio", "bodyBothRadio", *["bodyEditRadio"] * 3]
    assert field(dialog, "bodyResult").isVisible()
    QTest.keyClick(dialog.focusWidget(), Qt.Key.Key_Left)
    assert field(dialog, "bodyBothRadio").isChecked()
    assert not field(dialog, "bodyResult").isVisible()


def test_what_was_edited_is_there_again_after_a_look_at_another_way(open_for: Open, qtbot: QtBot) -> None:
    dialog = open_for(BODY)
    click(dialog, "bodyEditRadio")
    field(dialog, "bodyResult").type_over("by hand")
    click(dialog, "bodyTheirsRadio")
    click(dialog, "bodyNext")
    click(dialog, "bodyBothRadio")
    click(dialog, "bodyFormer")
    click(dialog, "bodyEditRadio")
    assert field(dialog, "bodyResult").value() == "by hand"
    assert values(dialog, qtbot) == {"body": "by hand\n\n2m\n\n3t\n3m"}


def test_an_emptied_part_of_a_text_is_left_out(open_for: Open, qtbot: QtBot) -> None:
    body = MergeField("body", "Text", "lines", "a\nb\nc", "a\nt\nc", "a\nm\nc")
    dialog = open_for(body)
    click(dialog, "bodyEditRadio")
    field(dialog, "bodyResult").type_over("")
    assert values(dialog, qtbot) == {"body": "a\nc"}


def test_a_click_on_the_card_chooses_it(open_for: Open, qtbot: QtBot) -> None:
    dialog = open_for(TITLE)
    QTest.mouseClick(field(dialog, "titleMineText").viewport(), Qt.MouseButton.LeftButton)
    assert words(dialog, "titleState") == "chosen: mine"
    assert values(dialog, qtbot) == {"title": "mine"}


def test_decisions_are_kept_for_the_same_question_only(open_for: Open) -> None:
    first = open_for(TITLE, BODY)
    click(first, "titleMineRadio")
    click(first, "bodyBothRadio")
    moved = MergeField("title", "Title", "text", "old", "theirs, newer", "mine")
    again = open_for(moved, BODY, former=first.answers())
    assert words(again, "titleState") == "choose one"
    assert words(again, "bodyState") == "1 of 2 decided"
    assert words(again, "bodyPlace").startswith("Conflict 2")


def test_a_fault_in_one_part_is_not_forgotten_while_another_is_shown(open_for: Open) -> None:
    def check(text: str) -> str | None:
        return "is too bad." if "bad" in text else None

    body = MergeField("body", "Text", "lines", BODY.base, BODY.theirs, BODY.mine, check=check)
    dialog = open_for(body)
    click(dialog, "bodyEditRadio")
    field(dialog, "bodyResult").type_over("bad")
    assert words(dialog, "bodyMergeError") == "Text is too bad."
    click(dialog, "bodyNext")
    assert words(dialog, "bodyMergeError") == ""
    click(dialog, "bodyMineRadio")
    assert words(dialog, "openConflicts") == "1 of 2 conflicts open"
    assert not field(dialog, "saveMergedButton").isEnabled()


def test_a_long_text_scrolls_and_the_keyboard_reaches_it(open_for: Open, qtbot: QtBot) -> None:
    long = "\n".join(f"line {n}" for n in range(100))
    dialog = open_for(MergeField("body", "Text", "lines", "x", long, "mine"))
    text = field(dialog, "bodyTheirsText")
    qtbot.waitUntil(lambda: text.height() > LINES * text.fontMetrics().lineSpacing())
    assert text.height() < 2 * LINES * text.fontMetrics().lineSpacing()
    assert text.focusPolicy() == Qt.FocusPolicy.StrongFocus
    assert field(dialog, "bodyMineText").focusPolicy() == Qt.FocusPolicy.ClickFocus


def test_line_ends_that_differ_can_be_seen(open_for: Open) -> None:
    dialog = open_for(MergeField("body", "Text", "lines", "a\r\nb\nc", "a\r\nb\r\nc", "a\r\nB\nc"))
    assert field(dialog, "bodyTheirsText").toPlainText() == "b␍"
    assert field(dialog, "bodyMineText").toPlainText() == "B"


@pytest.mark.parametrize(
    ("base", "text", "marked"),
    [
        ("a b c", "a new b c", ["new"]),
        ("a", "a\n\n  two\nlines", ["two", "lines"]),
        ("a b", "a  b", ["  "]),
        (None, "all new", []),
    ],
)
def test_marks_leave_out_white_space_unless_it_is_all(
    base: str | None, text: str, marked: Sequence[str]
) -> None:
    assert [text[start:end] for start, end in changed_words(base, text)] == marked


def test_a_plan_merges_what_it_can() -> None:
    same = MergeField("title", "Title", "text", "old", "same", "same")
    merged = MergeField("body", "Text", "lines", "a\n\nb", "A\n\nb", "a\n\nB")
    planned = plan([SLUG, same, merged])
    assert [one.questions for one in planned] == [(), (), ()]
    assert [one.value() for one in planned] == ["b", "same", "A\n\nB"]
    (asked,) = plan([BODY])
    assert [question.line for question in asked.questions] == [1, 5]
    decided = [Decision(Keep.THEIRS), Decision(Keep.EDITED, "")]
    assert asked.value(decided) == "1t\n\n2m\n"


def test_no_label_takes_a_row_for_markup(open_for: Open) -> None:
    dialog = open_for(MergeField("title", "<b>Title</b>", "text", "<i>", "<u>", "<s>"))
    assert all(label.textFormat() is Qt.TextFormat.PlainText for label in dialog.findChildren(QLabel))

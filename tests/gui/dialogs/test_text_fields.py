"""Fields hand back what they were given, and say so where they cannot show it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QGuiApplication, QTextCursor
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from blogadmin.gui.dialogs.faithful_text import UNKEEPABLE
from blogadmin.gui.dialogs.text_fields import JsonField, LineField, MarkdownField

BLNS = Path(__file__).parents[3].parent / "shared" / "data" / "blns.json"

any_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


@pytest.fixture
def line(qtbot: QtBot) -> LineField:
    field = LineField()
    qtbot.addWidget(field)
    return field


@pytest.fixture
def body(qtbot: QtBot) -> MarkdownField:
    field = MarkdownField()
    qtbot.addWidget(field)
    return field


@pytest.fixture
def metadata(qtbot: QtBot) -> JsonField:
    field = JsonField()
    qtbot.addWidget(field)
    return field


def naughty() -> list[str]:
    if not BLNS.exists():
        pytest.skip(f"the list of naughty strings is not there ({BLNS.name})")
    return json.loads(BLNS.read_text("utf-8"))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(any_text)
def test_a_line_reports_what_it_was_given(line: LineField, text: str) -> None:
    line.set_value(text)
    assert line.value() == text
    assert not line.is_changed()
    assert line.isReadOnly() == (line.text() != text)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(any_text)
def test_a_body_reports_what_it_was_given(body: MarkdownField, text: str) -> None:
    body.set_value(text)
    assert body.value() == text
    assert not body.is_changed()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(any_text)
def test_typing_into_a_body_changes_nothing_else(body: MarkdownField, text: str) -> None:
    body.set_value(text)
    if body.isReadOnly():
        return
    body.moveCursor(QTextCursor.MoveOperation.End)
    QTest.keyClicks(body, "!")
    assert body.value() == text + "!"


def test_naughty_strings_pass_or_stay_untouched(line: LineField, body: MarkdownField) -> None:
    strings = naughty()
    refused = 0
    for text in strings:
        for field in (line, body):
            field.set_value(text)
            assert field.value() == text
            refused += bool(field.notice())
    assert len(strings) > 500
    assert refused < 10


@pytest.mark.parametrize("text", ["\ufeffName", "\ufffe"])
def test_a_line_that_cannot_be_shown_is_read_only_and_says_why(line: LineField, text: str) -> None:
    line.set_value(text)
    assert line.isReadOnly()
    assert line.notice() == UNKEEPABLE
    QTest.keyClicks(line, "x")
    assert line.value() == text
    line.set_value("fine")
    assert not line.isReadOnly()
    assert line.notice() == ""


def test_a_body_that_cannot_be_shown_is_read_only_and_says_why(body: MarkdownField) -> None:
    body.set_value("one\u2029two")
    assert body.isReadOnly()
    assert body.notice() == UNKEEPABLE
    QTest.keyClicks(body, "x")
    assert body.value() == "one\u2029two"


def paste(field: Any, text: str) -> None:
    QGuiApplication.clipboard().setText(text)
    QTest.keySequence(field, "Ctrl+V")


def test_only_what_is_pasted_is_cleaned(line: LineField, qtbot: QtBot) -> None:
    line.set_value("old\u202e")
    line.end(False)
    with qtbot.waitSignal(line.cleaned) as told:
        paste(line, "new\x00\ntext")
    assert line.value() == "old\u202enew text"
    assert told.args == ["Line breaks and tabs became spaces. 1 invisible character removed."]
    assert line.cursorPosition() == len(line.value())


def test_a_clean_paste_says_nothing(line: LineField, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(line.cleaned):
        paste(line, "A title\n")
    assert line.value() == "A title"


def test_a_body_takes_plain_text_only(body: MarkdownField, qtbot: QtBot) -> None:
    rich = QMimeData()
    rich.setHtml("<b>bold</b>")
    rich.setText("bold\x00")
    with qtbot.waitSignal(body.cleaned):
        body.insertFromMimeData(rich)
    assert body.value() == "bold"


def test_copying_from_a_body_gives_plain_text(body: MarkdownField) -> None:
    body.set_value("one\ntwo\u00a0three")
    body.selectAll()
    QTest.keySequence(body, "Ctrl+C")
    mime = QGuiApplication.clipboard().mimeData()
    assert mime.text() == "one\ntwo\u00a0three"
    assert not mime.hasHtml()


def test_shift_enter_is_a_plain_line_break(body: MarkdownField) -> None:
    QTest.keyClicks(body, "a")
    QTest.keyClick(body, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClicks(body, "b")
    assert body.value() == "a\nb"


def test_line_breaks_of_the_web_survive_an_edit(body: MarkdownField) -> None:
    body.set_value("one\r\ntwo\r\n")
    body.moveCursor(QTextCursor.MoveOperation.End)
    QTest.keyClicks(body, "three")
    QTest.keyClick(body, Qt.Key.Key_Return)
    assert body.value() == "one\r\ntwo\r\nthree\r\n"


def test_undoing_everything_counts_as_unchanged(body: MarkdownField) -> None:
    body.set_value("one\r\ntwo")
    QTest.keyClicks(body, "x")
    assert body.is_changed()
    QTest.keySequence(body, "Ctrl+Z")
    assert not body.is_changed()
    assert body.value() == "one\r\ntwo"


def test_proposed_text_counts_as_a_change(line: LineField) -> None:
    line.set_value("")
    line.propose("a-slug")
    assert line.is_changed()
    assert line.value() == "a-slug"


@pytest.mark.parametrize(
    ("typed", "problem", "at"),
    [
        ('{"a": 1,\n "b" 2}', "Line 2, column 6", (1, 5)),
        ("[1]", "Line 1, column 1", (0, 0)),
        ('{"a": NaN}', "Line 1, column 7", (0, 6)),
        ('{"a": 1, "a": 2}', "Line 1, column 10", (0, 9)),
    ],
)
def test_a_mistake_in_json_is_told_with_its_place(
    metadata: JsonField, typed: str, problem: str, at: tuple[int, int]
) -> None:
    metadata.setPlainText(typed)
    metadata.document().setModified(True)
    found = metadata.problem()
    assert found is not None
    assert found.startswith(problem)
    metadata.locate_problem()
    cursor = metadata.textCursor()
    assert (cursor.blockNumber(), cursor.positionInBlock()) == at


def test_metadata_reads_back_as_an_object(metadata: JsonField) -> None:
    metadata.set_value({"tags": ["a"], "n": 1.5})
    assert metadata.value() == {"tags": ["a"], "n": 1.5}
    metadata.selectAll()
    QTest.keyClicks(metadata, '{"n": 2}')
    assert metadata.problem() is None
    assert metadata.value() == {"n": 2}
    metadata.selectAll()
    QTest.keyClick(metadata, Qt.Key.Key_Delete)
    assert metadata.value() is None


def test_metadata_that_cannot_be_written_back_is_kept(metadata: JsonField) -> None:
    metadata.set_value({"n": 1})
    metadata.forbid("holds a number that is too long.")
    QTest.keyClicks(metadata, "x")
    assert metadata.value() == {"n": 1}
    assert metadata.notice() == "holds a number that is too long."

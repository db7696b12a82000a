"""A text that is followed from change to change is the text in the editor, whatever is done to it."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from blogadmin.gui.dialogs import typed_text
from blogadmin.gui.dialogs.text_fields import JsonField, MarkdownField

NEXT = QTextCursor.MoveOperation.NextCharacter
WORDS = st.text(alphabet="ab \nä“😀\u00a0\u0301", max_size=8)
EDITS = st.lists(
    st.tuples(
        st.sampled_from(["type", "replace", "back", "all", "undo", "redo", "block"]),
        st.integers(0, 40),
        WORDS,
    ),
    max_size=25,
)


def as_shown(text: str) -> str:
    """``text`` without half characters, which get lost on Qt's way into Python."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")


def edit(field: MarkdownField, what: str, at: int, words: str) -> None:
    """Do one thing that a person can do."""
    # By character: with the keyboard nobody gets between the halves of one.
    cursor = QTextCursor(field.document())
    cursor.movePosition(NEXT, QTextCursor.MoveMode.MoveAnchor, at)
    if what == "type":
        cursor.insertText(words)
    elif what == "replace":
        cursor.movePosition(NEXT, QTextCursor.MoveMode.KeepAnchor, 5)
        cursor.insertText(words)
    elif what == "back":
        cursor.deletePreviousChar()
    elif what == "all":
        field.type_over(words)
    elif what == "block":
        cursor.beginEditBlock()
        cursor.insertText(words)
        cursor.movePosition(QTextCursor.MoveOperation.Start)
        cursor.insertText(words)
        cursor.endEditBlock()
    else:
        (field.undo if what == "undo" else field.redo)()


@pytest.fixture
def field(qtbot: QtBot) -> MarkdownField:
    made = MarkdownField()
    made.setObjectName("body")
    made.setAccessibleName("Body")
    qtbot.addWidget(made)
    return made


@given(begin=WORDS, edits=EDITS, asked=st.sets(st.integers(0, 24)))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_it_is_what_stands_there(
    field: MarkdownField, begin: str, edits: list[tuple[str, int, str]], asked: set[int]
) -> None:
    field.set_value(begin)
    typed = field.typed
    assert typed is not None
    for number, one in enumerate(edits):
        edit(field, *one)
        if number in asked:
            assert typed.text() == field.shown_text()
    assert field.typed is typed
    assert typed.text() == field.shown_text()


def test_it_is_put_together_on_a_worker(field: MarkdownField, qapp: QApplication) -> None:
    del qapp
    field.set_value("The quick brown fox.\n" * 5_000)
    typed = field.typed
    assert typed is not None
    at = random.Random(4)
    with ThreadPoolExecutor(1) as worker:
        for _ in range(200):
            edit(field, "type", at.randrange(50_000), "jumps\n")
            worker.submit(typed.text)
        assert worker.submit(typed.text).result(10) == field.shown_text()
    assert typed.changes == 200


def test_half_a_character_ends_it(field: MarkdownField) -> None:
    field.set_value("Words 😀")
    cursor = QTextCursor(field.document())
    cursor.setPosition(8)
    cursor.setPosition(7, QTextCursor.MoveMode.KeepAnchor)
    cursor.insertText("x")
    assert field.typed is None or as_shown(field.typed.text()) == field.shown_text()
    field.set_value("Words")
    field.insertPlainText("\ud83d")
    assert field.typed is None or as_shown(field.typed.text()) == field.shown_text()


def test_changes_that_nobody_asks_for_are_not_kept_for_ever(
    field: MarkdownField, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(typed_text, "MOST", 3)
    field.set_value("")
    for letter in "abc":
        QTextCursor(field.document()).insertText(letter)
    assert field.typed is not None
    QTextCursor(field.document()).insertText("d")
    assert field.typed is None
    field.set_value("anew")
    assert field.typed is not None


def test_metadata_is_followed_too(qtbot: QtBot) -> None:
    field = JsonField()
    field.setObjectName("metadata")
    field.setAccessibleName("Metadata")
    qtbot.addWidget(field)
    field.set_value({"tags": ["a"]})
    field.type_over('{"tags": []}')
    assert field.typed is not None
    assert field.typed.text() == '{"tags": []}'

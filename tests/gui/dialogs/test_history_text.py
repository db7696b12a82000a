"""The text in which the differences are shown: by keyboard, and not by colour alone."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QGuiApplication, QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from blogadmin.gui.dialogs.history_diff import Kind, Pair, compare
from blogadmin.gui.dialogs.history_text import DiffText
from blogadmin.gui.theme import Mode, apply_theme, color

OLD = "\n".join(f"line {n}" for n in range(40))
NEW = OLD.replace("line 5", "line five").replace("line 30", "line thirty")


@pytest.fixture
def text(qtbot: QtBot) -> DiffText:
    made = DiffText()
    qtbot.addWidget(made)
    made.resize(500, 400)
    found = compare([Pair("title", "Title", "<b>Old</b>", "<i>New</i>"), Pair("body", "Text", OLD, NEW)])
    made.show_lines(found.lines, frozenset({"title"}))
    made.show()
    made.setFocus()
    return made


def here(text: DiffText) -> str:
    return text.textCursor().block().text()


def distance(one: QColor, two: QColor) -> int:
    return abs(one.red() - two.red()) + abs(one.green() - two.green()) + abs(one.blue() - two.blue())


def block_of(text: DiffText, words: str) -> int:
    return next(n for n, line in enumerate(text.lines()) if line.text == words)


def test_markup_is_shown_as_it_is_written(text: DiffText) -> None:
    assert "<b>Old</b>\n<i>New</i>" in text.toPlainText()


def test_j_and_k_go_from_change_to_change(text: DiffText) -> None:
    stood: list[tuple[int, int]] = []
    text.stood_at.connect(lambda at, total: stood.append((at, total)))
    places = []
    for key in "jjjjk":
        QTest.keyClicks(text, key)
        places.append(here(text))
    assert places == ["<b>Old</b>", "line 5", "line 30", "line 30", "line 5"]
    assert stood[0] == (0, 3)
    assert stood[-1] == (1, 3)


def test_enter_opens_what_is_folded(text: DiffText) -> None:
    fold = next(n for n, line in enumerate(text.lines()) if line.kind is Kind.FOLD)
    text.setTextCursor(QTextCursor(text.document().findBlockByNumber(fold)))
    hidden = text.lines()[fold].hidden
    QTest.keyClick(text, Qt.Key.Key_Return)
    assert [line.text for line in text.lines()[fold : fold + len(hidden)]] == list(hidden)
    assert here(text) == hidden[0]


def test_a_click_opens_what_is_folded(text: DiffText) -> None:
    fold = next(n for n, line in enumerate(text.lines()) if line.kind is Kind.FOLD)
    rect = dict(text.visible_blocks())[fold]
    QTest.mouseClick(text.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(60, rect.center().y()))
    assert text.lines()[fold].kind is Kind.SAME


def test_words_that_changed_are_struck_or_underlined(text: DiffText) -> None:
    gone, new = (
        text.document().findBlockByNumber(block_of(text, words)) for words in ("line 5", "line five")
    )
    cursor = QTextCursor(gone)
    cursor.setPosition(gone.position() + len("line 5"))
    assert cursor.charFormat().fontStrikeOut()
    cursor.setPosition(new.position() + len("line five"))
    assert cursor.charFormat().fontUnderline()
    cursor.setPosition(new.position() + 2)
    assert not cursor.charFormat().fontUnderline()


def test_a_sign_stands_beside_each_changed_line(text: DiffText) -> None:
    image = text.grab().toImage()
    ratio = image.devicePixelRatio()
    for words, ink in (("line 5", "bad"), ("line five", "ok")):
        rect = dict(text.visible_blocks())[block_of(text, words)]
        top, left = text.viewport().mapTo(text, rect.topLeft()).y(), text.viewport().x()
        pixels = [
            image.pixelColor(x, y)
            for x in range(int(left * ratio))
            for y in range(int(top * ratio), int((top + rect.height()) * ratio))
        ]
        # Letters are softened at their edges.
        assert min(distance(pixel, color(ink)) for pixel in pixels) < 90, words


def test_grounds_follow_the_theme(text: DiffText, qapp: QApplication) -> None:
    light = color("add")
    apply_theme(qapp, Mode.DARK)
    assert color("add") != light
    block = text.document().findBlockByNumber(block_of(text, "line five"))
    assert block.blockFormat().background().color() == color("add")


def test_a_field_is_wanted_back_by_its_button_or_by_a_key(text: DiffText) -> None:
    wanted: list[str] = []
    text.restore_wanted.connect(wanted.append)
    buttons = [one for one in text.findChildren(QPushButton) if one.isVisibleTo(text)]
    assert [one.accessibleName() for one in buttons] == ["Restore this: Title"]
    QTest.mouseClick(buttons[0], Qt.MouseButton.LeftButton)
    QTest.keyClicks(text, "r")
    assert wanted == ["title", "title"]
    QTest.keyClicks(text, "jjr")
    assert wanted == ["title", "title"]


def test_a_field_that_the_form_has_already_has_no_button(text: DiffText) -> None:
    text.set_restorable(frozenset())
    assert not [one for one in text.findChildren(QPushButton) if one.isVisibleTo(text)]


def test_copied_text_is_plain_and_without_signs(text: DiffText) -> None:
    text.selectAll()
    text.copy()
    copied = QGuiApplication.clipboard().mimeData()
    assert copied.hasText()
    assert not copied.hasHtml()
    assert "line 5\nline five" in copied.text()


def test_what_qt_takes_for_a_break_stays_in_its_line(qtbot: QtBot) -> None:
    made = DiffText()
    qtbot.addWidget(made)
    found = compare([Pair("body", "Text", "a\u2029b\u2028c\rd", "x")])
    made.show_lines(found.lines)
    assert made.blockCount() == len(found.lines) == 3
    assert made.document().findBlockByNumber(1).text() == "a␤b␤c␍d"

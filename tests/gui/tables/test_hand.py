"""Lines of cells: what fits, with which font, and in which direction."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QTextBoundaryFinder
from PySide6.QtGui import QFont, QImage, QPainter
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from blogadmin.gui.tables.hand import SCRIPTS, Face, Hand, Notes
from blogadmin.gui.tables.list_model import ListModel
from blogadmin.gui.tables.list_view import ListView
from blogadmin.gui.tables.warming import Warming
from blogadmin.gui.theme import color

ISOLATE = "\u2068"


@pytest.fixture
def face(look: QApplication) -> Face:
    return Face()


def merges(fonts: tuple[QFont, QFont]) -> bool:
    """Whether letters that the font lacks are looked for in others."""
    return all(not font.styleStrategy() & QFont.StyleStrategy.NoFontMerging for font in fonts)


@pytest.mark.parametrize("text", ["plain", "Café – “two” words…", "Łódź, Žižkov · 3"])
def test_a_line_of_common_letters_needs_no_other_font(face: Face, text: str) -> None:
    line = face.fit(text, 1_000, rtl=False)
    assert line.text == text
    assert not merges(line.fonts)


@pytest.mark.parametrize("text", ["שלום", "日本", "a مرحبا b", "🦀", "e\u0301", "\u202eabc"])
def test_any_other_line_keeps_its_direction_and_may_use_other_fonts(face: Face, text: str) -> None:
    line = face.fit(text, 1_000, rtl=False)
    assert line.text.startswith(ISOLATE)
    assert text in line.text
    assert merges(line.fonts)


def test_what_does_not_fit_ends_in_an_ellipsis_of_the_same_font(face: Face) -> None:
    line = face.fit("many words that do not fit into so little room", 100, rtl=False)
    assert line.text.endswith("…")
    assert line.advance <= 100
    assert not merges(line.fonts)


@pytest.mark.parametrize("text", ["AVAToWa, Té", "Où sont passés les bouquinistes ?", "office", "1,204"])
def test_a_line_takes_some_pixels_less_than_its_letters_at_most(face: Face, text: str) -> None:
    exact = face.fit(text, 1_000, rtl=False, exact=True)
    assert exact.advance == face.width(text)
    told = face.fit(text, 1_000, rtl=False)
    assert told.text == exact.text
    assert exact.advance <= told.advance <= exact.advance + len(text)


@pytest.mark.parametrize("text", ["AVAToWa, Té", "many words that need some room", "שלום", "cafe\u0301s"])
def test_in_the_room_that_a_line_needs_it_is_whole(face: Face, text: str) -> None:
    room = face.room(text)
    assert room >= face.width(text)
    assert "…" not in face.fit(text, room, rtl=False).text
    assert "…" in face.fit(text, face.width(text) - 3, rtl=False).text


def test_nothing_stands_between_the_last_word_and_the_ellipsis(face: Face) -> None:
    words = "one two three four five six seven"
    shown = {face.fit(words, room, rtl=False).text for room in range(20, face.room(words))}
    assert all(text.endswith("…") and not text.endswith(" …") for text in shown)
    assert len(shown) > 20
    assert face.fit(words, 3, rtl=False).text == ""


def test_where_text_runs_to_the_left_every_line_is_kept_apart(face: Face) -> None:
    assert face.fit("plain", 1_000, rtl=True).text.startswith(ISOLATE)


def test_warming_draws_the_letters(face: Face) -> None:
    board = QImage(1_000, 40, QImage.Format.Format_RGB32)
    board.fill(0xFFFFFF)
    blank = board.copy()
    painter = QPainter(board)
    face.warm(painter)
    painter.end()
    assert board != blank


@pytest.mark.parametrize("sample", SCRIPTS)
def test_warming_a_script_draws_it_whole(face: Face, sample: str) -> None:
    board = QImage(200, 60, QImage.Format.Format_RGB32)
    board.fill(0xFFFFFF)
    blank = board.copy()
    painter = QPainter(board)
    face.warm_script(painter, sample)
    painter.end()
    assert board != blank
    assert sample in face.fit(sample, 10 * len(sample) * face.letter, rtl=False).text


def test_a_list_loads_its_fonts_once_it_is_shown(
    model: ListModel, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    loaded: list[tuple[Face, float]] = []
    load = Face.warm

    def warm(face: Face, painter: QPainter, aside: float = 0) -> None:
        loaded.append((face, aside))
        load(face, painter, aside)

    monkeypatch.setattr(Face, "warm", warm)
    view = ListView()
    view.setObjectName("table")
    view.setAccessibleName("List of things")
    view.setModel(model)
    qtbot.addWidget(view)
    view.show()
    warming = view.findChild(Warming)
    assert warming is not None
    assert warming.under_way
    qtbot.waitUntil(lambda: not warming.under_way)
    assert len(loaded) == len(set(loaded))
    faces = view._rows._cells._faces
    assert set(loaded) == {(face, aside) for face in faces for aside in (0, 0.25, 0.5, 0.75)}


@pytest.mark.parametrize(
    "text",
    [
        "שלום עולם שלום עולם",
        "日本語のとても長いタイトルです",
        "e\u0301e\u0301 cafe\u0301 au lait",
        "👨‍👩‍👧🇩🇪🇫🇷 and flags",
    ],
)
def test_a_line_in_any_script_is_cut_between_letters_and_uses_its_room(face: Face, text: str) -> None:
    bounds = QTextBoundaryFinder(QTextBoundaryFinder.BoundaryType.Grapheme, text)
    ends = {len(text.encode("utf-16-le")[: 2 * bounds.position()].decode("utf-16-le"))}
    while bounds.toNextBoundary() > 0:
        ends.add(len(text.encode("utf-16-le")[: 2 * bounds.position()].decode("utf-16-le")))
    lengths: list[int] = []
    for room in range(0, face.width(text), 7):
        line = face.fit(text, room, rtl=False)
        shown = line.text.strip("\u2068\u2069")
        assert line.advance <= room
        assert shown == "" or (shown.endswith("…") and text.startswith(shown[:-1]))
        assert len(shown.removesuffix("…")) in ends or text[len(shown) - 1] == " "
        lengths.append(len(shown))
    assert lengths == sorted(lengths)
    assert lengths[-1] > len(text) / 2
    # What one more letter would take is not left empty.
    assert face.width(text) - face.fit(text, face.width(text) - 1, rtl=False).advance < 60


def test_noted_words_are_those_that_would_be_written(face: Face) -> None:
    """A painter that has the ink already writes them as the hand does."""
    board, other = (QImage(300, 60, QImage.Format.Format_RGB32) for _ in range(2))
    notes, hand = Notes(), Hand()
    for image, writer in ((board, hand), (other, notes)):
        image.fill("white")
        painter = QPainter(image)
        writer.begin(painter, 15, rtl=False)
        writer.write(face, "One line", 5, 200, 0, "text")
        writer.write(face, "struck", 100, 90, 0, "text2", struck=True)
        writer.write_amid(face, "AB", 200, 40, 0, "text")
        writer.write(face, "12", 5, 250, 28, "text2", trailing=True)
        for ink, lines in notes.lines.items():
            painter.setPen(color(ink))
            for chosen, at, text in lines:
                painter.setFont(chosen)
                painter.drawText(at, text)
        painter.end()
    assert set(notes.lines) == {"text", "text2"}
    assert board == other

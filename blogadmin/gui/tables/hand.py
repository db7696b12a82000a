"""Writes the words of cells: single lines that are measured, elided and set up once."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from math import ceil
from typing import NamedTuple

from PySide6.QtCore import QPointF, QTextBoundaryFinder
from PySide6.QtGui import QFont, QFontMetrics, QFontMetricsF, QPainter

from blogadmin.gui.theme import color, font

_KEPT = 2_000
# A name, a slug or an address keeps its own direction wherever it stands.
_ISOLATE, _END = "\u2068", "\u2069"
# Letters and marks that nearly every font for a window has, each of which stands for itself: Latin, Greek and
# Cyrillic. Many a line has one of them.
_ASCII = frozenset(map(chr, range(0x20, 0x7F)))
_COMMON = _ASCII.union(
    map(chr, range(0xA1, 0xAD)),
    map(chr, range(0xAE, 0x180)),
    filter(str.isalpha, map(chr, range(0x386, 0x3CF))),
    filter(str.isalpha, map(chr, range(0x400, 0x530))),
    "–—‘’“”„…•·№",
)
_ELLIPSIS = "…"
_USUAL = "".join(map(chr, range(0x21, 0x7F)))
SCRIPTS = ("Ωλ", "Жя", "אב", "مر", "สว", "日本", "かカ", "한국", "ễạ", "🌿")
"""Letters of other scripts that names and titles are often written in: to look for a font takes a while."""
_BREAKS = str.maketrans(dict.fromkeys("\n\r\t\v\f\x1c\x1d\x1e\x85\x9c\u2028\u2029", " "))


Lines = dict[str, list[tuple[QFont, QPointF, str]]]
"""Words by the ink they are written with, each with its font and where it begins."""


class Fitted(NamedTuple):
    """A line as it is written: what of it fits, how wide that is, and with which fonts."""

    text: str
    advance: int
    fonts: tuple[QFont, QFont]


class _Advances(dict[str, float]):
    """How far the letters of a font move on, each by itself; measured when one comes for the first time."""

    def __init__(self, chosen: QFont) -> None:
        super().__init__()
        self._measured = QFontMetricsF(chosen)

    def __missing__(self, letter: str) -> float:
        found = self[letter] = self._measured.horizontalAdvance(letter)
        return found


class Face:
    """One font of the theme, for single lines. Remembers what fits where."""

    def __init__(
        self,
        role: str = "body",
        weight: QFont.Weight | None = None,
        *,
        tabular: bool = False,
        pixels: int = 0,
    ) -> None:
        self._asked = (role, weight, tabular, pixels)
        self._fitted: dict[tuple[str, int, bool, bool], Fitted] = {}
        self.forget()

    def forget(self) -> None:
        """The theme or the font has changed."""
        role, weight, tabular, pixels = self._asked
        whole = font(role, weight=weight, tabular=tabular)
        if pixels:
            whole = QFont(whole)
            whole.setPixelSize(pixels)
        # A font that need not look for letters in other fonts sets a line in half the time.
        latin = QFont(whole)
        latin.setStyleStrategy(QFont.StyleStrategy.NoFontMerging)
        self._fonts, self._latin = (whole, _struck(whole)), (latin, _struck(latin))
        self._measured, self._latin_measured = QFontMetrics(whole), QFontMetrics(latin)
        # The font is asked for others when they come: all at once would keep the first rows waiting.
        self._plain = set(_ASCII)
        self._advances = _Advances(latin)
        exact = QFontMetricsF(whole)
        self.rise = exact.ascent() - exact.height() / 2
        """From the middle of a line down to where its letters stand."""
        self.letter = max(1, self._measured.averageCharWidth())
        """How wide a letter is, more or less."""
        self._fitted.clear()

    def measure(self) -> None:
        """Have the font loaded and its letters measured, before a person waits for that."""
        self._by_letters(_USUAL)

    def warm(self, painter: QPainter, aside: float = 0) -> None:
        """Have its letters drawn as well.

        Qt keeps four drawings of a letter, one for each quarter of a pixel that it may stand ``aside``.
        """
        self.measure()
        for chosen in (self._latin[0], self._fonts[0]):
            painter.setFont(chosen)
            painter.drawText(QPointF(aside, 2 * self.letter), _USUAL)

    def warm_script(self, painter: QPainter, sample: str) -> None:
        """Have Qt look for the font of a script, of which ``sample`` is written, before a person waits."""
        line = self.fit(sample, 10 * len(sample) * self.letter, rtl=False)
        painter.setFont(line.fonts[0])
        painter.drawText(QPointF(0, 2 * self.letter), line.text)

    def width(self, text: str) -> int:
        """How wide the whole line is."""
        return self._measured.horizontalAdvance(text.translate(_BREAKS))

    def room(self, text: str) -> int:
        """The room that the line needs to be written whole, wherever it begins."""
        whole = text.translate(_BREAKS)
        exact = self._measured.horizontalAdvance(whole)
        by_letters = self._by_letters(whole) if self._is_plain(whole) else 0
        return max(exact, ceil(by_letters))

    def fit(self, text: str, room: int, *, rtl: bool, exact: bool = False) -> Fitted:
        """The line as it is written where there is so much ``room``.

        Its width is told by its letters, one by one, unless it shall be ``exact``: some pixels too much at
        most, where letters move together, and known in a fifth of the time.
        """
        key = (text, room, rtl, exact)
        found = self._fitted.get(key)
        if found is None:
            if len(self._fitted) >= _KEPT:
                self._fitted.clear()
            line = text.translate(_BREAKS)
            told = None if rtl or exact else self._fit_by_letters(line, room)
            found = self._fitted[key] = told or self._fit(line, room, rtl)
        return found

    def _fit_by_letters(self, text: str, room: int) -> Fitted | None:
        """The line fitted without setting it; ``None`` where the font lacks a letter, or marks join one."""
        if not self._is_plain(text):
            return None
        advances = list(map(self._advances.__getitem__, text))
        advance = sum(advances)
        if advance > room:
            if not self._is_plain(_ELLIPSIS):
                return None
            ends = list(accumulate(advances))
            fitting = bisect_right(ends, room - self._advances[_ELLIPSIS])
            text = text[:fitting].rstrip() + _ELLIPSIS if self._advances[_ELLIPSIS] <= room else ""
            advance = self._by_letters(text)
        return Fitted(text, ceil(advance), self._latin)

    def exact(self, line: Fitted) -> float:
        """How wide a line is that fits, to parts of a pixel where each letter stands for itself."""
        return self._by_letters(line.text) if line.fonts is self._latin else line.advance

    def _by_letters(self, text: str) -> float:
        return sum(map(self._advances.__getitem__, text))

    def _fit(self, text: str, room: int, rtl: bool) -> Fitted:
        measured = self._latin_measured if self._is_plain(text) else self._measured
        advance = measured.horizontalAdvance(text)
        if advance > room:
            text, advance = self._elide(text, advance, room)
        fonts = self._latin if self._is_plain(text) else self._fonts
        if rtl or fonts is self._fonts:
            text, fonts = f"{_ISOLATE}{text}{_END}", self._fonts
        return Fitted(text, advance, fonts)

    def _elide(self, text: str, advance: int, room: int) -> tuple[str, int]:
        """As much of a line as there is room for, with an ellipsis, and how wide that is.

        As ``QFontMetrics.elidedText`` has it, which has all names of ``Qt`` made for one of them.
        """
        ends = _ends_of_letters(text)
        # Letters are about as wide as one another: few are measured.
        at = min(len(ends) - 1, len(ends) * room // advance)
        fits = ("", 0)
        while 0 <= at < len(ends):
            shown = text[: ends[at]].rstrip() + _ELLIPSIS
            width = self._measured.horizontalAdvance(shown)
            if width <= room:
                fits = (shown, width)
                at += 1
            elif fits[0]:
                break
            else:
                at -= 1
        return fits

    def _is_plain(self, text: str) -> bool:
        """Whether the font has every letter of it itself, and all of them run to the right."""
        if text.isascii() or self._plain.issuperset(text):
            return True
        if not _COMMON.issuperset(text):
            return False
        has = self._latin_measured.inFontUcs4
        self._plain.update(letter for letter in set(text) - self._plain if has(ord(letter)))
        return self._plain.issuperset(text)


class Hand:
    """A painter that writes: it changes font and ink only where others are wanted.

    ``begin`` it for each paint, and let nobody else set font or ink of its painter meanwhile.
    """

    def __init__(self) -> None:
        self.painter: QPainter
        self.rtl = False
        """Whether lines run to the left."""
        self.middle = 0.0
        """From the top of a row to the middle of its words."""
        self._font: QFont | None = None
        self._ink = ""

    def begin(self, painter: QPainter, middle: float, *, rtl: bool) -> None:
        """Write with ``painter`` from now on."""
        self.painter, self.middle, self.rtl = painter, middle, rtl
        self._font, self._ink = None, ""

    def write(
        self,
        face: Face,
        text: str,
        left: float,
        room: int,
        top: float,
        ink: str,
        *,
        struck: bool = False,
        trailing: bool = False,
    ) -> int:
        """Write one line, elided where it does not fit; return the width it took."""
        if not text or room <= 0:
            return 0
        # What ends at an edge must end there: there it is seen.
        shown, advance, fonts = face.fit(text, room, rtl=self.rtl, exact=trailing)
        x = left + room - advance if self.rtl is not trailing else left
        self._put(shown, QPointF(x, top + self.middle + face.rise), fonts[struck], ink)
        return advance

    def write_amid(self, face: Face, text: str, left: float, width: int, top: float, ink: str) -> None:
        """Write one line in the middle of a place that is so wide."""
        line = face.fit(text, width, rtl=self.rtl)
        self.put(face, line, left + (width - face.exact(line)) / 2, top, ink)

    def put(self, face: Face, line: Fitted, x: float, top: float, ink: str) -> None:
        """Write what ``face`` has fitted from ``x`` on to the right."""
        self._put(line.text, QPointF(x, top + self.middle + face.rise), line.fonts[0], ink)

    def _put(self, text: str, at: QPointF, chosen: QFont, ink: str) -> None:
        painter = self.painter
        if chosen is not self._font:
            self._font = chosen
            painter.setFont(chosen)
        if ink != self._ink:
            self._ink = ink
            painter.setPen(color(ink))
        painter.drawText(at, text)


class Notes(Hand):
    """A hand that writes nothing yet, but notes the words by their ink, for a painter that has it already.

    To give a painter another pen has the names of ``Qt`` made, which takes longer than to write all words.
    """

    def __init__(self) -> None:
        super().__init__()
        self.lines: Lines = {}

    def _put(self, text: str, at: QPointF, chosen: QFont, ink: str) -> None:
        self.lines.setdefault(ink, []).append((chosen, at, text))


def _ends_of_letters(text: str) -> list[int]:
    """Where what a person takes for letters ends: a letter with its marks, a flag, a family of faces."""
    finder = QTextBoundaryFinder(QTextBoundaryFinder.BoundaryType.Grapheme, text)
    units = [0]
    for letter in text:
        # Qt counts letters beyond the first 65,536 of Unicode twice.
        units.append(units[-1] + 1 + (ord(letter) > 0xFFFF))
    places = {unit: place for place, unit in enumerate(units)}
    ends = [0]
    while (unit := finder.toNextBoundary()) > 0:
        ends.append(places[unit])
    return ends


def _struck(plain: QFont) -> QFont:
    struck = QFont(plain)
    struck.setStrikeOut(True)
    return struck

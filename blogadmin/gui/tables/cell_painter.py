"""Paints the content of cells, one way for each kind of column."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum
from typing import NamedTuple

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter

from blogadmin.gui.tables.cells import Condition, Entry
from blogadmin.gui.tables.columns import CellKind, Column
from blogadmin.gui.theme import (
    GLYPH_SIZE,
    ICON_GAP,
    ROLE,
    SPACE_M,
    STATUS,
    color,
    draw_avatar,
    draw_check,
    draw_icon,
    draw_pill,
    draw_status_glyph,
    font,
    metrics,
    pill_size,
)

AVATAR = 20
DETAIL_GAP = 10
DETAIL_LEAST = 48
"""Room below which quiet words behind a title say nothing any more."""
_FITTED_KEPT = 4_000
_LINE = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
_LEADING = int(Qt.AlignmentFlag.AlignLeft | _LINE)
_TRAILING = int(Qt.AlignmentFlag.AlignRight | _LINE)
# A name, a slug or an address keeps its own direction wherever it stands.
_ISOLATE, _END = "\u2068", "\u2069"


class Face(Enum):
    """The fonts of cells: what ``theme.font`` is asked for."""

    BODY = ("body", None, False)
    MEDIUM = ("body", QFont.Weight.Medium, False)
    STRONG = ("body", QFont.Weight.DemiBold, False)
    FIGURES = ("body", None, True)
    CAPTION = ("caption", None, False)


class Part(NamedTuple):
    """A piece of a cell that is being painted."""

    entry: Entry
    column: Column
    place: int
    quiet: bool
    """Whether main words are painted as secondary ones: the person is inactive, the list out of date."""
    rtl: bool
    """Whether text runs to the left."""

    @property
    def text(self) -> str:
        return self.entry.cells[self.place]

    @property
    def detail(self) -> str:
        return self.entry.details[self.place]

    def ink(self, colour: str) -> str:
        """The token of the colour for words of this importance in this row."""
        if self.entry.note:
            return "disabled"
        return "text2" if self.quiet and colour == "text" else colour


class CellPainter:
    """Remembers fonts and what fits where, because the same words are painted again and again."""

    def __init__(self) -> None:
        self._fonts: dict[Face, tuple[QFont, QFont, QFontMetrics]] = {}
        self._fitted: dict[tuple[str, int, Face, bool], tuple[str, int]] = {}
        self._kinds: Mapping[CellKind, Callable[[QPainter, QRectF, Part], None]] = {
            CellKind.TEXT: self._text,
            CellKind.TITLE: self._title,
            CellKind.STATUS: self._status,
            CellKind.ROLE: self._role,
            CellKind.PERSON: self._person,
            CellKind.NUMBER: self._number,
            CellKind.TIME: self._time,
            CellKind.CHECK: self._check,
        }

    def forget(self) -> None:
        """The theme or the font has changed."""
        self._fonts.clear()
        self._fitted.clear()

    def paint(self, painter: QPainter, inside: QRectF, part: Part) -> None:
        """Paint one cell into ``inside``, its rectangle without the padding."""
        self._kinds[part.column.kind](painter, inside, part)

    def skeleton(self, painter: QPainter, inside: QRectF, column: Column, row: int, *, rtl: bool) -> None:
        """Paint a quiet bar where words will be."""
        if column.kind is CellKind.CHECK:
            width = 16.0
            offset = (inside.width() - width) / 2
        else:
            # Not all of one length: it shall look like words.
            width = inside.width() * (0.62, 0.48, 0.7, 0.54)[row % 4]
            offset = inside.width() - width if column.kind is CellKind.NUMBER else 0.0
        bar = _lead(inside, max(0.0, offset), width, rtl)
        bar = QRectF(bar.left(), round(inside.center().y()) - 4, bar.width(), 8)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color("press"))
        painter.drawRoundedRect(bar, 4, 4)

    def width(self, part: Part) -> int:
        """The width that shows the whole of a cell, without its padding."""
        _plain, _struck, measured = self._face(_FACES.get(part.column.kind, Face.BODY))
        extra = {CellKind.STATUS: GLYPH_SIZE + ICON_GAP, CellKind.ROLE: GLYPH_SIZE + ICON_GAP}
        extra[CellKind.PERSON] = AVATAR + SPACE_M
        width = measured.horizontalAdvance(part.text) + extra.get(part.column.kind, 0)
        if part.detail:
            width += DETAIL_GAP + metrics("caption").horizontalAdvance(part.detail) + 2 * SPACE_M
        return width

    # The kinds

    def _text(self, painter: QPainter, inside: QRectF, part: Part) -> None:
        self._words(painter, inside, part, part.text, Face.BODY, "text2")

    def _title(self, painter: QPainter, inside: QRectF, part: Part) -> None:
        used = self._words(painter, inside, part, part.text, Face.MEDIUM, "text")
        self._detail(painter, inside, part, used)

    def _person(self, painter: QPainter, inside: QRectF, part: Part) -> None:
        if not part.text:
            return
        inactive = part.entry.values[part.place] is False
        part = part._replace(quiet=part.quiet or inactive)
        draw_avatar(painter, _lead(inside, 0, AVATAR, part.rtl), part.text, inactive=inactive)
        words = _after(inside, AVATAR + SPACE_M, part.rtl)
        face = Face.MEDIUM if part.column.required else Face.BODY
        self._detail(painter, words, part, self._words(painter, words, part, part.text, face, "text"))

    def _detail(self, painter: QPainter, inside: QRectF, part: Part, used: float) -> None:
        rest = _after(inside, used + DETAIL_GAP, part.rtl)
        note = part.entry.note if part.entry.row is not None else ""
        pill = note or (part.detail if part.column.kind is CellKind.PERSON else "")
        if pill:
            if pill_size(pill).width() <= rest.width():
                draw_pill(painter, rest, pill, "mute", "mute_soft")
        elif part.detail and rest.width() >= DETAIL_LEAST:
            self._words(painter, rest, part, part.detail, Face.CAPTION, "text3")

    def _status(self, painter: QPainter, inside: QRectF, part: Part) -> None:
        look = STATUS.get(str(part.entry.values[part.place]))
        if look is not None:
            mark = _lead(inside, 0, GLYPH_SIZE, part.rtl)
            draw_status_glyph(painter, look.shape, mark, color(part.ink(look.ink_token)), color("surface"))
            inside = _after(inside, GLYPH_SIZE + ICON_GAP, part.rtl)
        self._words(painter, inside, part, part.text, Face.BODY, "text")

    def _role(self, painter: QPainter, inside: QRectF, part: Part) -> None:
        word = str(part.entry.values[part.place])
        look = ROLE.get(word)
        if look is not None:
            ink = part.ink("accent_ink" if word == "admin" else "text2")
            draw_icon(painter, look.icon, _lead(inside, 0, GLYPH_SIZE, part.rtl), color(ink))
            inside = _after(inside, GLYPH_SIZE + ICON_GAP, part.rtl)
        face = Face.STRONG if word == "admin" else Face.BODY
        self._words(painter, inside, part, part.text, face, "text")

    def _number(self, painter: QPainter, inside: QRectF, part: Part) -> None:
        ink = "text2" if part.text in ("0", "–", "") else "text"
        self._words(painter, inside, part, part.text, Face.FIGURES, ink, _TRAILING)

    def _time(self, painter: QPainter, inside: QRectF, part: Part) -> None:
        self._words(painter, inside, part, part.text, Face.FIGURES, "text2")

    def _check(self, painter: QPainter, inside: QRectF, part: Part) -> None:
        if part.entry.row is not None:
            live = part.entry.condition is Condition.LIVE
            draw_check(painter, inside, bool(part.entry.values[part.place]), enabled=live)

    # Words

    def _words(
        self,
        painter: QPainter,
        inside: QRectF,
        part: Part,
        text: str,
        face: Face,
        ink: str,
        alignment: int = _LEADING,
    ) -> float:
        """Paint one line, elided where it does not fit; return the width it took."""
        if not text or inside.width() <= 0:
            return 0
        key = (text, int(inside.width()), face, part.rtl)
        fitted = self._fitted.get(key)
        plain, struck, measured = self._face(face)
        if fitted is None:
            fitted = self._fit(key, measured)
        painter.setFont(struck if part.entry.condition is Condition.DELETED and part.entry.row else plain)
        painter.setPen(color(part.ink(ink)))
        painter.drawText(inside, alignment, fitted[0])
        return fitted[1]

    def _fit(self, key: tuple[str, int, Face, bool], measured: QFontMetrics) -> tuple[str, int]:
        text, room, _face, rtl = key
        advance = measured.horizontalAdvance(text)
        if advance > room:
            text = measured.elidedText(text, Qt.TextElideMode.ElideRight, room, Qt.TextFlag.TextSingleLine)
            advance = room
        if rtl or not text.isascii():
            text = f"{_ISOLATE}{text}{_END}"
        if len(self._fitted) >= _FITTED_KEPT:
            self._fitted.clear()
        self._fitted[key] = text, advance
        return text, advance

    def _face(self, face: Face) -> tuple[QFont, QFont, QFontMetrics]:
        """The font, the same struck out, and its metrics."""
        found = self._fonts.get(face)
        if found is None:
            role, weight, tabular = face.value
            plain = font(role, weight=weight, tabular=tabular)
            struck = QFont(plain)
            struck.setStrikeOut(True)
            found = self._fonts[face] = plain, struck, metrics(role, weight=weight, tabular=tabular)
        return found


def _lead(inside: QRectF, offset: float, width: float, rtl: bool) -> QRectF:
    """The part of ``inside`` that begins ``offset`` after its leading edge."""
    x, y, whole, height = inside.x(), inside.y(), inside.width(), inside.height()
    return QRectF(x + whole - offset - width if rtl else x + offset, y, width, height)


def _after(inside: QRectF, offset: float, rtl: bool) -> QRectF:
    """What is left of ``inside`` behind its first ``offset`` pixels."""
    x, y, whole, height = inside.x(), inside.y(), inside.width(), inside.height()
    return QRectF(x if rtl else x + offset, y, max(0.0, whole - offset), height)


_FACES = {CellKind.TITLE: Face.MEDIUM, CellKind.NUMBER: Face.FIGURES, CellKind.TIME: Face.FIGURES}

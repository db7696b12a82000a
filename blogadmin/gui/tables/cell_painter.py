"""Paints the content of cells, one way for each kind of column."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import NamedTuple

from PySide6.QtCore import QRectF
from PySide6.QtGui import QFont, QPainter, QPixmap

from blogadmin.gui import theme
from blogadmin.gui.tables.cells import Condition, Entry
from blogadmin.gui.tables.columns import CellKind, Column
from blogadmin.gui.tables.excerpt import BEFORE, is_excerpt, pieces, plain
from blogadmin.gui.tables.hand import SCRIPTS, Face, Hand
from blogadmin.gui.theme import (
    CELL_PADDING,
    GLYPH_SIZE,
    ICON_GAP,
    MARGIN,
    ROLE,
    SPACE_M,
    STATUS,
    Stamps,
    color,
    initials,
    initials_pixels,
)

AVATAR = 20
TICK = 16
DETAIL_GAP = 10
DETAIL_LEAST = 48
"""Room below which quiet words behind a title say nothing any more."""
TITLE_LEAST = 0.45
"""The part of its cell that a title keeps for itself beside the words in which something was found."""
_QUARTERS = (0, 0.25, 0.5, 0.75)
_BOARD = 1000
"""Pixels that a line of all usual letters takes at most."""
_NO_FIGURES = ("0", "–", "")


class Frame(NamedTuple):
    """Where the cells of a column stand, without their padding."""

    column: Column
    place: int
    left: int
    room: int


def frame_of(column: Column, place: int, left: int, width: int, *, first: bool, rtl: bool) -> Frame:
    """Where the cells of a column stand that begins at ``left`` and is so wide.

    The ``first`` column shares its edge with the title of the page.
    """
    lead = MARGIN if first and column.kind is not CellKind.CHECK else CELL_PADDING
    edge = CELL_PADDING if rtl else lead
    return Frame(column, place, left + edge, width - lead - CELL_PADDING)


class CellPainter:
    """Paints what stands in cells, row after row of one column: call ``begin``, then ``paint``.

    ``hand`` writes their words. What draws is loaded when something is drawn that is not kept.
    """

    def __init__(self, hand: Hand | None = None) -> None:
        self._hand = hand or Hand()
        self.stamps = Stamps()
        """The small drawings, by what they show."""
        self._stale = False
        self._body, self._medium = Face(), Face(weight=QFont.Weight.Medium)
        self._strong = Face(weight=QFont.Weight.DemiBold)
        self._figures, self._caption = Face(tabular=True), Face("caption")
        self._found = Face("caption", QFont.Weight.DemiBold)
        self._initials = Face(weight=QFont.Weight.DemiBold, pixels=initials_pixels(AVATAR))
        words = (self._body, self._medium, self._strong, self._figures, self._caption, self._found)
        self._faces = (*words, self._initials)
        self._kinds: Mapping[CellKind, Callable[[Frame, int, Entry], None]] = {
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
        for face in self._faces:
            face.forget()
        self.stamps.forget()

    def measure(self) -> None:
        """Load and measure the fonts in which most cells are written."""
        for face in (self._body, self._medium, self._caption, self._figures):
            face.measure()

    def warm(self, scale: float) -> Iterator[None]:
        """Load the fonts for a screen of that ``scale``, one at a step: all of them together take a while."""
        letters = [partial(face.warm, aside=aside) for aside in _QUARTERS for face in self._faces]
        worded = (self._body, self._medium, self._caption, self._initials)
        scripts = [partial(face.warm_script, sample=sample) for sample in SCRIPTS for face in worded]
        for work in (*letters, *scripts):
            board = QPixmap(round(_BOARD * scale), round(2 * AVATAR * scale))
            board.setDevicePixelRatio(scale)
            painter = QPainter(board)
            work(painter)
            painter.end()
            yield

    def begin(self, painter: QPainter, height: int, *, rtl: bool, stale: bool) -> None:
        """Paint with ``painter`` from now on, in rows of ``height``. A ``stale`` list is out of date."""
        self._hand.begin(painter, height / 2, rtl=rtl)
        self.stamps.begin(painter, rtl=rtl)
        self._stale = stale

    def paint(self, frame: Frame, rows: list[tuple[int, Entry]]) -> None:
        """Paint the cells of one column in rows that begin at those heights."""
        kind = self._kinds[frame.column.kind]
        for top, entry in rows:
            kind(frame, top, entry)

    def width(self, entry: Entry, column: Column, place: int) -> int:
        """The width that shows the whole of a cell, without its padding."""
        extra = {CellKind.STATUS: GLYPH_SIZE + ICON_GAP, CellKind.ROLE: GLYPH_SIZE + ICON_GAP}
        extra[CellKind.PERSON] = AVATAR + SPACE_M
        faces = {CellKind.TITLE: self._medium, CellKind.NUMBER: self._figures, CellKind.TIME: self._figures}
        width = faces.get(column.kind, self._body).room(entry.cells[place]) + extra.get(column.kind, 0)
        if entry.details[place]:
            width += DETAIL_GAP + self._caption.room(plain(entry.details[place])) + 2 * SPACE_M
        return width

    # The kinds

    def _text(self, frame: Frame, top: int, entry: Entry) -> None:
        self._words(self._body, frame, top, entry, "text2")

    def _title(self, frame: Frame, top: int, entry: Entry) -> None:
        if is_excerpt(entry.details[frame.place]):
            # What was searched for is in these words: the title makes room for them.
            title = frame._replace(room=int(frame.room * TITLE_LEAST))
            if self._hand.rtl:
                title = title._replace(left=frame.left + frame.room - title.room)
            self._excerpt(frame, top, entry, self._words(self._medium, title, top, entry, "text"))
            return
        used = self._words(self._medium, frame, top, entry, "text")
        if entry.details[frame.place] or entry.note:
            self._detail(frame, top, entry, used)

    def _person(self, frame: Frame, top: int, entry: Entry) -> None:
        name = entry.cells[frame.place]
        if not name:
            return
        inactive = entry.values[frame.place] is False
        spot = self._spot(frame, top, AVATAR)
        # A drawing of each pair of letters would cost more than to write them: each list brings new ones.
        self.stamps.draw(("disc", inactive), spot, lambda p, r: theme.draw_disc(p, r, inactive=inactive))
        self._hand.write_amid(self._initials, initials(name), spot.x(), AVATAR, top, "text2")
        face = self._medium if frame.column.required else self._body
        ink = "text2" if inactive else "text"
        used = self._words(face, frame, top, entry, ink, AVATAR + SPACE_M)
        if entry.details[frame.place] or entry.note:
            self._detail(frame, top, entry, AVATAR + SPACE_M + used)

    def _detail(self, frame: Frame, top: int, entry: Entry, used: int) -> None:
        offset = used + DETAIL_GAP
        room = frame.room - offset
        detail = entry.details[frame.place]
        note = entry.note if entry.row is not None else ""
        pill = note or (detail if frame.column.kind is CellKind.PERSON else "")
        if pill:
            self._pill(frame, top, pill, offset)
        elif detail and room >= DETAIL_LEAST:
            left = frame.left if self._hand.rtl else frame.left + offset
            ink = "disabled" if entry.note else "text3"
            self._hand.write(self._caption, detail, left, room, top, ink)

    def _excerpt(self, frame: Frame, top: int, entry: Entry, used: int) -> None:
        hand, left, room = self._hand, frame.left, frame.room - used - DETAIL_GAP
        left += 0 if hand.rtl else used + DETAIL_GAP
        # The words before a hit take less than half of the room, the hit is what matters.
        most = max(8, min(BEFORE, int(room * 0.4 / self._caption.letter)))
        for text, hit in pieces(entry.details[frame.place], most):
            face = self._found if hit else self._caption
            ink = "disabled" if entry.note else "text" if hit else "text3"
            width = face.width(text)
            hand.write(face, text, left, room, top, ink)
            room -= width
            left += 0 if hand.rtl else width

    def _status(self, frame: Frame, top: int, entry: Entry) -> None:
        look = STATUS.get(entry.values[frame.place])
        offset = 0
        if look is not None:
            ink = "disabled" if entry.note else look.ink_token
            self.stamps.draw(
                (look.shape, ink),
                self._spot(frame, top, GLYPH_SIZE),
                lambda p, r: theme.draw_status_glyph(p, look.shape, r, color(ink), color("surface")),
            )
            offset = GLYPH_SIZE + ICON_GAP
        self._words(self._body, frame, top, entry, "text", offset)

    def _role(self, frame: Frame, top: int, entry: Entry) -> None:
        word = entry.values[frame.place]
        look = ROLE.get(word)
        offset = 0
        if look is not None:
            ink = "disabled" if entry.note else "accent_ink" if word == "admin" else "text2"
            self.stamps.draw(
                (look.icon, ink),
                self._spot(frame, top, GLYPH_SIZE),
                lambda p, r: theme.draw_icon(p, look.icon, r, color(ink)),
            )
            offset = GLYPH_SIZE + ICON_GAP
        face = self._strong if word == "admin" else self._body
        self._words(face, frame, top, entry, "text", offset)

    def _number(self, frame: Frame, top: int, entry: Entry) -> None:
        ink = "text2" if entry.cells[frame.place] in _NO_FIGURES else "text"
        self._words(self._figures, frame, top, entry, ink, trailing=True)

    def _time(self, frame: Frame, top: int, entry: Entry) -> None:
        self._words(self._figures, frame, top, entry, "text2")

    def _check(self, frame: Frame, top: int, entry: Entry) -> None:
        if entry.row is None:
            return
        ticked, live = bool(entry.values[frame.place]), entry.condition is Condition.LIVE
        self.stamps.draw(
            ("check", ticked, live),
            self._spot(frame, top, TICK, (frame.room - TICK) / 2),
            lambda p, r: theme.draw_check(p, r, ticked, enabled=live),
        )

    # Parts

    def _words(
        self,
        face: Face,
        frame: Frame,
        top: int,
        entry: Entry,
        ink: str,
        offset: int = 0,
        *,
        trailing: bool = False,
    ) -> int:
        """Write the words of the cell ``offset`` behind its leading edge; return the width they took."""
        struck = False
        if entry.note:
            ink, struck = "disabled", entry.condition is Condition.DELETED and entry.row is not None
        elif self._stale and ink == "text":
            ink = "text2"
        hand, (_column, place, left, room) = self._hand, frame
        if not hand.rtl:
            left += offset
        text = entry.cells[place]
        return hand.write(face, text, left, room - offset, top, ink, struck=struck, trailing=trailing)

    def _pill(self, frame: Frame, top: int, text: str, offset: int) -> None:
        size = theme.pill_size(text)
        if size.width() > frame.room - offset:
            return
        x = self._lead(frame.left, frame.room, offset, size.width())
        y = round(top + self._hand.middle - size.height() / 2)
        rect = QRectF(x, y, size.width(), size.height())
        self.stamps.draw(("pill", text), rect, lambda p, r: theme.draw_pill(p, r, text, "mute", "mute_soft"))

    def _spot(self, frame: Frame, top: int, side: int, offset: float = 0) -> QRectF:
        x = self._lead(frame.left, frame.room, offset, side)
        return QRectF(x, top + self._hand.middle - side / 2, side, side)

    def _lead(self, left: float, room: float, offset: float, width: float) -> float:
        """The left edge of what is so wide and begins ``offset`` behind the leading edge."""
        return left + room - offset - width if self._hand.rtl else left + offset

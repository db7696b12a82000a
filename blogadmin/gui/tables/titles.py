"""Paints the titles of columns: quiet, with a mark where the list is sorted by one."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QFont, QPainter

from blogadmin.core.queries.spec import Sort
from blogadmin.gui import theme
from blogadmin.gui.tables.columns import CellKind, Column
from blogadmin.gui.tables.hand import Face, Fitted, Hand
from blogadmin.gui.theme import CELL_PADDING, ICON_SMALL, MARGIN, Stamps, color, fill

_GAP = 4
_WIDE = 1000


class TitlePainter:
    """Paints titles one after the other, each in its place: call ``begin``, then ``paint``.

    ``hand`` writes them. What draws is loaded when a mark is drawn that is not kept.
    """

    def __init__(self, hand: Hand | None = None) -> None:
        self._hand = hand or Hand()
        self.stamps = Stamps()
        """The marks, by what they show."""
        self._medium = Face("caption", QFont.Weight.Medium)
        self._strong = Face("caption", QFont.Weight.DemiBold)

    def forget(self) -> None:
        """The theme or the font has changed."""
        self._medium.forget()
        self._strong.forget()
        self.stamps.forget()

    def begin(self, painter: QPainter, height: int, *, rtl: bool) -> None:
        """Paint with ``painter`` from now on, titles of ``height``."""
        self._hand.begin(painter, height / 2, rtl=rtl)
        self.stamps.begin(painter, rtl=rtl)

    def ground(self, rect: QRect, *, hovered: bool = False) -> None:
        """Fill the place of titles, with hairlines above and below."""
        painter, left, width = self._hand.painter, rect.left(), rect.width()
        fill(painter, rect, "press" if hovered else "sunken")
        fill(painter, QRect(left, rect.top(), width, 1), "line")
        fill(painter, QRect(left, rect.bottom(), width, 1), "line")

    def paint(self, rect: QRect, column: Column, order: tuple[Sort, ...], *, first: bool) -> None:
        """Write the title of ``column`` in its place.

        The ``first`` column shares its edge with the title of the page.
        """
        rank = next((i for i, key in enumerate(order) if key.column == column.name), None)
        face = self._strong if rank is not None or column.required else self._medium
        number = self._fit(self._strong, str(rank + 1) if rank is not None and len(order) > 1 else "")
        mark = 0 if rank is None else ICON_SMALL + _GAP + number.advance
        lead = MARGIN if first and column.kind is not CellKind.CHECK else CELL_PADDING
        room = rect.width() - lead - CELL_PADDING
        title = self._fit(face, column.title, room - mark)
        at = lead + _offset(column, room, title.advance, mark)
        self._put(face, title, rect, at, "text2" if rank is None else "text")
        if rank is not None:
            at += title.advance + _GAP
            # Later keys of the order are quieter than the one that counts first.
            ink = "accent_ink" if rank == 0 else "text3"
            self._draw_mark("arrow-down" if order[rank].descending else "arrow-up", ink, rect, at)
            self._put(self._strong, number, rect, at + ICON_SMALL, ink)

    def _fit(self, face: Face, text: str, room: int = _WIDE) -> Fitted:
        return face.fit(text, max(0, room), rtl=self._hand.rtl, exact=True)

    def _put(self, face: Face, line: Fitted, rect: QRect, at: float, ink: str) -> None:
        """Write a line that begins ``at`` behind the leading edge of ``rect``."""
        left = rect.width() - at - line.advance if self._hand.rtl else at
        self._hand.put(face, line, rect.left() + left, rect.top(), ink)

    def _draw_mark(self, name: str, ink: str, rect: QRect, at: float) -> None:
        x = rect.width() - at - ICON_SMALL if self._hand.rtl else at
        y = (rect.height() - ICON_SMALL) / 2
        spot = QRectF(rect.left() + x, rect.top() + y, ICON_SMALL, ICON_SMALL)
        self.stamps.draw((name, ink), spot, lambda p, r: theme.draw_icon(p, name, r, color(ink)))


def _offset(column: Column, room: int, width: int, mark: int) -> float:
    """Where the title begins: over numbers it ends where they end."""
    if column.kind is CellKind.NUMBER:
        return max(0.0, room - width - mark)
    if column.kind is CellKind.CHECK and not mark:
        return max(0.0, (room - width) / 2)
    return 0.0

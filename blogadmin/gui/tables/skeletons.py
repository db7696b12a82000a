"""Quiet bars where words will be, in rows that have not come yet."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPixmap

from blogadmin.gui.tables.cell_painter import TICK, Frame
from blogadmin.gui.tables.columns import CellKind
from blogadmin.gui.theme import color

_BAR = 8
"""Height of what stands where words will be."""
_LENGTHS = (0.62, 0.48, 0.7, 0.54)
"""Parts of a cell that bars take, row after row: not all of one length, it shall look like words."""


class Skeletons:
    """Paints bars, several rows with one copy.

    While a person drags the scroll bar a screen of them is painted hundreds of times a second. Copied bar by
    bar, each copy lets go of the interpreter, and beside busy workers it takes a while to get it back.
    """

    def __init__(self) -> None:
        self._of: tuple[object, ...] = ()
        self._rows = QPixmap()

    def forget(self) -> None:
        """The theme has changed."""
        self._of = ()

    def paint(
        self, painter: QPainter, frames: Sequence[Frame], rows: Sequence[tuple[int, int]], height: int
    ) -> None:
        """Paint rows of ``height`` that begin there and have those numbers; what is not a bar stays."""
        if not frames or not rows:
            # Most paints: all that is on the screen is known, and nothing is drawn in advance.
            return
        left = min(frame.left for frame in frames)
        width = max(frame.left + frame.room for frame in frames) - left
        device, rtl = painter.deviceTransform(), painter.layoutDirection() is Qt.LayoutDirection.RightToLeft
        scale = device.m11()
        of = (tuple((f.column.kind, f.left, f.room) for f in frames), height, scale, rtl)
        if of != self._of:
            self._of, self._rows = of, _drawn(frames, left, width, height, scale, rtl)
        for top, row, count in _runs(rows, height):
            first = round(row % len(_LENGTHS) * height * scale)
            source = QRectF(0, first, math.ceil(width * scale), round(count * height * scale))
            # Whole pixels of the device: half a pixel off blurs every edge.
            x, y = (round(left * scale + device.dx()), round(top * scale + device.dy()))
            place = QPointF((x - device.dx()) / scale, (y - device.dy()) / scale)
            painter.drawPixmap(place, self._rows, source)


def _runs(rows: Sequence[tuple[int, int]], height: int) -> list[tuple[int, int, int]]:
    """Rows that follow each other and have different lengths: where they begin, the first, how many."""
    runs: list[tuple[int, int, int]] = []
    for top, row in rows:
        if runs:
            begin, first, count = runs[-1]
            follows = row == first + count and top == begin + count * height
            if follows and first % len(_LENGTHS) + count < len(_LENGTHS):
                runs[-1] = begin, first, count + 1
                continue
        runs.append((top, row, 1))
    return runs


def _drawn(frames: Sequence[Frame], left: int, width: int, height: int, scale: float, rtl: bool) -> QPixmap:
    pixmap = QPixmap(math.ceil(width * scale), math.ceil(height * len(_LENGTHS) * scale))
    pixmap.setDevicePixelRatio(scale)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color("press"))
    for row, part in enumerate(_LENGTHS):
        for frame in frames:
            bar = _bar(frame, part, rtl)
            bar.translate(-left, row * height + round((height - 1) / 2) - _BAR / 2)
            painter.drawRoundedRect(bar, _BAR / 2, _BAR / 2)
    painter.end()
    return pixmap


def _bar(frame: Frame, part: float, rtl: bool) -> QRectF:
    """A bar in its cell, at the height 0."""
    kind, room = frame.column.kind, frame.room
    width = TICK if kind is CellKind.CHECK else int(room * part)
    offset = {CellKind.CHECK: (room - width) / 2, CellKind.NUMBER: room - width}.get(kind, 0)
    lead = max(0.0, offset)
    return QRectF(frame.left + (room - lead - width if rtl else lead), 0, width, _BAR)

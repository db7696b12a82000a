"""Painters of the small marks that delegates and widgets share.

All mirror with the painter's layout direction, and all measure with the font they paint with.
"""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QRect, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from blogadmin.gui.theme.drawings import draw_icon
from blogadmin.gui.theme.fonts import ICON_SMALL, RADIUS_BADGE, RADIUS_SMALL, font, metrics
from blogadmin.gui.theme.glyphs import draw_status_glyph
from blogadmin.gui.theme.people import initials, initials_pixels
from blogadmin.gui.theme.state import color, is_dark, is_high_contrast

_MEDIUM: Final = QFont.Weight.Medium
_PILL_PADDING: Final = 8
_PILL_MARK: Final = ICON_SMALL + 4
_KEY_GAP: Final = 3
_LEADING: Final = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_letters_kept: dict[int, tuple[QFont, QFont]] = {}
"""By size in pixels: the font of the theme, another object after each change, and what was made of it."""


def leading_rect(painter: QPainter, within: QRectF, offset: float, width: float) -> QRectF:
    """The part of `within` that begins `offset` after its leading edge and is `width` wide."""
    if painter.layoutDirection() == Qt.LayoutDirection.RightToLeft:
        left = within.right() - offset - width
    else:
        left = within.left() + offset
    return QRectF(left, within.top(), width, within.height())


def pill_size(text: str, *, marked: bool = False) -> QSizeF:
    """The size that `draw_pill` needs to show all of `text`, with or without a mark before it."""
    measured = metrics("caption", weight=_MEDIUM)
    width = measured.horizontalAdvance(text) + 2 * _PILL_PADDING + (_PILL_MARK if marked else 0)
    return QSizeF(width + 1, measured.height() + 4)


def draw_pill(
    painter: QPainter,
    rect: QRectF,
    text: str,
    ink: str,
    soft: str,
    *,
    shape: str = "",
    icon: str = "",
    outline: bool = False,
) -> float:
    """Paint a badge at the leading edge of `rect`, vertically centred; return its width.

    `ink` and `soft` are tokens. `shape` is that of a status glyph, `icon` a name; one at most.
    `outline` draws a hairline instead of the fill. Too long a text is elided.
    """
    marked = bool(shape or icon)
    size = pill_size(text, marked=marked)
    width = min(size.width(), rect.width())
    body = leading_rect(painter, rect, 0, width)
    body.setHeight(size.height())
    body.moveTop(round(rect.center().y() - size.height() / 2))
    painter.save()
    _draw_pill_body(painter, body, ink, soft, outline=outline)
    if marked:
        mark = leading_rect(painter, body, _PILL_PADDING - 1, ICON_SMALL)
        mark = QRectF(mark.left(), body.center().y() - ICON_SMALL / 2, ICON_SMALL, ICON_SMALL)
        if shape:
            draw_status_glyph(painter, shape, mark, color(ink), color(soft))
        else:
            draw_icon(painter, icon, mark, color(ink))
    offset = _PILL_PADDING + (_PILL_MARK if marked else 0)
    words = leading_rect(painter, body, offset, max(0.0, width - offset - _PILL_PADDING + 1))
    painter.setFont(font("caption", weight=_MEDIUM))
    painter.setPen(color(ink))
    draw_elided(painter, words, text)
    painter.restore()
    return width


def _draw_pill_body(painter: QPainter, body: QRectF, ink: str, soft: str, *, outline: bool) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    border = color(ink) if is_high_contrast() else color("line") if outline else None
    painter.setPen(Qt.PenStyle.NoPen if border is None else QPen(border, 1))
    painter.setBrush(Qt.BrushStyle.NoBrush if outline else color(soft))
    inset = 0.0 if border is None else 0.5
    edge = body.adjusted(inset, inset, -inset, -inset)
    painter.drawRoundedRect(edge, RADIUS_BADGE, RADIUS_BADGE)


def draw_elided(painter: QPainter, rect: QRectF, text: str) -> None:
    """Paint one line of plain text at the leading edge, with an ellipsis where it does not fit."""
    shown = painter.fontMetrics().elidedText(
        text, Qt.TextElideMode.ElideRight, int(rect.width()), Qt.TextFlag.TextSingleLine
    )
    painter.drawText(rect, int(_LEADING | Qt.TextFlag.TextSingleLine), shown)


def draw_avatar(painter: QPainter, rect: QRectF, name: str, *, inactive: bool = False) -> None:
    """Paint a person's initials in a disc; a dashed ring instead of the disc means inactive."""
    draw_disc(painter, rect, inactive=inactive)
    _draw_initials(painter, rect, name)


def draw_disc(painter: QPainter, rect: QRectF, *, inactive: bool = False) -> None:
    """Paint what the initials of a person stand on."""
    disc = _square_in(rect)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if inactive:
        painter.setPen(QPen(color("control"), 1.2, Qt.PenStyle.DashLine))
        painter.drawEllipse(disc.adjusted(0.6, 0.6, -0.6, -0.6))
    else:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color("press"))
        painter.drawEllipse(disc)
    painter.restore()


def _draw_initials(painter: QPainter, rect: QRectF, name: str) -> None:
    """Write the initials of a person in the middle of `rect`."""
    disc = _square_in(rect)
    painter.save()
    painter.setFont(_letters(initials_pixels(disc.width())))
    painter.setPen(color("text2"))
    painter.drawText(disc, Qt.AlignmentFlag.AlignCenter, initials(name))
    painter.restore()


def _square_in(rect: QRectF) -> QRectF:
    side = min(rect.width(), rect.height())
    square = QRectF(0, 0, side, side)
    square.moveCenter(rect.center())
    return square


def _letters(pixels: int) -> QFont:
    """The font of initials. Kept, as Qt looks for the files of each font object anew."""
    base = font("body", weight=QFont.Weight.DemiBold)
    kept = _letters_kept.get(pixels)
    if kept is None or kept[0] is not base:
        made = QFont(base)
        made.setPixelSize(pixels)
        kept = _letters_kept[pixels] = base, made
    return kept[1]


def key_caps_size(keys: Sequence[str]) -> QSizeF:
    """The size that `draw_key_caps` takes for these keys."""
    widths = _key_widths(keys)
    return QSizeF(sum(widths) + _KEY_GAP * max(0, len(widths) - 1), metrics("key").height() + 3)


def _key_widths(keys: Sequence[str]) -> list[float]:
    measured = QFontMetricsF(font("key"))
    least = metrics("key").height() + 3
    return [max(least, round(measured.horizontalAdvance(key)) + 9) for key in keys]


def draw_key_caps(painter: QPainter, rect: QRectF, keys: Sequence[str]) -> float:
    """Paint keys as caps at the leading edge, vertically centred; return the width they took."""
    size = key_caps_size(keys)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(font("key"))
    offset = 0.0
    for key, width in zip(keys, _key_widths(keys), strict=True):
        cap = leading_rect(painter, rect, offset, width)
        cap = QRectF(cap.left(), round(rect.center().y() - size.height() / 2), width, size.height())
        painter.setPen(QPen(color("key_line"), 1))
        painter.setBrush(color("sunken"))
        painter.drawRoundedRect(cap.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS_SMALL, RADIUS_SMALL)
        painter.setPen(color("text2"))
        painter.drawText(cap, Qt.AlignmentFlag.AlignCenter, key)
        offset += width + _KEY_GAP
    painter.restore()
    return size.width()


def draw_check(painter: QPainter, rect: QRectF, checked: bool, *, enabled: bool = True) -> None:
    """Paint a check box of 16 px in the middle of `rect`."""
    box = QRectF(0, 0, 16, 16)
    box.moveCenter(QRectF(rect).center())
    box.moveTo(round(box.left()), round(box.top()))
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if checked:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color("accent" if enabled else "disabled"))
        painter.drawRoundedRect(box, RADIUS_SMALL, RADIUS_SMALL)
        draw_icon(painter, "check", box.adjusted(2, 2, -2, -2), color("on_accent"))
    else:
        painter.setPen(QPen(color("control" if enabled else "line"), 1.2))
        painter.setBrush(color("surface" if enabled else "sunken"))
        edge = box.adjusted(0.6, 0.6, -0.6, -0.6)
        painter.drawRoundedRect(edge, RADIUS_SMALL, RADIUS_SMALL)
    painter.restore()


def draw_focus_ring(painter: QPainter, rect: QRect, *, first: bool = True, last: bool = True) -> None:
    """Paint the keyboard cursor of a row, cell by cell.

    `first` and `last` say that the cell stands at the leading and the trailing end of its row, where
    the ring closes. Filled, not stroked: strokes of single cells leave gaps at 125 % and 150 %.
    """
    width = 3 if is_high_contrast() else 2
    ink = color("accent")
    painter.fillRect(rect.left(), rect.top(), rect.width(), width, ink)
    painter.fillRect(rect.left(), rect.bottom() - width + 1, rect.width(), width, ink)
    for at_end, offset in ((first, 0), (last, rect.width() - width)):
        if at_end:
            painter.fillRect(leading_rect(painter, QRectF(rect), offset, width).toRect(), ink)


def draw_shadow(painter: QPainter, rect: QRectF, radius: float, *, spread: int = 18) -> None:
    """Paint a soft shadow as nested translucent rounded rectangles; a blur effect costs far more."""
    strength = 0.55 if is_dark() else 0.16
    shade = QColor(color("shadow"))
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    for out in range(spread, 0, -1):
        shade.setAlphaF(strength * (1 - out / spread) ** 2 / spread * 2.6)
        painter.setBrush(shade)
        ring = rect.adjusted(-out, 5 - out, out, 5 + out)
        painter.drawRoundedRect(ring, radius + out, radius + out)
    painter.restore()

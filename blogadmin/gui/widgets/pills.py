"""Small painted marks as widgets: icons, status and role pills, key caps, avatars.

Nothing here takes focus; each has an accessible name, so a screen reader says what the eye sees.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRectF, QSize
from PySide6.QtGui import QKeySequence, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from blogadmin.gui.theme import (
    GLYPH_SIZE,
    ICON_SIZE,
    ROLE,
    SPACE_S,
    STATUS,
    color,
    draw_avatar,
    draw_elided,
    draw_icon,
    draw_key_caps,
    draw_pill,
    draw_status_glyph,
    font,
    key_caps_size,
    leading_rect,
    metrics,
    pill_size,
)

_MAC_MODIFIERS = "⌃⌥⇧⌘"


class Mark(QWidget):
    """Base of the marks: as large as what it paints, repainted when theme or font change."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def extent(self) -> QSize:
        """The size of the mark in device-independent pixels."""
        return QSize(ICON_SIZE, ICON_SIZE)

    def draw(self, painter: QPainter, rect: QRectF) -> None:
        """Paint the mark; the painter already has the layout direction."""

    def _changed(self) -> None:
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return self.extent()

    def minimumSizeHint(self) -> QSize:
        return self.extent()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.FontChange):
            self._changed()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setLayoutDirection(self.layoutDirection())
        self.draw(painter, QRectF(self.rect()))
        painter.end()


class IconMark(Mark):
    """An icon that only shows something; `side` in device-independent pixels."""

    def __init__(
        self, name: str, tone: str = "text2", side: int = ICON_SIZE, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._name, self._tone, self._side = name, tone, side

    def set_icon(self, name: str, tone: str = "") -> None:
        """Show another icon, in another tone if one is given."""
        self._name, self._tone = name, tone or self._tone
        self.update()

    @property
    def icon_name(self) -> str:
        """The name of the icon that shows now."""
        return self._name

    def extent(self) -> QSize:
        return QSize(self._side, self._side)

    def draw(self, painter: QPainter, rect: QRectF) -> None:
        draw_icon(painter, self._name, rect, color(self._tone if self.isEnabled() else "disabled"))


class StatusPill(Mark):
    """A state as a soft badge with its glyph and its word. Raises KeyError for an unknown one."""

    def __init__(self, status: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.set_status(status)

    def set_status(self, status: str) -> None:
        """Show another state. Raises KeyError for an unknown one."""
        self._look = STATUS[status]
        self.setAccessibleName(self._look.label)
        self._changed()

    def extent(self) -> QSize:
        return pill_size(self._look.label, marked=True).toSize()

    def draw(self, painter: QPainter, rect: QRectF) -> None:
        look = self._look
        draw_pill(painter, rect, look.label, look.ink_token, look.soft_token, shape=look.shape)


class StatusGlyph(Mark):
    """The glyph of a state alone, where the word stands beside it. KeyError for an unknown state."""

    def __init__(self, status: str, ground: str = "surface", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ground = ground
        self.set_status(status)

    def set_status(self, status: str) -> None:
        """Show another state. Raises KeyError for an unknown one."""
        self._look = STATUS[status]
        self.setAccessibleName(self._look.label)
        self.update()

    def extent(self) -> QSize:
        return QSize(GLYPH_SIZE, GLYPH_SIZE)

    def draw(self, painter: QPainter, rect: QRectF) -> None:
        look = self._look
        draw_status_glyph(painter, look.shape, rect, color(look.ink_token), color(self._ground))


class RolePill(Mark):
    """A role as a badge with icon and word; only Admin has the accent. KeyError if unknown."""

    def __init__(self, role: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.set_role(role)

    def set_role(self, role: str) -> None:
        """Show another role. Raises KeyError for an unknown one."""
        self._role, self._look = role, ROLE[role]
        self.setAccessibleName(self._look.label)
        self._changed()

    def extent(self) -> QSize:
        return pill_size(self._look.label, marked=True).toSize()

    def draw(self, painter: QPainter, rect: QRectF) -> None:
        strong = self._role == "admin"
        ink, soft = ("accent_ink", "accent_soft") if strong else ("text2", "surface")
        draw_pill(painter, rect, self._look.label, ink, soft, icon=self._look.icon, outline=not strong)


class Avatar(Mark):
    """A person's initials; a dashed ring says that the person is inactive."""

    def __init__(self, name: str = "", side: int = 40, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._side = side
        self.set_person(name)

    def set_person(self, name: str, *, inactive: bool = False) -> None:
        """Show another person."""
        self._name, self._inactive = name, inactive
        self.setAccessibleName(f"{name}, inactive" if inactive else name)
        self.update()

    def extent(self) -> QSize:
        return QSize(self._side, self._side)

    def draw(self, painter: QPainter, rect: QRectF) -> None:
        draw_avatar(painter, rect, self._name, inactive=self._inactive)


class KeyHint(Mark):
    """Key caps with the words of what they do: a reminder, not a button."""

    def __init__(
        self, keys: QKeySequence | str | Sequence[str], text: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        plain = isinstance(keys, QKeySequence | str)
        self._keys = key_names(keys) if plain else tuple(keys)
        self._text = text
        self.setAccessibleName(" ".join(part for part in ("+".join(self._keys), text) if part))

    def extent(self) -> QSize:
        caps = key_caps_size(self._keys)
        measured = metrics("caption")
        words = SPACE_S + measured.horizontalAdvance(self._text) + 1 if self._text else 0
        return QSize(round(caps.width()) + words + 1, max(round(caps.height()), measured.height()) + 2)

    def draw(self, painter: QPainter, rect: QRectF) -> None:
        taken = draw_key_caps(painter, rect, self._keys)
        if self._text:
            offset = taken + SPACE_S
            painter.setFont(font("caption"))
            painter.setPen(color("text2"))
            draw_elided(painter, leading_rect(painter, rect, offset, rect.width() - offset), self._text)


def key_names(keys: QKeySequence | str) -> tuple[str, ...]:
    """The caps of a shortcut as this platform writes them: ("Ctrl", "K"), or ("⌘", "K")."""
    text = QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)
    first_chord = text.split(", ")[0]
    names: list[str] = []
    while first_chord[:1] and first_chord[0] in _MAC_MODIFIERS:
        names.append(first_chord[0])
        first_chord = first_chord[1:]
    # A chord with the plus key ends in two plus signs: the separator and the key.
    head, plus_key = (first_chord[:-1], ["+"]) if first_chord.endswith("+") else (first_chord, [])
    names += [part for part in head.split("+") if part] + plus_key
    return tuple("Enter" if name == "Return" else name for name in names)

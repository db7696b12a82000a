"""Buttons of the few kinds that the program has, each with a name that tests and scripts can find."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QPushButton, QToolButton, QWidget

from blogadmin.gui.theme import ICON_SIZE, control_height, set_variant
from blogadmin.gui.theme import icon as themed_icon

_TONES = {"primary": "on_accent", "danger": "bad", "link": "accent_ink"}
# The style sheet knows no gap between icon and text: the icon draws itself centred in wider room.
_ICON_WITH_GAP = QSize(ICON_SIZE + 5, ICON_SIZE)


def primary_button(
    text: str, name: str, icon: str | None = None, parent: QWidget | None = None
) -> QPushButton:
    """The one button of a window that does what the window is for."""
    return _button("primary", text, name, icon, parent)


def plain_button(text: str, name: str, icon: str | None = None, parent: QWidget | None = None) -> QPushButton:
    """A button of no special weight."""
    return _button("plain", text, name, icon, parent)


def danger_button(
    text: str, name: str, icon: str | None = None, parent: QWidget | None = None
) -> QPushButton:
    """A button that destroys something."""
    return _button("danger", text, name, icon, parent)


def ghost_button(text: str, name: str, icon: str | None = None, parent: QWidget | None = None) -> QPushButton:
    """A button without a frame, for bars."""
    return _button("ghost", text, name, icon, parent)


def link_button(text: str, name: str, icon: str | None = None, parent: QWidget | None = None) -> QPushButton:
    """A button that looks like a link, for a way out inside a sentence or a bar."""
    return _button("link", text, name, icon, parent)


def tool_button(icon: str, tip: str, name: str, parent: QWidget | None = None) -> QToolButton:
    """A button with an icon only. `tip` is what it says on hover and to a screen reader."""
    button = _IconButton(parent)
    button.setIcon(themed_icon(icon, "text2"))
    button.setIconSize(QSize(ICON_SIZE, ICON_SIZE))
    button.setToolTip(tip)
    _name(button, name, tip)
    return button


class _IconButton(QToolButton):
    """A square as high as every other control, so that a row of both has one height."""

    def sizeHint(self) -> QSize:
        return QSize(control_height(), control_height())

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()


def _button(kind: str, text: str, name: str, icon_name: str | None, parent: QWidget | None) -> QPushButton:
    button = QPushButton(text, parent)
    # Only a dialog decides what Enter does; a button that happens to come first must not.
    button.setAutoDefault(False)
    set_variant(button, kind=kind)
    if icon_name:
        button.setIcon(themed_icon(icon_name, _TONES.get(kind, "text2")))
        button.setIconSize(_ICON_WITH_GAP if text else QSize(ICON_SIZE, ICON_SIZE))
    _name(button, name, text.replace("&", ""))
    return button


def _name(button: QPushButton | QToolButton, name: str, words: str) -> None:
    button.setObjectName(name)
    button.setAccessibleName(words)
    # A mouse click then leaves no focus ring, while Tab still reaches the button.
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)

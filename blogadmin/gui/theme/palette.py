"""Turns a colour table into the palette that Qt's own widgets paint with."""

from collections.abc import Mapping
from typing import Final

from PySide6.QtGui import QColor, QPalette

_Role = QPalette.ColorRole

_TOKENS: Final[Mapping[QPalette.ColorRole, str]] = {
    _Role.Window: "bg",
    _Role.WindowText: "text",
    _Role.Base: "surface",
    _Role.AlternateBase: "sunken",
    _Role.Text: "text",
    _Role.Button: "raised",
    _Role.ButtonText: "text",
    _Role.BrightText: "bad",
    # A soft selection keeps badges and coloured words legible.
    _Role.Highlight: "seltext",
    _Role.HighlightedText: "text",
    _Role.Accent: "accent",
    _Role.Link: "accent_ink",
    _Role.LinkVisited: "note",
    _Role.PlaceholderText: "text3",
    _Role.ToolTipBase: "toast",
    _Role.ToolTipText: "on_toast",
    _Role.Light: "raised",
    _Role.Midlight: "line",
    _Role.Mid: "control",
    _Role.Dark: "control",
    _Role.Shadow: "shadow",
}
_DISABLED: Final = (_Role.Text, _Role.WindowText, _Role.ButtonText, _Role.HighlightedText)


def build_palette(table: Mapping[str, str]) -> QPalette:
    """The palette of a colour table, with the disabled roles set explicitly."""
    palette = QPalette()
    for role, token in _TOKENS.items():
        palette.setColor(role, QColor(table[token]))
    for role in _DISABLED:
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(table["disabled"]))
    palette.setColor(QPalette.ColorGroup.Disabled, _Role.Base, QColor(table["sunken"]))
    palette.setColor(QPalette.ColorGroup.Disabled, _Role.Highlight, QColor(table["line"]))
    return palette

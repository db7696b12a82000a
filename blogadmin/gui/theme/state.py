"""Which colour table is in force, and the signal that tells of a change."""

from collections.abc import Mapping
from enum import StrEnum

import shiboken6
from PySide6.QtCore import QCoreApplication, QObject, QRect, Signal, SignalInstance
from PySide6.QtGui import QBrush, QColor, QGuiApplication, QPainter, QPalette

from blogadmin.gui.theme.tokens import DARK, LIGHT, PROFILE_COLOURS

_MIDDLE = 128
"""Lightness of a ground below which it is dark."""


class Mode(StrEnum):
    """What the person chose. `SYSTEM` follows the desktop, also while the program runs."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class ThemeSignals(QObject):
    """Carries `changed`, which is emitted after each switch, when all colours are in force."""

    changed = Signal()


class _State:
    """The process has one look at a time, as it has one QApplication."""

    def __init__(self) -> None:
        self.table: Mapping[str, str] = LIGHT
        self.dark = False
        self.strong = False
        self.colors: dict[str, QColor] = {}
        self.brushes: dict[str, QBrush] = {}
        self.signals: ThemeSignals | None = None


_state = _State()


def theme_signals() -> ThemeSignals:
    """The one object with the signal `changed`; it lives as long as the application does."""
    signals = _state.signals
    if signals is None or not shiboken6.isValid(signals):
        signals = _state.signals = ThemeSignals(QCoreApplication.instance())
    return signals


def theme_changed() -> SignalInstance:
    """Short for `theme_signals().changed`."""
    return theme_signals().changed


def is_dark() -> bool:
    """Whether the dark table is in force."""
    return _state.dark


def is_high_contrast() -> bool:
    """Whether the system asks for more contrast: soft fills then need a border in the ink."""
    return _state.strong


def color(token: str) -> QColor:
    """The colour of a token in the theme in force.

    The same object is handed out until the theme changes: copy it before changing it, and do not
    keep it across a switch. Raises KeyError for a token that does not exist.
    """
    found = _state.colors.get(token)
    if found is None:
        found = _state.colors[token] = QColor(_state.table[token])
    return found


def fill(painter: QPainter, rect: QRect, token: str) -> None:
    """Fill a rectangle with a colour, as `fillRect` does, and without having the names of `Qt` made."""
    brush = _state.brushes.get(token)
    if brush is None:
        # A brush made of a colour would need them as well.
        palette = QGuiApplication.palette()
        palette.setColor(QPalette.ColorRole.Base, color(token))
        brush = _state.brushes[token] = palette.brush(QPalette.ColorRole.Base)
    painter.setBackground(brush)
    painter.eraseRect(rect)


def profile_color(name: str) -> QColor:
    """The colour of a connection profile (`red`, `amber`, …); words upon it are white.

    Raises KeyError for a name that does not exist.
    """
    return QColor(PROFILE_COLOURS[name][_state.dark])


def begin_theme(mode: Mode) -> None:
    """Put the colours of a theme in force before anything else of it: a frame can be painted with them.

    Told from the palette whether the desktop is dark. Qt's own words for it would have all names of the
    namespace `Qt` made first, which takes as long as the frame may; `apply_theme` asks them soon after.
    """
    dark = mode is Mode.DARK
    if mode is Mode.SYSTEM:
        dark = QGuiApplication.palette().window().color().lightness() < _MIDDLE
    use_table(DARK if dark else LIGHT, dark=dark, strong=False)


def use_table(table: Mapping[str, str], *, dark: bool, strong: bool) -> None:
    """Put a colour table in force. Only `apply_theme`, which also repaints, and `begin_theme` call this."""
    _state.table, _state.dark, _state.strong = table, dark, strong
    _state.colors, _state.brushes = {}, {}


def table_in_force() -> Mapping[str, str]:
    """The colour table in force, by token, as `#RRGGBB`."""
    return _state.table

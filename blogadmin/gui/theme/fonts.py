"""Type scale and sizes. Everything is a factor of the system's own user interface font."""

from enum import StrEnum
from typing import Final, NamedTuple

from PySide6.QtGui import QFont, QFontInfo, QFontMetrics
from PySide6.QtWidgets import QApplication

SPACE_XXS: Final = 2
SPACE_XS: Final = 4
SPACE_S: Final = 6
SPACE_M: Final = 8
SPACE_L: Final = 12
SPACE_XL: Final = 16
SPACE_XXL: Final = 24
MARGIN: Final = 20
"""Leading and trailing margin of a page, and of the text in the first column of a table."""
CELL_PADDING: Final = 12
ICON_GAP: Final = 7
RADIUS: Final = 6
RADIUS_SMALL: Final = 4
RADIUS_BADGE: Final = 5
RADIUS_CARD: Final = 8
ICON_SIZE: Final = 16
ICON_SMALL: Final = 12
ICON_LARGE: Final = 40
GLYPH_SIZE: Final = 14


class Density(StrEnum):
    """How tall the rows of tables and lists are; fields and buttons do not change."""

    COMFORTABLE = "comfortable"
    COMPACT = "compact"


class _Role(NamedTuple):
    factor: float
    weight: QFont.Weight | None = None
    mono: bool = False


_ROLES: Final[dict[str, _Role]] = {
    "number": _Role(1.9, QFont.Weight.DemiBold),
    "page_title": _Role(1.45, QFont.Weight.DemiBold),
    "dialog_title": _Role(1.15, QFont.Weight.DemiBold),
    "body": _Role(1.0),
    "reading": _Role(1.05),
    "caption": _Role(0.88),
    "key": _Role(0.84, QFont.Weight.Medium),
    "mono": _Role(0.96, mono=True),
}

_TABULAR: Final = QFont.Tag.fromString("tnum")
# Plain keys: asking the application font for its own key costs more than the cache saves.
_fonts: dict[tuple[str, QFont.Weight | None, bool, bool], QFont] = {}
_metrics: dict[tuple[str, QFont.Weight | None, bool, bool], QFontMetrics] = {}


def font(
    role: str = "body",
    *,
    weight: QFont.Weight | None = None,
    tabular: bool = False,
    mono: bool = False,
) -> QFont:
    """The font of a role: number, page_title, dialog_title, body, reading, caption, key or mono.

    `tabular` gives figures of one width, for columns of numbers. The object is shared: copy it
    before changing it. Raises KeyError for an unknown role.
    """
    key = (role, weight, tabular, mono)
    found = _fonts.get(key)
    if found is None:
        found = _fonts[key] = _make_font(_ROLES[role], weight, tabular, mono)
    return found


def metrics(
    role: str = "body",
    *,
    weight: QFont.Weight | None = None,
    tabular: bool = False,
    mono: bool = False,
) -> QFontMetrics:
    """The metrics of exactly the font that `font` gives for the same arguments."""
    key = (role, weight, tabular, mono)
    found = _metrics.get(key)
    if found is None:
        found = _metrics[key] = QFontMetrics(font(role, weight=weight, tabular=tabular, mono=mono))
    return found


def _make_font(role: _Role, weight: QFont.Weight | None, tabular: bool, mono: bool) -> QFont:
    base = QApplication.font()
    fixed = mono or role.mono
    made = _fixed_font() if fixed else QFont(base)
    # QFontInfo, because a base font that was set in pixels has no point size of its own.
    made.setPointSizeF(QFontInfo(base).pointSizeF() * role.factor)
    chosen = weight or role.weight
    if chosen is not None:
        made.setWeight(chosen)
    if tabular:
        made.setFeature(_TABULAR, 1)
    return made


def _fixed_font() -> QFont:
    # Not at the top: nothing that is painted first needs it.
    from PySide6.QtGui import QFontDatabase

    return QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)


def forget_fonts() -> None:
    """Drop what is cached; called when the application's font changes."""
    _fonts.clear()
    _metrics.clear()


def control_height() -> int:
    """Height of buttons, fields and table headers, in device-independent pixels; always even."""
    return (metrics().height() + 13) // 2 * 2


def row_height(density: Density = Density.COMFORTABLE) -> int:
    """Height of a row of a table or list, in device-independent pixels; always even."""
    extra = 9 if density is Density.COMPACT else 17
    return (metrics().height() + extra) // 2 * 2

"""Puts a look in force: style, palette and the program's only style sheet.

No other module calls `setStyleSheet`. Widgets choose a variant by dynamic property.
"""

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessibilityHints, QFont
from PySide6.QtWidgets import QApplication, QWidget

from blogadmin.gui.theme.fonts import forget_fonts
from blogadmin.gui.theme.palette import build_palette
from blogadmin.gui.theme.state import Mode, theme_signals, use_table
from blogadmin.gui.theme.stylesheet import build_style_sheet
from blogadmin.gui.theme.tokens import DARK, LIGHT, high_contrast

_SCHEMES: Final = {
    Mode.SYSTEM: Qt.ColorScheme.Unknown,
    Mode.LIGHT: Qt.ColorScheme.Light,
    Mode.DARK: Qt.ColorScheme.Dark,
}
_MODE_PROPERTY: Final = "blogadminThemeMode"


def apply_theme(app: QApplication, mode: Mode = Mode.SYSTEM) -> None:
    """Show the whole program in a theme, now and at any later time.

    With `Mode.SYSTEM` it follows the desktop from then on. The first call also chooses the style
    and starts listening for changes of contrast and of the user interface font.
    """
    first = app.property(_MODE_PROPERTY) is None
    app.setProperty(_MODE_PROPERTY, mode.value)
    if first:
        app.setStyle("Fusion")
    # Native parts, such as the title bar, follow this hint and not the palette.
    app.styleHints().setColorScheme(_SCHEMES[mode])
    _show(app, mode)
    if first:
        _listen(app)


def mode_in_force(app: QApplication) -> Mode:
    """What was asked for last; `Mode.SYSTEM` before the first `apply_theme`."""
    return Mode(app.property(_MODE_PROPERTY) or Mode.SYSTEM)


def set_variant(widget: QWidget, **properties: object) -> None:
    """Set dynamic properties (`kind`, `err`, `tone`, …) and let the style look at them again."""
    changed = False
    for name, value in properties.items():
        if widget.property(name) != value:
            widget.setProperty(name, value)
            changed = True
    if changed:
        style = widget.style()
        style.unpolish(widget)
        style.polish(widget)
        widget.update()


def animations_wanted(widget: QWidget) -> bool:
    """Whether the person's style allows motion at all."""
    hint = widget.style().StyleHint.SH_Widget_Animation_Duration
    return widget.style().styleHint(hint, None, widget) > 0


def _show(app: QApplication, mode: Mode) -> None:
    dark = mode is Mode.DARK or (mode is Mode.SYSTEM and _system_is_dark(app))
    strong = _system_wants_contrast(app)
    table = DARK if dark else LIGHT
    if strong:
        table = high_contrast(table)
    use_table(table, dark=dark, strong=strong)
    app.setPalette(build_palette(table))
    app.setStyleSheet(build_style_sheet(table, dark=dark, strong=strong))
    theme_signals().changed.emit()


def _system_is_dark(app: QApplication) -> bool:
    return app.styleHints().colorScheme() == Qt.ColorScheme.Dark


def _system_wants_contrast(app: QApplication) -> bool:
    # A name for the hints, because the binding ends their child together with a nameless wrapper.
    hints = app.styleHints()
    preference = hints.accessibility().contrastPreference()
    return preference == Qt.ContrastPreference.HighContrast


def _listen(app: QApplication) -> None:
    def follow_scheme() -> None:
        if mode_in_force(app) is Mode.SYSTEM:
            _show(app, Mode.SYSTEM)

    def follow_contrast() -> None:
        _show(app, mode_in_force(app))

    def follow_font(_: QFont) -> None:
        forget_fonts()
        _show(app, mode_in_force(app))

    hints = app.styleHints()
    accessibility: QAccessibilityHints = hints.accessibility()
    hints.colorSchemeChanged.connect(follow_scheme)
    accessibility.contrastPreferenceChanged.connect(follow_contrast)
    app.fontChanged.connect(follow_font)

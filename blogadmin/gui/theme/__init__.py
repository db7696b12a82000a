"""The look: colours, type, icons and small painters, and the switch that puts a theme in force.

Its modules load when a name of theirs is first used: the frame of the window is painted with two of them.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from blogadmin.gui.theme.apply import (
        animations_wanted,
        apply_theme,
        mode_in_force,
        set_variant,
    )
    from blogadmin.gui.theme.drawings import draw_icon
    from blogadmin.gui.theme.fonts import (
        CELL_PADDING,
        GLYPH_SIZE,
        ICON_GAP,
        ICON_LARGE,
        ICON_SIZE,
        ICON_SMALL,
        MARGIN,
        RADIUS,
        RADIUS_BADGE,
        RADIUS_CARD,
        RADIUS_SMALL,
        SPACE_L,
        SPACE_M,
        SPACE_S,
        SPACE_XL,
        SPACE_XS,
        SPACE_XXL,
        SPACE_XXS,
        Density,
        control_height,
        font,
        metrics,
        row_height,
    )
    from blogadmin.gui.theme.glyphs import draw_status_glyph
    from blogadmin.gui.theme.icons import application_icon, icon
    from blogadmin.gui.theme.paint import (
        draw_avatar,
        draw_check,
        draw_disc,
        draw_elided,
        draw_focus_ring,
        draw_key_caps,
        draw_pill,
        draw_shadow,
        key_caps_size,
        leading_rect,
        pill_size,
    )
    from blogadmin.gui.theme.people import initials, initials_pixels
    from blogadmin.gui.theme.stamps import Stamps
    from blogadmin.gui.theme.state import (
        Mode,
        begin_theme,
        color,
        fill,
        is_dark,
        is_high_contrast,
        profile_color,
        theme_changed,
        theme_signals,
    )
    from blogadmin.gui.theme.tokens import PROFILE_COLOURS, contrast
    from blogadmin.gui.theme.vocabulary import ROLE, STATUS, RoleLook, StatusLook

__all__ = [
    "CELL_PADDING",
    "GLYPH_SIZE",
    "ICON_GAP",
    "ICON_LARGE",
    "ICON_SIZE",
    "ICON_SMALL",
    "MARGIN",
    "PROFILE_COLOURS",
    "RADIUS",
    "RADIUS_BADGE",
    "RADIUS_CARD",
    "RADIUS_SMALL",
    "ROLE",
    "SPACE_L",
    "SPACE_M",
    "SPACE_S",
    "SPACE_XL",
    "SPACE_XS",
    "SPACE_XXL",
    "SPACE_XXS",
    "STATUS",
    "Density",
    "Mode",
    "RoleLook",
    "Stamps",
    "StatusLook",
    "animations_wanted",
    "application_icon",
    "apply_theme",
    "begin_theme",
    "color",
    "contrast",
    "control_height",
    "draw_avatar",
    "draw_check",
    "draw_disc",
    "draw_elided",
    "draw_focus_ring",
    "draw_icon",
    "draw_key_caps",
    "draw_pill",
    "draw_shadow",
    "draw_status_glyph",
    "fill",
    "font",
    "icon",
    "initials",
    "initials_pixels",
    "is_dark",
    "is_high_contrast",
    "key_caps_size",
    "leading_rect",
    "metrics",
    "mode_in_force",
    "pill_size",
    "profile_color",
    "row_height",
    "set_variant",
    "theme_changed",
    "theme_signals",
]

_HOMES: Final = {
    "apply": (
        "animations_wanted",
        "apply_theme",
        "mode_in_force",
        "set_variant",
    ),
    "drawings": ("draw_icon",),
    "fonts": (
        "CELL_PADDING",
        "GLYPH_SIZE",
        "ICON_GAP",
        "ICON_LARGE",
        "ICON_SIZE",
        "ICON_SMALL",
        "MARGIN",
        "RADIUS",
        "RADIUS_BADGE",
        "RADIUS_CARD",
        "RADIUS_SMALL",
        "SPACE_L",
        "SPACE_M",
        "SPACE_S",
        "SPACE_XL",
        "SPACE_XS",
        "SPACE_XXL",
        "SPACE_XXS",
        "Density",
        "control_height",
        "font",
        "metrics",
        "row_height",
    ),
    "glyphs": ("draw_status_glyph",),
    "icons": (
        "application_icon",
        "icon",
    ),
    "people": (
        "initials",
        "initials_pixels",
    ),
    "paint": (
        "draw_avatar",
        "draw_check",
        "draw_disc",
        "draw_elided",
        "draw_focus_ring",
        "draw_key_caps",
        "draw_pill",
        "draw_shadow",
        "key_caps_size",
        "leading_rect",
        "pill_size",
    ),
    "stamps": ("Stamps",),
    "state": (
        "Mode",
        "begin_theme",
        "color",
        "fill",
        "is_dark",
        "is_high_contrast",
        "profile_color",
        "theme_changed",
        "theme_signals",
    ),
    "tokens": (
        "PROFILE_COLOURS",
        "contrast",
    ),
    "vocabulary": (
        "ROLE",
        "STATUS",
        "RoleLook",
        "StatusLook",
    ),
}
_HOME_OF: Final = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = globals()[name] = getattr(import_module(f"{__name__}.{_HOME_OF[name]}"), name)
    return found

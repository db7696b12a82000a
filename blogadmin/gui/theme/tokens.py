"""The colour tables, and the arithmetic that proves that they can be read.

A token names a use ("text on a soft accent"), never a hue. Both tables have the same keys. Nothing
outside this module spells a colour.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

LIGHT: Final[Mapping[str, str]] = MappingProxyType(
    {
        "bg": "#F3F4F7",
        "surface": "#FFFFFF",
        "raised": "#FFFFFF",
        "sunken": "#F7F8FA",
        "hover": "#EFF1F5",
        "press": "#E4E7ED",
        "line": "#E2E5EB",
        "control": "#7F8797",
        "text": "#191C23",
        "text2": "#525A69",
        "text3": "#626977",
        "disabled": "#9BA2AF",
        "accent": "#2A5BD7",
        "accent_hover": "#2149B4",
        "on_accent": "#FFFFFF",
        "accent_soft": "#E5ECFC",
        "accent_ink": "#1E49B0",
        "seltext": "#BFD2FB",
        "ok": "#1B7445",
        "ok_soft": "#E1F3E8",
        "warn": "#8A5300",
        "warn_soft": "#FBEFD6",
        "bad": "#B3241A",
        "bad_soft": "#FDE8E5",
        "note": "#6B3FB8",
        "note_soft": "#F0E9FB",
        "mute": "#525A69",
        "mute_soft": "#EBEDF2",
        "add": "#DDF4E4",
        "rem": "#FCE3E0",
        "toast": "#23272F",
        "on_toast": "#FFFFFF",
        "toast_ink": "#A9C3FF",
        "key_line": "#C9CDD6",
        "shadow": "#101828",
        "bar2": "#7391DE",
    }
)

DARK: Final[Mapping[str, str]] = MappingProxyType(
    {
        "bg": "#15171C",
        "surface": "#1B1E24",
        "raised": "#252932",
        "sunken": "#181A20",
        "hover": "#252932",
        "press": "#2F3440",
        "line": "#2D323C",
        "control": "#757D8D",
        "text": "#E6E8ED",
        "text2": "#A9B0BD",
        "text3": "#949CAA",
        "disabled": "#5F6775",
        "accent": "#7EA4FF",
        "accent_hover": "#9CB9FF",
        "on_accent": "#0B1838",
        "accent_soft": "#202F52",
        "accent_ink": "#A9C3FF",
        "seltext": "#34508F",
        "ok": "#6DCF99",
        "ok_soft": "#183526",
        "warn": "#EDB55B",
        "warn_soft": "#3A2D14",
        "bad": "#FF948A",
        "bad_soft": "#46211E",
        "note": "#C5A9FF",
        "note_soft": "#30264A",
        "mute": "#A9B0BD",
        "mute_soft": "#2B303A",
        "add": "#1A3A28",
        "rem": "#4A2320",
        "toast": "#3A404C",
        "on_toast": "#FFFFFF",
        "toast_ink": "#A9C3FF",
        "key_line": "#4E5461",
        "shadow": "#000000",
        "bar2": "#4F6DB8",
    }
)

PROFILE_COLOURS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "red": ("#B3241A", "#C43A30"),
        "amber": ("#8A5300", "#97600F"),
        "green": ("#1B7445", "#22824D"),
        "blue": ("#2A5BD7", "#3B6BE0"),
        "violet": ("#6B3FB8", "#7F55CB"),
        "grey": ("#525A69", "#666F7E"),
    }
)
"""Connection colours as (light, dark). Text upon them is white in both themes."""

_TEXT_GROUNDS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "text": ("surface", "bg", "accent_soft", "raised", "seltext", "add", "rem", "sunken"),
        "text2": ("surface", "bg", "accent_soft", "press", "sunken", "hover", "mute_soft"),
        "text3": ("surface", "bg", "accent_soft"),
        "accent_ink": ("surface", "bg", "accent_soft"),
        "on_accent": ("accent", "accent_hover"),
        "ok": ("surface", "ok_soft"),
        "warn": ("surface", "warn_soft"),
        "bad": ("surface", "bg", "bad_soft"),
        "note": ("surface", "note_soft"),
        "mute": ("surface", "mute_soft"),
        "on_toast": ("toast",),
        "toast_ink": ("toast",),
    }
)
_PART_GROUNDS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "control": ("surface", "bg", "accent_soft"),
        "accent": ("surface", "bg", "accent_soft"),
        "bar2": ("surface",),
    }
)
TEXT_CONTRAST: Final = 4.5
PART_CONTRAST: Final = 3.0

TEXT_PAIRS: Final = tuple((ink, on) for ink, grounds in _TEXT_GROUNDS.items() for on in grounds)
"""(ink, ground) tokens that carry words and so need `TEXT_CONTRAST`."""
PART_PAIRS: Final = tuple((ink, on) for ink, grounds in _PART_GROUNDS.items() for on in grounds)
"""(ink, ground) tokens of borders, marks and bars, which need `PART_CONTRAST`."""


def contrast(first: str, second: str) -> float:
    """The WCAG 2 contrast ratio of two colours written `#RRGGBB`: 1.0 to 21.0."""
    darker, lighter = sorted((_luminance(first), _luminance(second)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


def high_contrast(table: Mapping[str, str]) -> Mapping[str, str]:
    """The table for people who asked their system for more contrast.

    Hairlines become real borders, quiet words become full ones, and the soft fills of states go;
    painters then draw a border in the ink instead. The fill of a chosen row stays: without it a
    selection would be a 3 px bar.
    """
    stronger = dict(table)
    stronger["line"] = stronger["key_line"] = table["control"]
    for quiet in ("text2", "text3", "mute"):
        stronger[quiet] = table["text"]
    for state in ("ok", "warn", "bad", "note", "mute"):
        stronger[f"{state}_soft"] = table["surface"]
    return MappingProxyType(stronger)

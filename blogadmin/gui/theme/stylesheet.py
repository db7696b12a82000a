"""Fills the style sheet template with the colours and sizes in force."""

import atexit
import contextlib
import os
import shutil
import tempfile
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from string import Template
from typing import Final

import platformdirs
from PySide6.QtGui import QColor

from blogadmin.gui.theme.drawings import coloured_svg
from blogadmin.gui.theme.fonts import control_height
from blogadmin.paths import resources_dir

# What Qt paints from style sheets it can take from files only.
_IMAGES: Final[Mapping[str, tuple[str, str]]] = {
    "image_arrow_down": ("chevron-down", "text2"),
    "image_arrow_up": ("chevron-up", "text2"),
    "image_arrow_off": ("chevron-down", "disabled"),
    "image_tick": ("check", "on_accent"),
    "image_tick_off": ("check", "disabled"),
    "image_menu_tick": ("check", "accent_ink"),
    "image_submenu": ("chevron-right", "text2"),
}


def build_style_sheet(table: Mapping[str, str], *, dark: bool, strong: bool) -> str:
    """The style sheet of a colour table, for the application font in force.

    Writes the few images that it names into the person's cache folder. Raises KeyError where the
    template names something that does not exist.
    """
    text = (resources_dir() / "style" / "blogadmin.qss").read_text(encoding="utf-8")
    values = {**table, **_derived(table, dark), **_sizes(strong), **_image_urls(table)}
    return Template(text).substitute(values)


def _derived(table: Mapping[str, str], dark: bool) -> dict[str, str]:
    # On dark ground a raised button already has the colour of hover.
    return {
        "button_hover": table["press" if dark else "hover"],
        "button_press": table["toast" if dark else "press"],
    }


def _sizes(strong: bool) -> dict[str, str]:
    height = control_height()
    focus = 3 if strong else 2
    thicker = focus - 1
    sizes = {
        "control": height - 2,
        "control_focus": height - 2 * focus,
        "control_less": height - 6,
        "tab_height": height + 4,
        "focus": focus,
        "pad_button": 12,
        "pad_button_focus": 12 - thicker,
        "pad_field": 8,
        "pad_field_focus": 8 - thicker,
        "pad_text": 4,
        "pad_text_focus": max(0, 4 - thicker),
    }
    # "control" is a colour, too; sizes are told apart by their ending.
    return {f"{name}_px": f"{size}px" for name, size in sizes.items()}


def _image_urls(table: Mapping[str, str]) -> dict[str, str]:
    urls = {}
    for key, (name, token) in _IMAGES.items():
        svg = coloured_svg(name, QColor(table[token]))
        digest = sha256(svg.encode()).hexdigest()[:12]
        urls[key] = f'url("{_stored(f"{name}-{digest}.svg", svg).as_posix()}")'
    return urls


def _stored(name: str, svg: str) -> Path:
    """Write an image once; its name holds a digest, so one that exists is the right one."""
    for folder in (_cache_folder, _temporary_folder):
        with contextlib.suppress(OSError):
            path = folder() / name
            if not path.is_file():
                _write_whole(path, svg)
            return path
    return Path(name)


def _write_whole(path: Path, text: str) -> None:
    # Another instance of the program may read at this moment: never show it half a file.
    descriptor, unfinished = tempfile.mkstemp(dir=path.parent, prefix=".image-")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(text)
        Path(unfinished).replace(path)
    except OSError:
        Path(unfinished).unlink(missing_ok=True)
        raise


def _cache_folder() -> Path:
    folder = platformdirs.user_cache_path("blogadmin", appauthor=False) / "style"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@cache
def _temporary_folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="blogadmin-style-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder

"""Runs the program as its command line does, and looks at each window that it draws of itself.

Beside the pictures it writes what is wrong with the windows in them: widgets without a name, leaps of Tab,
and words about an earlier one that lie over it.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from PySide6.QtWidgets import QWidget

from blogadmin import cli
from blogadmin.gui.widgets.toast import Toast
from blogadmin.screenshots.studio import Scene, Studio
from tests.gui.walking import leaps, nameless_widgets

FOUND = "found.json"


def inspect(folder: Path) -> int:
    """Draw the pictures into ``folder``, and write beside it what was found; returns the exit code."""
    found: dict[str, dict[str, list[str]]] = {"nameless": {}, "leaps": {}, "leftovers": {}}
    draw = Studio.picture

    def look_and_draw(self: Studio, widget: QWidget, name: str) -> Scene:
        yield from draw(self, widget, name)
        found["nameless"][self.taken] = nameless_widgets()
        found["leaps"][self.taken] = leaps(widget)
        toasts = (toast for toast in widget.findChildren(Toast) if toast.isVisible())
        found["leftovers"][self.taken] = [toast.text() for toast in toasts]

    Studio.picture = look_and_draw
    code = cli.run(["--screenshot", str(folder)])
    (folder.parent / FOUND).write_text(json.dumps(found), encoding="utf-8")
    return code


if __name__ == "__main__":
    sys.exit(inspect(Path(sys.argv[1])))

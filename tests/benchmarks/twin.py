"""The limit of a repaint: the same cells in Qt's own model and view, in a process without Python in the way.

Run as a program it takes one line of JSON (a ``Look``), and for each further line repaints and answers with
the milliseconds that took. In a process of its own, because the program's style sheet would slow it down.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import asdict, dataclass

from tests.benchmarks.children import ROOT


@dataclass(frozen=True, slots=True)
class Look:
    """What the twin shows, and how large."""

    cells: list[list[str]]
    widths: list[int]
    row_height: int
    width: int
    height: int
    font: str
    left: int = 0


class Twin:
    """A running twin. ``repaint`` gives milliseconds; call ``close`` in the end."""

    def __init__(self, look: Look) -> None:
        command = [sys.executable, "-m", "tests.benchmarks.twin"]
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._ask(json.dumps(asdict(look)))

    def repaint(self) -> float:
        """Repaint everything once."""
        return self._ask("repaint")

    def close(self) -> None:
        """End the process."""
        self._process.communicate()

    def _ask(self, line: str) -> float:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        return float(self._process.stdout.readline())


def main() -> None:
    """Show the look of the first line, then repaint for each line that follows."""
    from PySide6.QtGui import QFont, QStandardItem, QStandardItemModel
    from PySide6.QtWidgets import QApplication, QTableView

    look = Look(**json.loads(sys.stdin.readline()))
    app = QApplication(sys.argv[:1])
    app.setStyle("Fusion")
    font = QFont()
    font.fromString(look.font)
    app.setFont(font)
    model = QStandardItemModel(len(look.cells), len(look.widths))
    for row, texts in enumerate(look.cells):
        for column, text in enumerate(texts):
            model.setItem(row, column, QStandardItem(text))
    view = QTableView()
    view.setModel(model)
    view.setWordWrap(False)
    view.verticalHeader().hide()
    view.verticalHeader().setDefaultSectionSize(look.row_height)
    for column, width in enumerate(look.widths):
        view.setColumnWidth(column, width)
    view.resize(look.width, look.height)
    view.move(look.left, 0)
    view.show()
    # A window that was never exposed does not paint, and repaints for nothing.
    while not view.windowHandle().isExposed():
        app.processEvents()
    for _ in range(5):
        view.viewport().repaint()
        app.processEvents()
    print(0.0, flush=True)
    for _line in sys.stdin:
        begin = time.perf_counter()
        view.viewport().repaint()
        print((time.perf_counter() - begin) * 1000, flush=True)
        app.processEvents()


if __name__ == "__main__":
    main()

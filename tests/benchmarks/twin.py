"""The limit of a repaint: the same cells in Qt's own model and view, in a process without Python in the way.

Run as a program it takes one line of JSON (a ``Look``), and answers each further line with milliseconds:
``repaint``, ``show`` with other texts, which are painted for the first time then, or ``paint`` with a number
of times and seconds. In a process of its own, because the program's style sheet would slow it down.
"""

from __future__ import annotations

import gc
import json
import subprocess
import sys
from dataclasses import asdict, dataclass

from PySide6.QtGui import QFont, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QApplication, QTableView

from tests.benchmarks.children import ROOT
from tests.benchmarks.harness import Heartbeat, pause, timed, turn, wait_for


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

    def show(self, cells: list[list[str]]) -> float:
        """Paint other texts in the same places; milliseconds of the paint alone."""
        return self._ask(f"show {json.dumps(cells)}")

    def worst_gap(self, paints: int, seconds: float) -> float:
        """Paint so often, evenly over so many seconds; the longest gap of a 5 ms heartbeat meanwhile."""
        return self._ask(f"paint {paints} {seconds}")

    def close(self) -> None:
        """End the process."""
        self._process.communicate()

    def _ask(self, line: str) -> float:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        return float(self._process.stdout.readline())


class _Shown:
    """The view of the twin's own process."""

    def __init__(self, look: Look) -> None:
        font = QFont()
        font.fromString(look.font)
        QApplication.setStyle("Fusion")
        QApplication.setFont(font)
        self._model = QStandardItemModel(0, len(look.widths))
        self._fill(look.cells)
        self._view = view = QTableView()
        view.setModel(self._model)
        view.setWordWrap(False)
        view.verticalHeader().hide()
        view.verticalHeader().setDefaultSectionSize(look.row_height)
        for column, width in enumerate(look.widths):
            view.setColumnWidth(column, width)
        view.resize(look.width, look.height)
        view.move(look.left, 0)
        view.show()
        # A window that was never exposed does not paint, and repaints for nothing.
        wait_for(view.windowHandle().isExposed)
        for _ in range(5):
            self._repaint()
            turn()

    def answer(self, asked: str, words: str) -> float:
        """Do what a line asks for; milliseconds."""
        if asked == "show":
            # No turn of the event loop in between: it would paint them.
            self._fill(json.loads(words))
        if asked == "paint":
            paints, seconds = words.split()
            return self._worst_gap(int(paints), float(seconds))
        return timed(self._repaint)

    def _repaint(self) -> None:
        self._view.viewport().repaint()

    def _fill(self, cells: list[list[str]]) -> None:
        self._model.setRowCount(len(cells))
        for row, texts in enumerate(cells):
            for column, text in enumerate(texts):
                self._model.setItem(row, column, QStandardItem(text))

    def _worst_gap(self, paints: int, seconds: float) -> float:
        heart = Heartbeat()
        with heart.running():
            for _ in range(paints):
                self._view.viewport().update()
                pause(seconds / paints)
        return heart.worst


def main() -> None:
    """Show the look of the first line, then do what each line says that follows."""
    # Looking for garbage would be Python's doing, and take fifty milliseconds now and then.
    gc.disable()
    look = Look(**json.loads(sys.stdin.readline()))
    # Kept: Qt's application ends with the last name for it.
    app = QApplication(sys.argv[:1])
    shown = _Shown(look)
    print(0.0, flush=True)
    for line in sys.stdin:
        asked, _space, words = line.strip().partition(" ")
        print(shown.answer(asked, words), flush=True)
        app.processEvents()


if __name__ == "__main__":
    main()

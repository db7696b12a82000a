"""Works in the real window for hours' worth of keys: ``python endurance.py URL FOLDER``.

Prints a line of JSON: resident memory in MB at a quarter, half and all of the steps. A step repaints or
alters something on the screen through the real widgets.
"""

from __future__ import annotations

import gc
import json
import sys
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QSettings, QTimer, Signal
from PySide6.QtWidgets import QApplication

from blogadmin import app
from blogadmin.gui.pages.page import ListPage
from blogadmin.gui.tables.list_model import State
from blogadmin.gui.theme import Density, Mode
from blogadmin.settings import Settings
from tests.benchmarks.harness import resident_mb

AT_ONCE = 100
"""Steps between two turns of the event loop."""


class Bell(QObject):
    """Rings with a text, for slots to take."""

    rung = Signal(str)


class Endurance(QObject):
    """Takes ``steps`` steps in the window, then quits with 0; with 1 when the lists never came."""

    def __init__(self, program: app.Program, steps: int) -> None:
        super().__init__(program.window)
        self._window = program.window
        self._tasks = program.services.tasks
        self._steps = steps
        self._done = 0
        self._dialogs = 0
        self._turns = 0
        self._seen: list[float] = []
        self._bell = Bell(self)
        self._bell.rung.connect(self._window.status_bar.set_message)
        self._clock = QTimer(self)
        self._clock.timeout.connect(self._turn)
        self._clock.start(0)

    def _turn(self) -> None:
        self._turns += 1
        if self._done == 0 and not all(self._listed(page) for page in self._window.pages):
            return
        if self._tasks.outstanding > 4:
            return
        for _ in range(AT_ONCE):
            self._step(self._done)
            self._done += 1
        self._rarely(self._done // AT_ONCE)
        if self._done in (self._steps // 4, self._steps // 2, self._steps):
            gc.collect()
            self._seen.append(round(resident_mb(), 1))
        if self._done >= self._steps:
            self._clock.stop()
            told = {"steps": self._done, "dialogs": self._dialogs, "memory": self._seen}
            sys.stdout.write(json.dumps(told) + "\n")
            QApplication.exit(0)

    def _step(self, number: int) -> None:
        page = self._window.pages[number % 2]
        kinds: tuple[Callable[[ListPage, int], None], ...] = (
            self._label,
            self._repaint_cell,
            self._scroll,
            self._select,
            self._type,
        )
        kinds[number % len(kinds)](page, number)

    def _label(self, page: ListPage, number: int) -> None:
        self._bell.rung.emit(f"Step {number:,}")
        page.bulk_bar.set_count(number % 7)

    @staticmethod
    def _repaint_cell(page: ListPage, number: int) -> None:
        place = page.model.index(number % max(1, page.model.rowCount()), number % page.model.columnCount())
        page.view.update(place)
        page.model.dataChanged.emit(place, place)

    @staticmethod
    def _scroll(page: ListPage, number: int) -> None:
        bar = page.view.verticalScrollBar()
        bar.setValue(number % (bar.maximum() + 1))

    @staticmethod
    def _select(page: ListPage, number: int) -> None:
        page.view.selectRow(number % max(1, page.model.rowCount()))

    @staticmethod
    def _type(page: ListPage, number: int) -> None:
        for dialog in page.open_dialogs():
            for field in dialog.form:
                if field.name in ("title", "name"):
                    field.widget.propose(f"Typed {number}")
        page.news.set_message(f"{number:,} new", "", "Reload", page.model.reload)

    def _rarely(self, turn: int) -> None:
        """What a person does now and then: another page, a dialog, a theme, other rows."""
        self._window.show_page(self._window.pages[turn % 2].noun.key)
        self._window.repaint()
        page = self._window.pages[turn % 2]
        page.view.viewport().repaint()
        if turn % 4 == 1:
            self._open(self._window.pages[turn // 4 % 2])
        elif turn % 4 == 3:
            for page in self._window.pages:
                for dialog in page.open_dialogs():
                    dialog.finish()
        if turn % 50 == 0:
            self._window.set_theme(Mode.DARK if turn % 100 else Mode.LIGHT)
            self._window.set_density(Density.COMPACT if turn % 100 else Density.COMFORTABLE)

    def _open(self, page: ListPage) -> None:
        row_id = page.model.id_at(page.view.currentIndex().row())
        if row_id is not None:
            page.open_row(row_id)
            self._dialogs += 1

    @staticmethod
    def _listed(page: ListPage) -> bool:
        return page.model.state is State.READY and page.model.row_count_exact and page.model.rowCount() > 0


def main(url: str, folder: str, steps: int = 20_000) -> int:
    """Open the window on ``url`` and work in it; what it remembers stays in ``folder``."""
    QSettings.setDefaultFormat(QSettings.Format.IniFormat)
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(Path(folder) / "settings"))
    qt = app.application(Mode.LIGHT)
    program = app.build(Settings(database_url=url))
    program.begin()
    endurance = Endurance(program, steps)
    QTimer.singleShot(150_000, endurance, lambda: QApplication.exit(1))
    try:
        return qt.exec()
    finally:
        program.close()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))

"""Types in the real program until it is killed: ``python -m tests.e2e.typist URL FOLDER ROW…``.

Each ROW is a post's id or ``new``. Into the text of each it types ``letters`` in turn, and prints after each
key the moment in nanoseconds of the monotonic clock, which row, and how many keys that row has had.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Iterator
from itertools import count

from PySide6.QtCore import QObject, QSettings, Qt, QTimer
from PySide6.QtTest import QTest

from blogadmin import app
from blogadmin.gui.dialogs.edit_dialog import EditDialog
from blogadmin.gui.dialogs.edit_state import Phase
from blogadmin.gui.tables.list_model import State
from blogadmin.gui.theme import Mode
from blogadmin.settings import Settings

FASTEST, SLOWEST = 5, 60
"""Milliseconds between two keys."""


def letters() -> Iterator[str]:
    """What is typed, without an end, and different at each place."""
    for number in count():
        yield from f"word{number} "


class Typist(QObject):
    """Opens the dialogs as soon as there are rows, and types on for ever."""

    def __init__(self, program: app.Program, rows: list[str]) -> None:
        super().__init__(program.window)
        self._window = program.window
        self._rows = rows
        self._dialogs: list[EditDialog] = []
        self._texts = [letters() for _ in rows]
        self._typed = [0 for _ in rows]
        self._turn = 0
        self._clock = QTimer(self, singleShot=True, interval=20)
        self._clock.timeout.connect(self._next)
        self._clock.start()

    def _next(self) -> None:
        if not self._dialogs:
            self._open()
        elif all(dialog.state.phase is Phase.READY for dialog in self._dialogs):
            self._type(self._turn % len(self._rows))
            self._turn += 1
        self._clock.start(random.randint(FASTEST, SLOWEST))

    def _open(self) -> None:
        page = self._window.current_page()
        if page is None or page.noun.key != "posts" or page.model.state is not State.READY:
            return
        for row in self._rows:
            if row == "new":
                page.verbs.all["newAction"].trigger()
            else:
                page.open_row(int(row))
        self._dialogs = page.open_dialogs()

    def _type(self, which: int) -> None:
        body = self._dialogs[which].form["body"].qt
        if not self._typed[which]:
            QTest.keyClick(body, Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier)
        QTest.keyClicks(body, next(self._texts[which]))
        self._typed[which] += 1
        sys.stdout.write(f"{time.monotonic_ns()} {self._rows[which]} {self._typed[which]}\n")
        sys.stdout.flush()


def main(url: str, folder: str, rows: list[str]) -> int:
    """Run until killed."""
    QSettings.setDefaultFormat(QSettings.Format.IniFormat)
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, folder)
    application = app.application(Mode.LIGHT)
    program = app.build(Settings(database_url=url))
    program.begin()
    typist = Typist(program, rows)
    try:
        return application.exec()
    finally:
        del typist
        program.close()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1], sys.argv[2], sys.argv[3:]))

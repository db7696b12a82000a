"""Draws every page and dialog on the sample blog to PNG files, light and dark.

The real window on a real private server, shown and photographed; for the README, for reviews, and for
anyone who wants to see what a change did to the look.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSettings, QTimer, Signal
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from blogadmin.gui.pages.page import ListPage
from blogadmin.gui.tables.list_model import State
from blogadmin.gui.theme import Mode, apply_theme

if TYPE_CHECKING:
    from blogadmin.app import Program
    from blogadmin.settings import Settings

Ready = Callable[[], bool]
POLL = 20
"""Milliseconds between two looks at whether a scene is ready."""
PATIENCE = 30_000
"""Milliseconds after which a scene that is not ready is a failure."""


def stage(settings: Settings) -> tuple[Settings, tempfile.TemporaryDirectory[str]]:
    """Settings for a server and a memory of their own, which go with the folder when it is closed."""
    folder = tempfile.TemporaryDirectory(prefix="blogadmin-screenshots-")
    QSettings.setDefaultFormat(QSettings.Format.IniFormat)
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, folder.name)
    return replace(settings, database_url=None, data_dir=Path(folder.name) / "data"), folder


class Director(QObject):
    """Goes from scene to scene; each waits for its own state, none for a time.

    Signals:
        finished: every picture is there (True), or a scene never became ready (False).
    """

    finished = Signal(bool)

    def __init__(self, program: Program, folder: Path) -> None:
        super().__init__(program.window)
        self._program = program
        self._window = program.window
        self._folder = folder
        self._scenes = self._all_scenes()
        self._ready: Ready = lambda: True
        self._waited = 0
        self._clock = QTimer(self)
        self._clock.setInterval(POLL)
        self._clock.timeout.connect(self._look)

    def begin(self) -> None:
        """Start; the pictures come one after the other."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._clock.start()

    def _look(self) -> None:
        self._waited += POLL
        if self._waited > PATIENCE:
            self._end(False)
            return
        if not self._ready():
            return
        self._waited = 0
        following = next(self._scenes, None)
        if following is None:
            self._end(True)
        else:
            self._ready = following

    def _end(self, complete: bool) -> None:
        self._clock.stop()
        self.finished.emit(complete)

    # The scenes

    def _all_scenes(self) -> Iterator[Ready]:
        yield lambda: self._window.findChild(QWidget, "welcomePage") is not None
        welcome = self._child("welcomePage")
        for mode in (Mode.LIGHT, Mode.DARK):
            yield from self._picture(self._window, "welcome", mode)
        welcome.sample_chosen.emit()  # pyright: ignore[reportAttributeAccessIssue]
        for page in self._window.pages:
            yield lambda page=page: self._listed(page)
        for mode in (Mode.LIGHT, Mode.DARK):
            yield from self._pages(mode)
            yield from self._dialogs(mode)
            yield from self._small_dialogs(mode)

    def _pages(self, mode: Mode) -> Iterator[Ready]:
        for page in self._window.pages:
            self._window.show_page(page.noun.key)
            page.view.clear_selection()
            yield from self._picture(self._window, page.noun.key, mode)
        page = self._window.pages[0]
        self._window.show_page(page.noun.key)
        page.view.selectRow(2)
        yield from self._picture(self._window, f"{page.noun.key}-selected", mode)
        page.search.setText("no such words")
        yield lambda: page.model.state is State.READY and page.model.rowCount() == 0
        yield from self._picture(self._window, "nothing-found", mode)
        page.search.clear_and_search()
        yield lambda: self._listed(page)

    def _dialogs(self, mode: Mode) -> Iterator[Ready]:
        for page in self._window.pages:
            if page.noun.dialog is None:
                continue
            self._window.show_page(page.noun.key)
            row_id = page.model.id_at(3)
            if row_id is not None:
                page.open_row(row_id)
                dialog = page.open_dialogs()[0]
                yield lambda dialog=dialog: dialog.state.id is not None and dialog.content.isEnabled()
                yield from self._picture(dialog, f"{page.noun.singular}-dialog", mode)
                dialog.finish()
            page.verbs.all["newAction"].trigger()
            dialog = page.open_dialogs()[0]
            dialog.save()
            yield from self._picture(dialog, f"new-{page.noun.singular}-incomplete", mode)
            dialog.finish()

    def _small_dialogs(self, mode: Mode) -> Iterator[Ready]:
        for page in self._window.pages:
            if page.noun.can_delete:
                self._window.show_page(page.noun.key)
                page.view.selectRow(1)
                page.verbs.all["deleteAction"].trigger()
                yield from self._dialog("deleteDialog", f"delete-{page.noun.singular}", mode)
                page.view.clear_selection()
        self._window.server_wanted.emit()
        yield from self._dialog("connectDialog", "connect", mode)
        self._window.show_shortcuts()
        yield from self._dialog("shortcutsDialog", "shortcuts", mode)
        self._window.show_about()
        yield from self._dialog("aboutDialog", "about", mode)

    def _dialog(self, name: str, file: str, mode: Mode) -> Iterator[Ready]:
        yield lambda: self._visible(name) is not None
        dialog = self._visible(name)
        if dialog is not None:
            yield lambda: self._program.services.tasks.outstanding == 0
            yield from self._picture(dialog, file, mode)
            dialog.reject()

    def _picture(self, widget: QWidget, name: str, mode: Mode) -> Iterator[Ready]:
        app = QApplication.instance()
        if isinstance(app, QApplication):
            apply_theme(app, mode)
        turns = iter(range(3))
        # Layouts settle and blocks of rows arrive over a few turns of the event loop.
        yield lambda: next(turns, None) is None and self._program.services.tasks.outstanding == 0
        widget.grab().save(str(self._folder / f"{name}-{mode.value}.png"))

    # Looking

    def _child(self, name: str) -> QWidget:
        child = self._window.findChild(QWidget, name)
        if child is None:
            raise LookupError(f"there is no {name}")
        return child

    @staticmethod
    def _visible(name: str) -> QDialog | None:
        tops = QApplication.topLevelWidgets()
        return next(
            (w for w in tops if isinstance(w, QDialog) and w.objectName() == name and w.isVisible()), None
        )

    @staticmethod
    def _listed(page: ListPage) -> bool:
        return page.model.state is State.READY and page.model.rowCount() > 0

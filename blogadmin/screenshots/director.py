"""Goes from scene to scene."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from blogadmin.gui.dialogs.welcome import WelcomePage
from blogadmin.gui.theme import Mode
from blogadmin.screenshots import dialogs, finding, pages, trouble
from blogadmin.screenshots.studio import Ready, Scene, Studio

if TYPE_CHECKING:
    from blogadmin.app import Program

log = logging.getLogger(__name__)
POLL = 20
"""Milliseconds between two looks at whether a scene is ready."""
PATIENCE = 30_000
"""Milliseconds after which a scene that is not ready is a failure."""


class Director(QObject):
    """Plays every scene in both themes; each waits for its own state, none for a time.

    Signals:
        finished: every picture is there (True), or a scene never became ready (False).
    """

    finished = Signal(bool)

    def __init__(self, program: Program, folder: Path) -> None:
        super().__init__(program.window)
        self._studio = Studio(program, folder)
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
            log.error("What comes after the picture %s was never ready", self._studio.taken or "(none)")
            self._end(False)
            return
        if not self._ready():
            return
        self._waited = 0
        try:
            self._ready = next(self._scenes)
        except StopIteration:
            self._end(True)
        except BaseException:
            # The handler of unexpected errors tells of it; what is left of the scenes cannot be played.
            self._end(False)
            raise

    def _end(self, complete: bool) -> None:
        self._clock.stop()
        self.finished.emit(complete)

    def _all_scenes(self) -> Scene:
        studio, window = self._studio, self._studio.window
        yield lambda: window.findChild(QWidget, "welcomePage") is not None
        welcome = studio.child(window, WelcomePage, "welcomePage")
        for studio.mode in (Mode.LIGHT, Mode.DARK):
            yield from studio.picture(window, "welcome")
        welcome.sample_chosen.emit()
        for page in window.pages:
            yield lambda page=page: studio.listed(page)
        # What changes rows comes last: both themes shall show the same lists.
        for scenes in (finding.scenes, pages.scenes, dialogs.scenes, dialogs.changing, trouble.scenes):
            for studio.mode in (Mode.LIGHT, Mode.DARK):
                yield from scenes(studio)

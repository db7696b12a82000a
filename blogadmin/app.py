"""Wiring only: settings, window, workers, and behind the window the way to a database."""

from __future__ import annotations

import faulthandler
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from blogadmin import __version__, log, paths
from blogadmin.connection import Connector
from blogadmin.gui.control import crash
from blogadmin.gui.control.controller import Controller
from blogadmin.gui.control.hub import ChangeHub
from blogadmin.gui.control.messages import Messages
from blogadmin.gui.control.services import Services
from blogadmin.gui.control.tasks import Tasks
from blogadmin.gui.control.undo import UndoHistory
from blogadmin.gui.pages.main_window import MainWindow
from blogadmin.gui.pages.remembered import Remembered
from blogadmin.gui.pages.start import Start
from blogadmin.gui.theme import Mode, application_icon, apply_theme

if TYPE_CHECKING:
    from blogadmin.settings import Settings


@dataclass(slots=True)
class Program:
    """The parts of a running program. ``close`` ends all of them, within about two seconds."""

    services: Services
    connector: Connector
    window: MainWindow
    start: Start

    def close(self) -> None:
        """Stop the workers, close the database and, if nobody else uses it, the private server."""
        tasks = self.services.tasks
        database = tasks.database
        tasks.close()
        if database is not None:
            database.close()
        self.connector.close()


def application(mode: Mode | None = None) -> QApplication:
    """The QApplication with the program's name and look; an existing one is dressed anew."""
    existing = QApplication.instance()
    app = existing if isinstance(existing, QApplication) else QApplication(sys.argv[:1])
    QCoreApplication.setOrganizationName("blogadmin")
    QCoreApplication.setApplicationName("blogadmin")
    QCoreApplication.setApplicationVersion(__version__)
    QGuiApplication.setDesktopFileName("blogadmin")
    apply_theme(app, mode or Remembered().theme())
    app.setWindowIcon(application_icon())
    return app


def build(settings: Settings, log_file: Path | None = None) -> Program:
    """Make the window and everything behind it; nothing is connected yet."""
    tasks = Tasks()
    hub = ChangeHub()
    messages = Messages()
    undo = UndoHistory()
    controller = Controller(tasks, hub, undo, messages)
    services = Services(tasks, controller, hub, undo, messages, settings)
    window = MainWindow(services, str(log_file or ""))
    messages.set_window(window)
    connector = Connector(settings)
    return Program(services, connector, window, Start(services, connector, window))


def run(settings: Settings, screenshots: Path | None = None) -> int:
    """Run the program until its window closes; returns the process's exit code."""
    log_file = log.setup(paths.log_dir() / "blogadmin.log", settings.log_level)
    app = application(Mode(settings.theme) if settings.theme else None)
    if screenshots is not None:
        from blogadmin.screenshots import draw_all

        return draw_all(settings, screenshots)
    program = build(settings, log_file)
    crash.install(program.services.messages)
    program.window.show()
    program.start.begin()
    try:
        return app.exec()
    finally:
        program.close()
        faulthandler.disable()

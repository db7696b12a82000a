"""What every scene uses: the window, waiting for a state, and the camera."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from blogadmin.gui.pages.page import ListPage
from blogadmin.gui.tables.list_model import State
from blogadmin.gui.theme import Mode, apply_theme, mode_in_force
from blogadmin.gui.widgets.popover import Popover
from blogadmin.gui.widgets.toast import Toast

if TYPE_CHECKING:
    from blogadmin.app import Program
    from blogadmin.settings import Settings

Ready = Callable[[], bool]
Scene = Iterator[Ready]
"""Goes on once what it yielded last is true."""
SHOWS = "Shows"
"""The key of a picture's text that names the classes of the windows and sheets in it."""
HISTORY = "history"
"""The page that is empty until something was changed."""
WidgetT = TypeVar("WidgetT", bound=QWidget)


def stage(settings: Settings) -> tuple[Settings, tempfile.TemporaryDirectory[str]]:
    """Settings for a server and a memory of their own, which go with the folder when it is closed."""
    folder = tempfile.TemporaryDirectory(prefix="blogadmin-screenshots-")
    QSettings.setDefaultFormat(QSettings.Format.IniFormat)
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, folder.name)
    return settings._replace(database_url=None, data_dir=Path(folder.name) / "data"), folder


class Studio:
    """Shows things of one program and takes pictures of them in ``mode``."""

    def __init__(self, program: Program, folder: Path) -> None:
        self.window = program.window
        self.services = program.services
        self.mode = Mode.LIGHT
        self.taken = ""
        """The name of the last picture."""
        self._folder = folder

    def picture(self, widget: QWidget, name: str) -> Scene:
        """Take a picture once everything that was asked for has come."""
        app = QApplication.instance()
        # Only where it changes: a new style lays buttons out anew, and the keyboard leaves the one it is at.
        if isinstance(app, QApplication) and mode_in_force(app) is not self.mode:
            apply_theme(app, self.mode)
        yield from self.settled()
        for toast in self.window.findChildren(Toast):
            # It tells of an earlier scene.
            toast.dismiss()
        self.taken = f"{name}-{self.mode.value}"
        image = widget.grab().toImage()
        image.setText(SHOWS, " ".join(_shown_in(widget)))
        image.save(str(self._folder / f"{self.taken}.png"))

    def settled(self) -> Scene:
        """Wait for all answers; layouts settle and rows arrive over a few turns of the event loop."""
        turns = iter(range(3))
        yield lambda: self.services.tasks.outstanding == 0 and next(turns, None) is None

    def dialog(self, name: str, file: str) -> Scene:
        """Wait for a dialog, take its picture and close it."""
        yield lambda: self.visible(QDialog, name) is not None
        dialog = self.dialog_named(name)
        yield from self.picture(dialog, file)
        dialog.reject()

    def page(self, key: str) -> ListPage:
        """The page of a noun, in front, with nothing selected."""
        self.window.show_page(key)
        page = next(page for page in self.window.pages if page.noun.key == key)
        page.view.clear_selection()
        return page

    def dialog_named(self, name: str) -> QDialog:
        """The dialog of that name, which is on the screen. Raises ``LookupError``."""
        dialog = self.visible(QDialog, name)
        if dialog is None:
            raise LookupError(f"there is no {name}")
        return dialog

    @staticmethod
    def visible(kind: type[WidgetT], name: str) -> WidgetT | None:
        """The window of that kind and name, if it is on the screen."""
        tops = QApplication.topLevelWidgets()
        return next(
            (w for w in tops if isinstance(w, kind) and w.objectName() == name and w.isVisible()), None
        )

    @staticmethod
    def child(parent: QWidget, kind: type[WidgetT], name: str) -> WidgetT:
        """The part of that name. Raises ``LookupError``."""
        found: Any = parent.findChild(kind, name)
        if found is None:
            raise LookupError(f"there is no {name} in {parent.objectName()}")
        return found

    @staticmethod
    def listed(page: ListPage) -> bool:
        """Whether a page shows all its rows; only the history may have none."""
        rows = page.model.rowCount() > 0 or page.noun.key == HISTORY
        return page.model.state is State.READY and page.model.row_count_exact and rows


def _shown_in(widget: QWidget) -> list[str]:
    sheets = [sheet for sheet in widget.findChildren(Popover) if sheet.isVisible()]
    return [type(shown).__name__ for shown in (widget, *sheets)]

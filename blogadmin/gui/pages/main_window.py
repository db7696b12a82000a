"""The main window: navigation, a page for each noun, the state of the connection."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QCloseEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from blogadmin.gui.pages.first_frame import FirstFrame
from blogadmin.gui.pages.remembered import Remembered
from blogadmin.gui.theme import Density, Mode

if TYPE_CHECKING:
    from blogadmin.gui.control.bulk import BulkRun
    from blogadmin.gui.control.services import Services
    from blogadmin.gui.dialogs.edit_dialog import EditDialog
    from blogadmin.gui.pages.connection_state import ConnectionState
    from blogadmin.gui.pages.menus import Menus
    from blogadmin.gui.pages.noun import Noun
    from blogadmin.gui.pages.page import ListPage
    from blogadmin.gui.widgets.banner import Banner
    from blogadmin.gui.widgets.navigation import NavigationList
    from blogadmin.gui.widgets.status_bar import StatusBar

NARROW = 1100
"""Below this width, in device-independent pixels, the navigation shows icons only."""


class MainWindow(QMainWindow):
    """The one window. It is shown before there is a database; ``connected`` brings the pages to life.

    Without ``services`` it is only its frame, which is painted long before the modules of its parts are
    loaded; ``furnish`` makes the parts.

    Signals:
        server_wanted: the person asked for another server.
    """

    server_wanted = Signal()

    frame: FirstFrame
    services: Services
    connection: ConnectionState
    menus: Menus
    navigation: NavigationList
    connection_banner: Banner
    read_only_banner: Banner
    status_bar: StatusBar

    def __init__(self, services: Services | None = None, log_file: str = "") -> None:
        super().__init__()
        self.look = Remembered()
        self._agreed = False
        self._log_file = log_file
        self._made: dict[str, ListPage] = {}
        self._steps: Iterator[None] = iter(())
        self._is_furnished = self._is_connected = False
        self._writable = (True, "")
        self.setObjectName("mainWindow")
        self.setWindowTitle("blogadmin")
        self.setMinimumSize(960, 600)
        geometry = self.look.geometry()
        if geometry is None or not self.restoreGeometry(geometry):
            self.resize(1440, 900)
        if services is None:
            self.frame = FirstFrame(self.look.page(), narrow=self.width() < NARROW, parent=self)
            self.setCentralWidget(self.frame)
            return
        self.begin_furnishing(services, log_file)
        self.finish_furnishing()
        for noun in self._nouns():
            self._page(noun.key)

    # Making it bit by bit

    def begin_furnishing(self, services: Services, log_file: str) -> None:
        """Get ready to make the parts that a window without services lacks."""
        self._steps = self._furnish(services, log_file)

    def furnish(self) -> bool:
        """Make another part; whether there are more to make."""
        return next(self._steps, self) is not self

    def finish_furnishing(self) -> None:
        """Make what is left of the parts at once: somebody needs them. The pages behind come later."""
        while not self._is_furnished and self.furnish():
            pass

    def _furnish(self, services: Services, log_file: str) -> Iterator[None]:
        from blogadmin.gui.pages.connection_state import ConnectionState
        from blogadmin.gui.pages.menus import Menus
        from blogadmin.gui.theme import application_icon

        self.services, self._log_file = services, log_file
        self.setWindowIcon(application_icon())
        central = QWidget(self)
        central.hide()
        self._lay_out(central)
        yield
        self.connection = ConnectionState(services.tasks, self.connection_banner, self.status_bar, self)
        if services.live is not None:
            self.connection.follow(services.live)
        self.connection.connecting()
        yield
        self._page(self.look.page())
        yield
        self.menus = Menus(self)
        yield
        self._connect()
        self.setCentralWidget(central)
        central.show()
        self.navigation.set_narrow(self.width() < NARROW)
        self._is_furnished = True

    def make_next_page(self) -> bool:
        """Make a page that is not there yet, as long as nobody has asked for it; whether there are more."""
        missing = [noun.key for noun in self._nouns() if noun.key not in self._made]
        if missing:
            self._page(missing[0])
        return len(missing) > 1

    @property
    def pages(self) -> list[ListPage]:
        """The pages that have been made, in the order of the navigation."""
        return [self._made[noun.key] for noun in self._nouns() if noun.key in self._made]

    # What the start sequence tells the window

    def show_start(self, widget: QWidget) -> None:
        """Show ``widget`` (welcome, failure) in place of the pages."""
        self._drop_start_widgets()
        self._stack.addWidget(widget)
        self._stack.setCurrentWidget(widget)
        self.navigation.setEnabled(False)
        self.menus.show_page(None)
        self.status_bar.set_message("")

    def connected(self, place: str, *, local: bool, encrypted: bool) -> None:
        """There is a database: name the place and load the pages."""
        self._drop_start_widgets()
        self.navigation.setEnabled(True)
        self.connection.connected(place, local=local, encrypted=encrypted)
        self._is_connected = True
        self.show_page(self.look.page())
        # The list in front is asked for before the others.
        for page in sorted(self.pages, key=lambda page: page is not self.current_page()):
            page.start()

    def set_writable(self, writable: bool, why: str = "") -> None:
        """Say that nothing can be changed, and why, or take that back."""
        self._writable = writable, why
        for page in self.pages:
            page.set_writable(writable, why)
        if writable:
            self.read_only_banner.hide()
        else:
            self.read_only_banner.set_message("Read only.", why)

    # Verbs of the window

    def show_page(self, key: str) -> None:
        """Bring a page to the front; an unknown key brings the first."""
        page = self._page(key)
        self._stack.setCurrentWidget(page)
        if self.navigation.chosen() != page.noun.key:
            self.navigation.choose(page.noun.key)
        self.menus.show_page(page)
        self.look.keep_page(page.noun.key)
        self.status_bar.set_message(page.status.text())
        page.view.setFocus()

    def current_page(self) -> ListPage | None:
        """The page in front, or ``None`` while the start sequence is."""
        widget = self._stack.currentWidget()
        return next((page for page in self._made.values() if page is widget), None)

    def copy_rows(self) -> None:
        """Copy the selected rows as text."""
        if (page := self.current_page()) is not None:
            page.view.copy_selection()

    def select_all_rows(self) -> None:
        """Select every row of the list."""
        if (page := self.current_page()) is not None:
            page.view.selectAll()

    def set_theme(self, mode: Mode) -> None:
        """Switch between light, dark and the system's choice."""
        from blogadmin.gui.theme import apply_theme

        self.look.keep_theme(mode)
        app = QApplication.instance()
        if isinstance(app, QApplication):
            apply_theme(app, mode)

    def set_density(self, density: Density) -> None:
        """Make rows taller or tighter."""
        self.look.keep_density(density)
        for page in self.pages:
            page.view.set_density(density)

    def show_shortcuts(self) -> None:
        """Show every key of the window."""
        from blogadmin.gui.pages.shortcuts import ShortcutsDialog

        ShortcutsDialog(self).open()

    def show_log(self) -> None:
        """Open the log file with what the system has for text."""
        from PySide6.QtCore import QUrl
        from PySide6.QtGui import QDesktopServices

        QDesktopServices.openUrl(QUrl.fromLocalFile(self._log_file))

    def show_about(self) -> None:
        """Say what this program is."""
        from blogadmin.gui.pages.about import AboutDialog

        AboutDialog(self).open()

    def close_dialogs(self, then: Callable[[], object]) -> None:
        """Ask the open dialogs about unsaved work, one after the other; ``then`` runs when all agreed."""
        dialogs = self._open_dialogs()
        if not dialogs:
            then()
            return
        dialogs[0].raise_()
        dialogs[0].can_close(lambda: self.close_dialogs(then))

    # Making

    def _lay_out(self, central: QWidget) -> None:
        from blogadmin.gui.widgets.banner import Banner
        from blogadmin.gui.widgets.navigation import NavigationList
        from blogadmin.gui.widgets.status_bar import StatusBar

        self.navigation = NavigationList(self)
        self._stack = QStackedWidget(self)
        self._stack.setObjectName("pages")
        for noun in self._nouns():
            self.navigation.add_page(noun.key, noun.title, noun.icon)
        self.connection_banner = Banner("bad", self, closable=False)
        self.connection_banner.setObjectName("connectionBanner")
        self.read_only_banner = Banner("warn", self, closable=False)
        self.read_only_banner.setObjectName("readOnlyBanner")
        self.status_bar = StatusBar(self)
        row = QHBoxLayout()
        row.setSpacing(0)
        row.addWidget(self.navigation)
        row.addWidget(self._stack, 1)
        layout = QVBoxLayout(central)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.connection_banner)
        layout.addWidget(self.read_only_banner)
        layout.addLayout(row, 1)
        layout.addWidget(self.status_bar)

    @staticmethod
    def _nouns() -> tuple[Noun, ...]:
        from blogadmin.gui.pages.registry import NOUNS

        return NOUNS

    def _page(self, key: str) -> ListPage:
        """The page of a noun, made now if need be; the first one's for an unknown key."""
        nouns = self._nouns()
        noun = next((noun for noun in nouns if noun.key == key), nouns[0])
        return self._made.get(noun.key) or self._make_page(noun)

    def _make_page(self, noun: Noun) -> ListPage:
        from blogadmin.gui.pages.page import ListPage

        page = self._made[noun.key] = ListPage(noun, self.services, self)
        self._stack.addWidget(page)
        page.status_changed.connect(lambda words: self._page_says(page, words))
        page.view.restore_state(self.look.columns(noun.key))
        page.view.set_density(self.look.density())
        if self._is_connected:
            page.set_writable(*self._writable)
            page.start()
        return page

    def _connect(self) -> None:
        self.navigation.page_chosen.connect(self.show_page)
        self.services.tasks.connection_restored.connect(self._read_again)
        self.services.messages.status_changed.connect(self.status_bar.set_end)
        self.services.controller.bulk_started.connect(self._follow)

    def _follow(self, run: BulkRun) -> None:
        # Undo of a change of very many rows takes as long as the change did, and has no dialog.
        say = self.services.messages.status
        run.progressed.connect(lambda done, total: say(f"{done:,} of {total:,} rows" if total else ""))
        run.finished.connect(lambda report: say(report.message))

    def _page_says(self, page: ListPage, words: str) -> None:
        if page is self.current_page():
            self.status_bar.set_message(words)

    def _read_again(self) -> None:
        for page in self.pages:
            page.model.reload()

    def _keep(self) -> None:
        self.look.keep_geometry(self.saveGeometry())
        for page in self.pages:
            self.look.keep_columns(page.noun.key, page.view.save_state())

    def _drop_start_widgets(self) -> None:
        for index in reversed(range(self._stack.count())):
            widget = self._stack.widget(index)
            if widget is not None and widget not in self._made.values():
                self._stack.removeWidget(widget)
                widget.deleteLater()

    # Closing

    def _open_dialogs(self) -> list[EditDialog]:
        return [dialog for page in self.pages for dialog in page.open_dialogs()]

    def _close_for_good(self) -> None:
        self._agreed = True
        # Later: when no dialog had anything to ask, this still runs inside the close event that was refused.
        QTimer.singleShot(0, self, self.close)

    # Qt's overrides

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self._agreed and self._open_dialogs():
            event.ignore()
            self.close_dialogs(self._close_for_good)
            return
        self._keep()
        event.accept()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._is_furnished:
            self.navigation.set_narrow(self.width() < NARROW)

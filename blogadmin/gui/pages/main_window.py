"""The main window: navigation, a page for each noun, the state of the connection."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QApplication, QWidget

from blogadmin.gui.pages.parted_window import NARROW, PartedWindow
from blogadmin.gui.theme import Density, Mode

if TYPE_CHECKING:
    from PySide6.QtGui import QCloseEvent, QResizeEvent

    from blogadmin.gui.control.bulk import BulkRun
    from blogadmin.gui.dialogs.edit_dialog import EditDialog
    from blogadmin.gui.pages.menus import Menus


class MainWindow(PartedWindow):
    """The one window. It is shown before there is a database; ``connected`` brings the pages to life.

    Signals:
        server_wanted: the person asked for another server.
    """

    server_wanted = Signal()

    menus: Menus

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
        self.show_page(self.look.page())
        self._is_connected = True
        self._read_pages()

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
        self._read(page)
        if self.navigation.chosen() != page.noun.key:
            self.navigation.choose(page.noun.key)
        self.menus.show_page(page)
        self.look.keep_page(page.noun.key)
        self._page_says(page, page.status.text())
        page.view.setFocus()

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

    # Working

    def _connect(self) -> None:
        from blogadmin.gui.pages.menus import Menus

        self.menus = Menus(self)
        self.navigation.page_chosen.connect(self.show_page)
        self.services.tasks.connection_restored.connect(self._read_again)
        self.services.messages.status_changed.connect(self.status_bar.set_end)
        self.services.controller.bulk_started.connect(self._follow)
        # With its menus and its place: rows may be on the screen before there is a database.
        self.show_page(self.look.page())

    def _follow(self, run: BulkRun) -> None:
        # Undo of a change of very many rows takes as long as the change did, and has no dialog.
        say = self.services.messages.status
        run.progressed.connect(lambda done, total: say(f"{done:,} of {total:,} rows" if total else ""))
        run.finished.connect(lambda report: say(report.message))

    def _read_again(self) -> None:
        for page in self.pages:
            page.model.retry()
            page.model.lose_track()

    def think_of_glance(self) -> Callable[[], object]:
        """What a worker may do before ``keep_glance``, which then takes no time."""
        page = self.current_page() if self._is_connected else None
        return page.glance() if page is not None else lambda: None

    def keep_glance(self) -> None:
        """Keep how the first rows of the page in front can be shown early at the next start."""
        from blogadmin.gui.tables.early_rows import Scene

        page = self.current_page() if self._is_connected else None
        if page is not None:
            glance = page.glance()()
            self.look.keep_glance(page.noun.key, glance.to_text() if glance is not None else "")
            passing = (self.connection_banner, self.read_only_banner, *page.passing())
            if not any(widget.isVisible() for widget in passing):
                scene = Scene.of(page.view, self.centralWidget() or self)
                self.look.keep_scene(page.noun.key, scene.to_text())

    def _keep(self) -> None:
        self.look.keep_geometry(self.saveGeometry())
        self.keep_glance()
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

"""The window's menus: the same verbs as on the pages, where a newcomer looks for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu

from blogadmin.gui.pages.registry import NOUNS
from blogadmin.gui.theme import Density, Mode, icon

if TYPE_CHECKING:
    from blogadmin.gui.pages.finding_palette import PaletteHost
    from blogadmin.gui.pages.main_window import MainWindow
    from blogadmin.gui.pages.page import ListPage

Keys = QKeySequence.StandardKey
FINDING = (
    "findAction",
    "bodiesAction",
    "addFilterAction",
    "removeFilterAction",
    "clearFiltersAction",
    "viewsAction",
)
"""The page's verbs in the Find menu, in their order."""
Choice = TypeVar("Choice", Mode, Density)


class Menus:
    """Builds the menu bar of a window and keeps the window-wide actions.

    The page's own verbs move into File, Edit and the noun's menu as the page comes to the front, so that
    each verb exists once and its shortcut is never ambiguous.
    """

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        bar = window.menuBar()
        bar.setObjectName("menuBar")
        self._file = self._menu("&File", "fileMenu")
        self._edit = self._menu("&Edit", "editMenu")
        self._find = self._menu("F&ind", "findMenu")
        self._view = self._menu("&View", "viewMenu")
        self._noun = self._menu("&Selection", "selectionMenu")
        self._help = self._menu("&Help", "helpMenu")
        self._has_page = False
        self._palette_host: PaletteHost | None = None
        self._make_window_actions()
        self._fill_view()
        self._fill_help()
        self.show_page(None)

    def show_page(self, page: ListPage | None) -> None:
        """Offer the verbs of ``page``, or only the window's own."""
        verbs = page.verbs.all if page is not None else {}
        self._has_page = page is not None
        self.copy.setEnabled(self._has_page)
        self.select_all.setEnabled(self._has_page)
        self._show_undo()
        self._refill(self._file, [verbs.get("newAction"), None, self.connect, None, self.quit])
        self._refill(
            self._edit,
            [self.undo, self.redo, self.steps, None, self.copy, self.select_all],
        )
        finding = [verbs[name] for name in FINDING if name in verbs]
        self._refill(self._find, [*finding, None, self.palette])
        self._find.menuAction().setVisible(page is not None)
        bulk = page.verbs.bulk if page is not None else []
        self._refill(self._noun, [verbs.get("editAction"), None, *bulk, None, verbs.get("deleteAction")])
        self._noun.menuAction().setVisible(page is not None)
        self._noun.setTitle(f"&{page.noun.singular.capitalize()}" if page is not None else "&Selection")
        for key, action in self.pages.items():
            action.setChecked(page is not None and page.noun.key == key)
        self._reload_slot(verbs.get("reloadAction"))

    def _make_window_actions(self) -> None:
        window = self._window
        self.connect = self._action(
            "connectAction", "Connect to a server…", "plug", window.server_wanted.emit
        )
        self.quit = self._action("quitAction", "Quit", "log-out", window.close, Keys.Quit)
        if self.quit.shortcut().isEmpty():
            self.quit.setShortcut(QKeySequence("Ctrl+Q"))
        self.undo = self._action("undoAction", "Undo", "undo", window.services.undo.undo, Keys.Undo)
        self.redo = self._action("redoAction", "Redo", "redo", window.services.undo.redo, Keys.Redo)
        self.steps = self._action(
            "undoListAction", "Changes made here…", "history", self._show_steps, "Ctrl+Alt+Z"
        )
        self.copy = self._action("copyAction", "Copy rows", "copy", window.copy_rows, Keys.Copy)
        self.select_all = self._action(
            "selectAllAction", "Select all", "list", window.select_all_rows, Keys.SelectAll
        )
        self.palette = self._action("paletteAction", "Go to…", "search", self._toggle_palette, "Ctrl+K")
        window.services.undo.changed.connect(self._show_undo)
        self._show_undo()

    def _toggle_palette(self) -> None:
        if self._palette_host is None:
            from blogadmin.gui.pages.finding_palette import PaletteHost

            self._palette_host = PaletteHost(self._window)
        self._palette_host.toggle()

    def _show_steps(self) -> None:
        from blogadmin.gui.dialogs.undo_list import UndoList

        UndoList(self._window.services.undo, self._window).open()

    def _fill_view(self) -> None:
        group = QActionGroup(self._window)
        self.pages: dict[str, QAction] = {}
        for number, noun in enumerate(NOUNS, 1):
            action = self._choice(
                group,
                f"{noun.key}Action",
                noun.title,
                lambda key=noun.key: self._window.show_page(key),
            )
            action.setShortcut(QKeySequence(f"Ctrl+{number}"))
            self.pages[noun.key] = action
            self._view.addAction(action)
        self._view.addSeparator()
        self._view.addMenu(
            self._look_menu("Theme", "themeMenu", Mode, self._window.look.theme, self._window.set_theme)
        )
        self._view.addMenu(
            self._look_menu(
                "Rows", "densityMenu", Density, self._window.look.density, self._window.set_density
            )
        )
        self._view.addSeparator()

    def _fill_help(self) -> None:
        window = self._window
        self._help.addAction(
            self._action("shortcutsAction", "Keyboard shortcuts", "keyboard", window.show_shortcuts, "F1")
        )
        self._help.addAction(self._action("logAction", "Show the log file", "file-text", window.show_log))
        self._help.addSeparator()
        self._help.addAction(self._action("aboutAction", "About blogadmin", "info", window.show_about))

    def _look_menu(
        self,
        title: str,
        name: str,
        choices: type[Choice],
        current: Callable[[], Choice],
        choose: Callable[[Choice], None],
    ) -> QMenu:
        menu = QMenu(title, self._window)
        menu.setObjectName(name)
        group = QActionGroup(menu)
        for choice in choices:
            action = self._choice(
                group,
                f"{choice.value}{name.removesuffix('Menu').capitalize()}Action",
                choice.value.capitalize(),
                lambda wanted=choice: choose(wanted),
            )
            action.setChecked(choice == current())
            menu.addAction(action)
        return menu

    def _menu(self, title: str, name: str) -> QMenu:
        menu = self._window.menuBar().addMenu(title)
        menu.setObjectName(name)
        return menu

    def _action(
        self,
        name: str,
        text: str,
        image: str,
        slot: Callable[[], object],
        keys: QKeySequence.StandardKey | str | None = None,
    ) -> QAction:
        action = QAction(icon(image), text, self._window)
        action.setObjectName(name)
        # What it is called whatever it would do at the moment, for the list of shortcuts.
        action.setData(text)
        action.triggered.connect(lambda _checked=False: slot())
        if keys is not None:
            action.setShortcut(QKeySequence(keys))
        self._window.addAction(action)
        return action

    def _choice(self, group: QActionGroup, name: str, text: str, slot: Callable[[], object]) -> QAction:
        action = QAction(text, self._window)
        action.setObjectName(name)
        action.setCheckable(True)
        action.triggered.connect(lambda _checked=False: slot())
        group.addAction(action)
        return action

    def _reload_slot(self, reload_: QAction | None) -> None:
        for action in self._view.actions():
            if action.objectName() == "reloadAction":
                self._view.removeAction(action)
        if reload_ is not None:
            self._view.addAction(reload_)

    def _show_undo(self) -> None:
        history = self._window.services.undo
        for action, can, text in (
            (self.undo, history.can_undo, history.undo_text),
            (self.redo, history.can_redo, history.redo_text),
        ):
            # Not behind a welcome page: it would change a database that nobody is looking at.
            action.setEnabled(can and self._has_page)
            action.setText(text)
        self.steps.setEnabled(self._has_page)

    @staticmethod
    def _refill(menu: QMenu, actions: list[QAction | None]) -> None:
        # clear() would take the actions of submenus away from Python for good.
        for action in menu.actions():
            menu.removeAction(action)
            if action.isSeparator():
                action.deleteLater()
        for action in actions:
            if action is None:
                menu.addSeparator()
            else:
                menu.addAction(action)
        menu.setToolTipsVisible(True)

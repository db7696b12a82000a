"""The actions of a page, made from what its noun declares."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from blogadmin.gui.pages.noun import BulkAction, BulkMenu, Noun
from blogadmin.gui.theme import icon


class PageActions(QObject):
    """Every verb of one page. What needs a selection is enabled by ``set_selected``.

    Attributes:
        all: the actions by object name, the ones inside bulk menus included.
        bulk: what the bulk bar shows, in order: actions and menus' own actions.
    """

    def __init__(self, noun: Noun, page: QWidget) -> None:
        super().__init__(page)
        self._noun = noun
        self._page = page
        self.all: dict[str, QAction] = {}
        self.bulk: list[QAction] = []
        self._needs_selection: list[QAction] = []

    def add(
        self,
        name: str,
        text: str,
        image: str,
        slot: Callable[[], object],
        shortcut: QKeySequence | QKeySequence.StandardKey | str | None = None,
        *,
        selection: bool = False,
    ) -> QAction:
        """Make an action of the page; ``selection`` disables it while no row is selected."""
        action = QAction(icon(image), text, self._page)
        action.setObjectName(name)
        action.triggered.connect(lambda _checked=False: slot())
        if shortcut is not None:
            action.setShortcut(QKeySequence(shortcut))
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            tip = text.replace("&", "").rstrip("…")
            keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            action.setToolTip(f"{tip} ({keys})")
        self.all[name] = action
        if selection:
            self._needs_selection.append(action)
            action.setEnabled(False)
        self._page.addAction(action)
        return action

    def add_bulk(self, declared: BulkAction | BulkMenu, commit: Callable[[BulkAction], object]) -> None:
        """Make the actions of one bulk declaration; ``commit`` gets the one that was chosen."""
        if isinstance(declared, BulkMenu):
            self.bulk.append(self._menu(declared, commit))
            return
        self.bulk.append(self._verb(declared, commit))

    def set_selected(self, count: int, writable: bool) -> None:
        """Enable what the selection allows."""
        for action in self._needs_selection:
            action.setEnabled(count > 0 and (writable or action.objectName() == "editAction"))

    def context_menu(self, parent: QWidget) -> QMenu:
        """The menu of the list: open, the bulk verbs, delete."""
        menu = QMenu(parent)
        menu.setObjectName(f"{self._noun.key}ContextMenu")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for part in (self._named("editAction"), self.bulk, self._named("deleteAction")):
            if part and not menu.isEmpty():
                menu.addSeparator()
            menu.addActions(part)
        return menu

    def _named(self, name: str) -> list[QAction]:
        return [self.all[name]] if name in self.all else []

    def _verb(self, declared: BulkAction, commit: Callable[[BulkAction], object]) -> QAction:
        return self.add(
            declared.name,
            declared.text,
            declared.icon,
            lambda: commit(declared),
            declared.shortcut or None,
            selection=True,
        )

    def _menu(self, declared: BulkMenu, commit: Callable[[BulkAction], object]) -> QAction:
        menu = QMenu(declared.text, self._page)
        menu.setObjectName(declared.name)
        for choice in declared.choices:
            menu.addAction(self._verb(choice, commit))
        action = menu.menuAction()
        action.setObjectName(f"{declared.name}Action")
        action.setIcon(icon(declared.icon))
        self.all[action.objectName()] = action
        self._needs_selection.append(action)
        action.setEnabled(False)
        return action

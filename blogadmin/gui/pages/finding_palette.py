"""What the palette of a window offers: its pages, views and actions, and rows of every noun."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu

from blogadmin.core import queries
from blogadmin.gui.dialogs.palette import Palette
from blogadmin.gui.dialogs.palette_list import Entry
from blogadmin.gui.pages.registry import NOUNS
from blogadmin.gui.theme import icon
from blogadmin.gui.widgets.pills import key_names

if TYPE_CHECKING:
    from blogadmin.gui.pages.main_window import MainWindow

ROWS = 20
"""Rows asked for at a time, of all nouns together."""


class PaletteHost(QObject):
    """Opens the palette over a window and does what is chosen in it."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._tasks = window.services.tasks
        self._palette: Palette | None = None

    def toggle(self) -> None:
        """Open the palette, or close it if it is open."""
        if self._palette is None:
            self._palette = Palette(self._window)
            self._palette.rows_wanted.connect(self._find)
        if self._palette.isVisible():
            self._palette.close_sheet()
        else:
            self._palette.open_with(self._offered())
            # Those views are read with their lists, which stand behind the one in front.
            for page in self._window.unread:
                page.views.read(self._offer_again)

    def _offered(self) -> list[Entry]:
        return [*self._pages(), *self._views(), *self._actions()]

    def _offer_again(self) -> None:
        if self._palette is not None and self._palette.isVisible():
            self._palette.offer(self._offered())

    def _pages(self) -> Iterator[Entry]:
        if self._window.current_page() is None:
            return
        for noun in NOUNS:
            action = self._window.menus.pages[noun.key]
            yield Entry("Pages", noun.title, icon(noun.icon), action.trigger, keys=_keys(action))

    def _views(self) -> Iterator[Entry]:
        if self._window.current_page() is None:
            return
        for page in self._window.pages:
            for name, show in page.views.offered():
                yield Entry(
                    "Views", name, icon("bookmark"), self._on_page(page.noun.key, show), page.noun.title
                )

    def _on_page(self, key: str, then: Any) -> Any:
        def go() -> None:
            self._window.show_page(key)
            then()

        return go

    def _actions(self) -> Iterator[Entry]:
        pages = set(self._window.menus.pages.values())
        for action, place in _in_menus(self._window.menuBar().actions()):
            if action.objectName() != "paletteAction" and action not in pages:
                title = action.text().replace("&", "")
                image = icon("chevron-right") if action.icon().isNull() else action.icon()
                yield Entry("Actions", title, image, action.trigger, place, _keys(action))

    # Rows

    def _find(self, text: str) -> None:
        if (
            hasattr(queries, "palette")
            and self._tasks.database is not None
            and self._window.current_page() is not None
        ):
            self._tasks.read(
                "palette",
                lambda session: queries.palette.find(session, text, ROWS),
                lambda found: self._show(text, found),
                lambda _error: None,
                owner=self,
            )

    def _show(self, text: str, found: Any) -> None:
        nouns = {noun.key: noun for noun in NOUNS}
        entries = [
            Entry(
                nouns[row.noun].title,
                row.title,
                icon(nouns[row.noun].icon),
                lambda row=row: self._open(row.noun, row.id),
                row.hint,
            )
            for row in found
            if row.noun in nouns
        ]
        if self._palette is not None:
            self._palette.show_found(text, entries)

    def _open(self, noun: str, row_id: int) -> None:
        self._window.show_page(noun)
        page = self._window.current_page()
        if page is not None:
            page.open_row(row_id)


def _in_menus(actions: list[QAction], place: str = "") -> Iterator[tuple[QAction, str]]:
    """What can be done now, with the menus that lead there."""
    for action in actions:
        menu = action.menu()
        if not action.isEnabled() or not action.isVisible() or action.isSeparator():
            continue
        if isinstance(menu, QMenu):
            title = menu.title().replace("&", "")
            yield from _in_menus(menu.actions(), f"{place} › {title}" if place else title)
        elif action.text():
            yield action, place


def _keys(action: QAction) -> tuple[str, ...]:
    shortcut = action.shortcut()
    return () if shortcut == QKeySequence() else key_names(shortcut)

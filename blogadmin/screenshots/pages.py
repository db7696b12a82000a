"""The pages: each list, rows that are selected, a cell being edited, and what hangs over the window."""

from __future__ import annotations

from PySide6.QtWidgets import QLineEdit, QMenu, QPushButton

from blogadmin.gui.dialogs.palette import Palette
from blogadmin.gui.tables.list_model import State
from blogadmin.screenshots.studio import HISTORY, Scene, Studio


def scenes(studio: Studio) -> Scene:
    """Each page, then the posts in several states."""
    for page in studio.window.pages:
        if page.noun.key != HISTORY:
            studio.page(page.noun.key)
            yield from studio.picture(studio.window, page.noun.key)
    yield from _selected(studio)
    yield from _nothing_found(studio)
    yield from _cell(studio)
    yield from _palette(studio)
    yield from _views(studio)


def _selected(studio: Studio) -> Scene:
    page = studio.page("posts")
    page.view.selectRow(2)
    yield from studio.picture(studio.window, "posts-selected")


def _nothing_found(studio: Studio) -> Scene:
    page = studio.page("posts")
    page.search.setText("no such words")
    yield lambda: page.model.state is State.READY and page.model.rowCount() == 0
    yield from studio.picture(studio.window, "nothing-found")
    page.search.clear_and_search()
    yield lambda: studio.listed(page)


def _cell(studio: Studio) -> Scene:
    page = studio.page("posts")
    title = [column.name for column in page.noun.columns].index("title")
    page.view.setCurrentIndex(page.model.index(1, title))
    page.view.editing.begin(1, title)
    yield from studio.picture(studio.window, "cell-editor")
    page.view.editing.leave()


def _palette(studio: Studio) -> Scene:
    studio.page("posts")
    studio.window.menus.palette.trigger()
    palette = studio.child(studio.window, Palette, "palette")
    palette.field.setText("post")
    yield lambda: any(line.entry and line.entry.group == "Posts" for line in palette.model.lines)
    yield from studio.picture(studio.window, "palette")
    palette.close_sheet()


def _views(studio: Studio) -> Scene:
    """The menu before and after a view is kept, and the questions of a view's name and of who "me" is."""
    page = studio.page("posts")
    page.views.open_menu()
    yield from _menu(studio, "views-menu")
    page.views.save()
    dialog = studio.dialog_named("viewNameDialog")
    studio.child(dialog, QLineEdit, "name").setText("Drafts for the summer issue")
    yield from studio.picture(dialog, "save-view")
    studio.child(dialog, QPushButton, "saveButton").click()
    yield lambda: page.views.current is not None
    yield from studio.settled()
    page.views.open_menu()
    yield from _menu(studio, "views-menu-own")
    view = page.views.current
    if view is not None:
        page.views.rename(view)
        yield from studio.dialog("viewNameDialog", "rename-view")
        page.views.delete(view)
    page.views.choose_me()
    yield from studio.dialog("meDialog", "who-am-i")
    page.views.show_all()
    yield lambda: studio.listed(page)


def _menu(studio: Studio, name: str) -> Scene:
    yield lambda: studio.visible(QMenu, "viewsMenu") is not None
    menu = studio.visible(QMenu, "viewsMenu")
    if menu is not None:
        yield from studio.picture(menu, name)
        menu.close()

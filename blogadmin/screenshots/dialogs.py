"""Dialogs as they are when nothing goes wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QDialog, QLineEdit, QPushButton

from blogadmin.core import queries
from blogadmin.gui.dialogs.history_entry import EntryDialog
from blogadmin.gui.dialogs.undo_list import UndoList
from blogadmin.gui.tables.list_model import State
from blogadmin.screenshots.studio import HISTORY, Scene, Studio

if TYPE_CHECKING:
    from blogadmin.core.queries.details import HistoryEntry


def scenes(studio: Studio) -> Scene:
    """A row of each noun, a new one, what asks before it acts, and what the menus open."""
    yield from _rows(studio)
    yield from _deleting(studio)
    studio.window.server_wanted.emit()
    yield from studio.dialog("connectDialog", "connect")
    studio.window.show_shortcuts()
    yield from studio.dialog("shortcutsDialog", "shortcuts")
    studio.window.show_about()
    yield from studio.dialog("aboutDialog", "about")


def changing(studio: Studio) -> Scene:
    """What changes rows, and with it the order of the lists; and what tells of changes."""
    yield from _bulk(studio)
    yield from _history(studio)
    UndoList(studio.services.undo, studio.window).open()
    yield from studio.dialog("undoListDialog", "undo-list")


def _rows(studio: Studio) -> Scene:
    for page in studio.window.pages:
        if page.noun.dialog is None:
            continue
        studio.page(page.noun.key)
        row_id = page.model.id_at(3)
        if row_id is not None:
            page.open_row(row_id)
            dialog = page.open_dialogs()[0]
            yield lambda dialog=dialog: dialog.state.id is not None and dialog.content.isEnabled()
            yield from studio.picture(dialog, f"{page.noun.singular}-dialog")
            dialog.finish()
        page.verbs.all["newAction"].trigger()
        dialog = page.open_dialogs()[0]
        dialog.save()
        yield from studio.picture(dialog, f"new-{page.noun.singular}-incomplete")
        dialog.finish()


def _deleting(studio: Studio) -> Scene:
    for page in studio.window.pages:
        if page.noun.can_delete:
            studio.page(page.noun.key)
            page.view.selectRow(1)
            page.verbs.all["deleteAction"].trigger()
            yield from studio.dialog("deleteDialog", f"delete-{page.noun.singular}")
            page.view.clear_selection()


def _bulk(studio: Studio) -> Scene:
    """Tags for all posts: the question, and the report. What was changed is taken back."""
    page = studio.page("posts")
    page.view.selectAll()
    page.verbs.all["addTagsAction"].trigger()
    yield lambda: studio.visible(QDialog, "bulkDialog") is not None
    dialog = studio.dialog_named("bulkDialog")
    studio.child(dialog, QLineEdit, "tags").setText("summer, rust")
    studio.child(dialog, QLineEdit, "confirmNumber").setText(str(page.view.selected_count()))
    start = studio.child(dialog, QPushButton, "startButton")
    yield start.isEnabled
    yield from studio.picture(dialog, "bulk-question")
    start.click()
    yield studio.child(dialog, QPushButton, "exportButton").isVisible
    yield from studio.picture(dialog, "bulk-report")
    dialog.reject()
    studio.services.undo.undo()
    yield lambda: studio.services.tasks.outstanding == 0
    page.view.clear_selection()
    page.model.reload()
    yield lambda: studio.listed(page)


def _history(studio: Studio) -> Scene:
    page = studio.page(HISTORY)
    page.model.reload()
    yield lambda: page.model.state is State.READY and page.model.rowCount() > 0
    yield from studio.picture(studio.window, HISTORY)
    entry_id = page.model.id_at(0) or 0

    def read(session: Any) -> tuple[HistoryEntry | None, bool]:
        entry = queries.history.entry(session, entry_id)
        return entry, entry is not None and queries.history.exists(session, entry.noun, entry.row_id)

    def show(found: tuple[HistoryEntry | None, bool]) -> None:
        entry, there = found
        if entry is not None:
            EntryDialog(studio.services, entry, there=there, parent=page).open()

    studio.services.tasks.read("screenshots.entry", read, show)
    yield from studio.dialog("historyEntryDialog", "history-entry")
    for key, window in (("posts", ""), ("users", "historyDialog")):
        page = studio.page(key)
        page.open_row(page.model.id_at(0) or 0)
        dialog = page.open_dialogs()[0]
        yield lambda dialog=dialog: dialog.state.id is not None and dialog.content.isEnabled()
        dialog.show_history()
        name = f"{page.noun.singular}-history"
        yield from studio.dialog(window, name) if window else studio.picture(dialog, name)
        dialog.finish()

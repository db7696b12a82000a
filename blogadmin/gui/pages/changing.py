"""What a person does to the rows of a page: new ones, dialogs, verbs for the selection, deleting."""

from __future__ import annotations

import time
from array import array
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QWidget

from blogadmin.core.database.changes import Changes
from blogadmin.gui.control.services import Services
from blogadmin.gui.dialogs.bulk_words import AT_ONCE
from blogadmin.gui.pages.noun import BulkAction
from blogadmin.gui.pages.walker import ListWalker
from blogadmin.gui.tables.list_model import State

if TYPE_CHECKING:
    from blogadmin.core.operations.bulk_run import Change
    from blogadmin.gui.control.bulk import BulkRun
    from blogadmin.gui.dialogs.edit_dialog import EditDialog
    from blogadmin.gui.pages.page_frame import PageFrame

Keys = QKeySequence.StandardKey


class Changing(QObject):
    """Makes the verbs of a page that change rows, and knows the dialogs that are open for them.

    Rows that came or went by what was done in this window are shown at once, where the list has them now;
    what others do waits for "Reload", because a list must not move under a person's hand.
    """

    def __init__(self, page: PageFrame, services: Services) -> None:
        super().__init__(page)
        self._page = page
        self._services = services
        self._dialogs: list[EditDialog] = []
        self._writable = True
        self._why = ""
        self._to_show: int | None = None
        self._runs = 0
        self._reload_due = False
        self._read_at = time.monotonic()
        page.model.check_toggled.connect(self._toggle)
        page.model.rows_known.connect(self._show_new_row)
        page.model.state_changed.connect(self._note_reading)
        if page.noun.follow is None:
            services.hub.changed.connect(self._take_changes)
        services.controller.bulk_started.connect(self._wait_for)

    def make_verbs(self) -> None:
        """Make the page's actions that open or change rows, and give the bulk bar its own."""
        noun, verbs = self._page.noun, self._page.verbs
        if noun.dialog is not None:
            verbs.add("newAction", f"New {noun.singular}", "plus", self._new, Keys.New)
        if noun.dialog is not None or noun.opens is not None:
            image = "pencil" if noun.dialog is not None else "eye"
            verbs.add("editAction", "Open…", image, self._open_current, "Ctrl+Return", selection=True)
        for declared in noun.bulk:
            verbs.add_bulk(declared, self._commit_bulk)
        last = []
        if noun.can_delete:
            delete = verbs.add("deleteAction", "Delete…", "trash", self._delete, Keys.Delete, selection=True)
            delete.setProperty("kind", "danger")
            last.append(delete)
        self._page.bulk_bar.set_actions([*verbs.bulk, *last])

    @property
    def writable(self) -> bool:
        """Whether anything can be changed."""
        return self._writable

    def set_writable(self, writable: bool, why: str = "") -> None:
        """Switch what changes something on or off; ``why`` is told where it is."""
        self._writable, self._why = writable, why
        new = self._page.verbs.all.get("newAction")
        if new is not None:
            new.setEnabled(writable)
        for dialog in self._dialogs:
            dialog.set_writable(writable, why)

    def open_row(self, row_id: int) -> None:
        """Open the dialog of a row, or bring its dialog forward if it is open already."""
        noun = self._page.noun
        if noun.dialog is not None:
            self._dialog_of(noun.dialog, row_id)
        elif noun.opens is not None:
            noun.opens(self._page, self._services, row_id)

    def open_history(self, row_id: int, entry_id: int) -> None:
        """The same, and show in it what became of the row, at one change."""
        make = self._page.noun.dialog
        if make is not None:
            self._dialog_of(make, row_id).show_history(entry_id)

    def open_dialogs(self) -> list[EditDialog]:
        """The dialogs of this page that are open now."""
        return list(self._dialogs)

    # Verbs

    def _toggle(self, ids: list[int], active: bool) -> None:
        make = self._page.noun.toggle
        if make is not None and self._writable and ids:
            self._services.controller.commit(make(tuple(ids), active), initiator=self._page)

    def _with_selected(self, act: Callable[[array[int]], object]) -> None:
        """Call ``act`` with the ids of the selected rows, which in a very long list must be read first."""
        said: list[str] = []

        def found(ids: array[int]) -> None:
            if said:
                self._services.messages.status("")
            said.append("")
            if ids:
                act(ids)

        self._page.view.fetch_selected_ids(found)
        if not said:
            said.append("Looking up which rows these are…")
            self._services.messages.status(said[0])

    def _commit_bulk(self, verb: BulkAction) -> None:
        self._with_selected(lambda ids: self._do(verb, ids))

    def _do(self, verb: BulkAction, ids: array[int]) -> None:
        if verb.operation is not None and (len(ids) <= AT_ONCE or verb.change is None):
            self._services.controller.commit(verb.operation(tuple(ids)), initiator=self._page)
        elif verb.change is not None:
            self._ask_for_many(verb, ids, verb.change)

    def _ask_for_many(self, verb: BulkAction, ids: array[int], change: Callable[[Any], Change]) -> None:
        from blogadmin.gui.dialogs.bulk import BulkDialog, BulkRequest

        title = verb.many or verb.text.rstrip("…")
        age = time.monotonic() - self._read_at
        request = BulkRequest(self._page.noun.singular, title, ids, change, verb.asked, age)
        BulkDialog(self._services, request, self._page).open()

    def _delete(self) -> None:
        self._with_selected(self._ask_to_delete)

    def _ask_to_delete(self, ids: array[int]) -> None:
        from blogadmin.gui.dialogs.delete import DeleteDialog

        DeleteDialog(self._services, self._page.noun.key, ids, self._page).open()

    # Dialogs

    def _new(self) -> None:
        if self._page.noun.dialog is not None:
            self._new_dialog(self._page.noun.dialog).open_new()

    def _open_current(self) -> None:
        current = self._page.view.current_id()
        if current is not None:
            self.open_row(current)

    def _new_dialog(self, make: Callable[[Services, QWidget], EditDialog]) -> EditDialog:
        dialog = make(self._services, self._page)
        dialog.set_walker(ListWalker(self._page.model))
        dialog.set_writable(self._writable, self._why)
        self._dialogs.append(dialog)
        dialog.finished.connect(lambda _result: self._forget(dialog))
        return dialog

    def _dialog_of(self, make: Callable[[Services, QWidget], EditDialog], row_id: int) -> EditDialog:
        for dialog in self._dialogs:
            if dialog.state.id == row_id:
                dialog.raise_()
                dialog.activateWindow()
                return dialog
        dialog = self._new_dialog(make)
        dialog.open_for(row_id)
        return dialog

    def _forget(self, dialog: EditDialog) -> None:
        if dialog in self._dialogs:
            self._dialogs.remove(dialog)

    # What came of it

    def _note_reading(self) -> None:
        if self._page.model.state is State.LOADING:
            self._read_at = time.monotonic()

    def _take_changes(self, changes: Changes, initiator: object) -> None:
        noun, model = self._page.noun.key, self._page.model
        created = changes.created.get(noun, frozenset())
        if initiator is None or not (created or noun in changes.deleted):
            model.refresh(changes, own=initiator is not None)
            return
        # What can be shown at once is; only then the list itself, which may take a moment.
        model.refresh(replace(changes, created={}), own=True)
        self._to_show = min(created) if len(created) == 1 else None
        self._reload_due = True
        self._reload_if_due()

    def _wait_for(self, run: BulkRun) -> None:
        """A change of very many rows tells of them again and again: load the list when it is over."""
        self._runs += 1
        run.finished.connect(self._run_over)

    def _run_over(self, _report: object) -> None:
        self._runs -= 1
        self._reload_if_due()

    def _reload_if_due(self) -> None:
        if self._reload_due and not self._runs:
            self._reload_due = False
            self._page.model.reload()

    def _show_new_row(self, _count: int) -> None:
        new, self._to_show = self._to_show, None
        row = None if new is None else self._page.model.row_of(new)
        if row is not None:
            self._page.view.selectRow(row)
            self._page.view.scrollTo(self._page.model.index(row, 0))

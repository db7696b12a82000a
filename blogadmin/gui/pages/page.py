"""A page: one noun's list with its search, its verbs and its state in words. It knows no noun."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QWidget

from blogadmin.core.database.errors import NotKept
from blogadmin.core.queries.spec import ListSpec
from blogadmin.gui.control.services import Services
from blogadmin.gui.pages.changing import Changing
from blogadmin.gui.pages.finding import Finding
from blogadmin.gui.pages.finding_words import nothing_found
from blogadmin.gui.pages.following import Following
from blogadmin.gui.pages.noun import Noun
from blogadmin.gui.pages.page_frame import PageFrame
from blogadmin.gui.pages.read_failure import why_unread
from blogadmin.gui.pages.views_page import Views
from blogadmin.gui.tables.copying import COPY_MOST
from blogadmin.gui.tables.list_model import ListModel, State
from blogadmin.gui.widgets.next_paint import NextPaint

if TYPE_CHECKING:
    from blogadmin.core.queries.glance import Glance
    from blogadmin.gui.dialogs.edit_dialog import EditDialog

Keys = QKeySequence.StandardKey

WORDS_AFTER = 150
"""Milliseconds for which the words about a list wait for its exact length. It mostly comes sooner, and what
is said in between would only flicker, and keep the first rows waiting."""


class ListPage(PageFrame):
    """One noun's list. ``start`` loads it once there is a database; until then it says "Connecting…".

    A page that is not made ``whole`` is made in steps: a window shall not stand still for all of them.

    Signals:
        status_changed: the words of ``statusLabel``, for the window's status bar.
    """

    status_changed = Signal(str)

    _changing: Changing
    finding: Finding
    views: Views

    def __init__(
        self, noun: Noun, services: Services, parent: QWidget | None = None, *, whole: bool = True
    ) -> None:
        super().__init__(noun, ListModel(services.tasks, noun.columns, noun.listing, noun.key), parent)
        self.model.setParent(self)
        self.view.editing.commit = services.controller.commit
        self._services = services
        self._counted = ""
        self._failed = False
        self._words_due = QTimer(self, singleShot=True, interval=WORDS_AFTER)
        self._words_due.timeout.connect(self._say_status)
        self._steps = self._furnish()
        while whole and self.go_on():
            pass

    def go_on(self) -> bool:
        """Make another part of the page; whether there are more to make."""
        return next(self._steps, self) is not self

    def _furnish(self) -> Iterator[None]:
        services = self._services
        yield from self.make_beside()
        yield
        self._changing = Changing(self, services)
        self.finding = Finding(self, services)
        self.views = Views(self, self.finding, services)
        Following(self, services)
        yield
        self._make_verbs()
        yield
        self.lay_out(self._choose_columns)
        yield
        self._connect()
        self._show_state()
        # To be placed in the window is a part of its own.
        yield

    # What the window asks of a page

    def start(self) -> None:
        """Load the list from the database that is there now."""
        self.views.start()

    def show_early(self, rows: Sequence[Any], painted: Callable[[], object]) -> None:
        """Show these rows until there is a database; ``painted`` is called once they are on the screen."""
        self.set_writable(False, "The program is still connecting.")
        self.model.show_early(rows)
        NextPaint(self.view.viewport(), painted)

    def glance(self) -> Callable[[], Glance | None]:
        """Tells, in any thread, how the rows that this page begins with can be read before there is a
        database; ``None`` where a view narrows them."""
        if self.views.current is not None:
            return lambda: None
        return partial(self.noun.listing().glance, ListSpec(sort=self.view.sort_keys()), self.model.screenful)

    def set_writable(self, writable: bool, why: str = "") -> None:
        """Switch the verbs that change something on or off; ``why`` is told where they are."""
        self._changing.set_writable(writable, why)
        self.views.set_writable(writable)
        self.view.editing.allowed = writable
        self._selection_changed()

    def open_row(self, row_id: int) -> None:
        """Open the dialog of a row, or bring its dialog forward if it is open already."""
        # Of a row that is shown early nothing more can be read.
        if self._services.tasks.database is not None:
            self._changing.open_row(row_id)

    def open_history(self, row_id: int, entry_id: int) -> None:
        """Open the dialog of a row, and show in it what became of the row, at one change."""
        self._changing.open_history(row_id, entry_id)

    def open_dialogs(self) -> list[EditDialog]:
        """The dialogs of this page that are open now."""
        return self._changing.open_dialogs()

    # Making

    def _make_verbs(self) -> None:
        add = self.verbs.add
        self._changing.make_verbs()
        add("reloadAction", "Reload", "refresh", self.model.reload, Keys.Refresh)
        self.finding.make_verbs()
        self.views.make_verbs()
        for name in ("newAction", "reloadAction"):
            # Wherever in the window the keyboard is; a page that is not in front takes no keys.
            if name in self.verbs.all:
                self.verbs.all[name].setShortcutContext(Qt.ShortcutContext.WindowShortcut)

    def _connect(self) -> None:
        self.view.open_requested.connect(self.open_row)
        self.view.selection_changed_by_id.connect(self._selection_changed)
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.view.customContextMenuRequested.connect(self._context_menu)
        self.finding.changed.connect(self._show_state)
        self.view.copied.connect(self._say_copied)
        self.bulk_bar.cleared.connect(self.view.clear_selection)
        self.model.state_changed.connect(self._state_changed)
        self.model.rows_known.connect(self._show_state)
        self._services.tasks.database_changed.connect(self._forget_count)
        self.view.verticalScrollBar().valueChanged.connect(self._scrolled)

    # State in words

    def _scrolled(self) -> None:
        # Which rows are on the screen matters only where no more of them come.
        if self.model.state is State.FAILED:
            self._show_state()

    def _state_changed(self) -> None:
        # After a failure at once: somebody has pressed "Retry".
        if self.model.state is State.LOADING and not self._failed:
            self._words_due.start()
        self._failed = self.model.stale
        self._show_state()

    def _show_state(self, *_args: object) -> None:
        if self.model.state is State.LOADING:
            self.news.hide()
            if not self.model.keeps_search:
                self._counted = ""
        failed = self.model.state is State.FAILED
        nothing = self.model.rowCount() == 0 and self.model.state in (State.READY, State.FAILED)
        if failed and not nothing:
            self.failure.set_message(
                f"The {self.noun.plural} could not be read.",
                why_unread(self.model.error, shown=self._shows_rows()),
                "Retry",
                self.model.retry,
            )
        else:
            self.failure.hide()
        if nothing:
            self._show_empty(failed)
        self.stack.setCurrentWidget(self.empty if nothing else self.view)
        self._show_status()

    def _shows_rows(self) -> bool:
        """Whether there is a row on the screen, and not only its place."""
        return any(self.model.entry(row) is not None for row in self.view.rows_on_screen())

    def _show_empty(self, failed: bool) -> None:
        noun = self.noun
        if failed:
            title = f"The {noun.plural} could not be read"
            if isinstance(self.model.error, NotKept):
                self.empty.show_message(noun.icon, f"No {noun.plural} to show", str(self.model.error))
                return
            self.empty.show_failure(title, why_unread(self.model.error), "Retry", self.model.retry)
        elif self.finding.narrows:
            self.empty.show_message(*nothing_found(noun, self.model.spec, self.finding))
        else:
            new = self.verbs.all.get("newAction")
            ways = [(new.text(), new.trigger)] if new is not None and self._changing.writable else []
            self.empty.show_message(noun.icon, f"No {noun.plural} yet", noun.first_use, ways)

    def _show_status(self) -> None:
        if self.model.row_count_exact or self.model.stale or self._services.tasks.database is None:
            self._words_due.stop()
        if not self._words_due.isActive():
            self._say_status()

    def _say_status(self) -> None:
        selected = self.view.selected_count()
        words = self._count_words() + (f", {selected:,} selected" if selected else "")
        if words != self.status.text():
            self.status.setText(words)
            self.status_changed.emit(words)

    def _count_words(self) -> str:
        if self._services.tasks.database is None:
            return "Connecting…"
        known = self.model.rowCount()
        if self.model.state is State.FAILED:
            return f"{self.noun.counted(known)}, not up to date" if known else "Not read"
        if not self.model.row_count_exact:
            # In another order a list has as many rows.
            return self._counted or self.finding.notes.about() or "Loading…"
        beyond = self.view.rows_not_shown()
        more = f" shown, {beyond:,} more do not fit into one list" if beyond else ""
        self._counted = self.noun.counted(known) + more
        return self._counted

    def _forget_count(self) -> None:
        self._counted = ""
        self._words_due.stop()
        self._show_state()

    def _choose_columns(self, where: QPoint) -> None:
        self.view.columns_menu().popup(where)

    # The selection

    def _selection_changed(self) -> None:
        count = self.view.selected_count()
        self.verbs.set_selected(count, self._changing.writable)
        everything = self.model.row_count_exact and 1 < count == self.model.total
        self.bulk_bar.set_count(count, f"All {self.noun.counted(count)} selected" if everything else "")
        self._show_status()

    def _say_copied(self, rows: int, wanted: int) -> None:
        self._services.messages.status(copied_words(rows, wanted))

    def _context_menu(self, where: QPoint) -> None:
        self.verbs.context_menu(self).popup(self.view.viewport().mapToGlobal(where))


def copied_words(rows: int, wanted: int) -> str:
    """What became of a request to copy: ``rows`` of ``wanted`` rows are on the clipboard."""
    if wanted > COPY_MOST:
        return f"Only the first {COPY_MOST:,} of {wanted:,} rows were copied"
    if rows < wanted:
        return f"Copied {rows:,} of {wanted:,} rows; the others are deleted"
    return "Copied 1 row" if rows == 1 else f"Copied {rows:,} rows"

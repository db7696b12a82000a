"""The history page: what was changed, by whom and when, whichever program they used."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from PySide6.QtCore import QEvent, QObject, QTimer

from blogadmin.core import queries
from blogadmin.core.database.changes import Changes
from blogadmin.gui.control.services import Services
from blogadmin.gui.dialogs.history_words import op_words, what_words
from blogadmin.gui.pages.noun import Noun
from blogadmin.gui.tables.columns import CellKind, Column, field_text, time_column
from blogadmin.gui.tables.list_model import State

if TYPE_CHECKING:
    from blogadmin.core.queries.details import HistoryEntry
    from blogadmin.gui.control.bulk import BulkRun
    from blogadmin.gui.pages.main_window import MainWindow
    from blogadmin.gui.pages.page import ListPage
    from blogadmin.gui.pages.page_frame import PageFrame

SOON = 300
"""Milliseconds in which commits join before the list looks at what they left in the history."""
NEW_AT_MOST = 1000
"""New changes that are counted."""
WITH_DIALOG = ("users", "posts")


class Recording(QObject):
    """Follows a list whose new rows are what is done to the rows of all others.

    What was done in this window is shown by itself, what others did is counted. A page that is not in front
    reads nothing: it looks when it comes to the front.
    """

    def __init__(self, page: PageFrame, services: Services) -> None:
        super().__init__(page)
        self._page = page
        self._tasks = services.tasks
        self._own = self._others = False
        self._runs = 0
        self._soon = QTimer(self, singleShot=True, interval=SOON)
        self._soon.timeout.connect(self._look)
        services.hub.changed.connect(self._take)
        services.hub.lost_track.connect(self._lost_track)
        services.controller.bulk_started.connect(self._wait_for)
        page.model.state_changed.connect(self._state_changed)
        page.installEventFilter(self)

    def _take(self, _changes: Changes, initiator: object) -> None:
        self._note(own=initiator is not None)

    def _lost_track(self, _noun: object) -> None:
        self._note(own=False)

    def _note(self, *, own: bool) -> None:
        self._own |= own
        self._others |= not own
        # Not started anew by the next commit: where others never rest, nothing would ever be told.
        if self._page.isVisible() and not self._soon.isActive():
            self._soon.start()

    def _wait_for(self, run: BulkRun) -> None:
        """A change of very many rows tells of them again and again: load the list when it is over."""
        self._runs += 1
        run.finished.connect(self._run_over)

    def _run_over(self, _report: object) -> None:
        self._runs -= 1
        self._note(own=True)

    def _state_changed(self, *_args: object) -> None:
        if self._page.model.state is State.LOADING:
            self._own = self._others = False
        elif self._own or self._others:
            self._soon.start()

    def _look(self) -> None:
        page, model = self._page, self._page.model
        loaded = model.state is State.READY and model.row_count_exact
        if not page.isVisible() or not loaded or self._runs:
            return
        if self._own:
            model.reload()
        elif self._others:
            self._others = False
            spec, newest, listing = model.listed, model.cache.order.newest, model.listing
            self._tasks.read(
                f"{page.noun.key}.newer",
                lambda session: listing().places.newer(session, spec, newest, NEW_AT_MOST),
                self._tell,
                # It was only a courtesy; what is wrong shows where rows are read.
                lambda _error: None,
                owner=self,
            )

    def _tell(self, new: Sequence[int]) -> None:
        if self._page.model.state is not State.READY or not new:
            return
        words = new_words(len(new))
        self._page.news.set_message(words, "", "Reload", self._page.model.reload)

    # Qt's overrides

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and (self._own or self._others):
            self._soon.start()
        return False


def new_words(count: int) -> str:
    """How many changes a reload would show: "12 new changes"."""
    more = " or more" if count >= NEW_AT_MOST else ""
    return f"{count:,}{more} new change{'' if count == 1 else 's'}"


def _open(page: PageFrame, services: Services, entry_id: int) -> None:
    """Show what became of the row of a change; where the row is no more, what the change itself holds."""

    def read(session: Any) -> tuple[HistoryEntry | None, bool]:
        entry = queries.history.entry(session, entry_id)
        there = entry is not None and queries.history.exists(session, entry.noun, entry.row_id)
        return entry, there

    def show(found: tuple[HistoryEntry | None, bool]) -> None:
        entry, there = found
        if entry is None:
            services.messages.status("This change is no longer kept. Reload the list.")
        elif there and entry.noun in WITH_DIALOG:
            _page_of(page, entry.noun).open_history(entry.row_id, entry.id)
        else:
            from blogadmin.gui.dialogs.history_entry import EntryDialog

            EntryDialog(services, entry, there=there, parent=page).open()

    services.tasks.read(f"{page.noun.key}.open", read, show, owner=page)


def _page_of(page: PageFrame, noun: str) -> ListPage:
    """The page that the dialogs of ``noun`` belong to."""
    window = cast("MainWindow", page.window())
    made = {one.noun.key: one for one in window.pages}
    if noun not in made:
        # Pages behind are made when there is time, or when they come to the front.
        window.show_page(noun)
        window.show_page(page.noun.key)
        made = {one.noun.key: one for one in window.pages}
    return made[noun]


def _listing() -> Any:
    return queries.history.LISTING


HISTORY = Noun(
    key="history",
    title="History",
    singular="change",
    plural="changes",
    icon="history",
    columns=(
        time_column("at", "When", 17),
        Column("login", "Who", CellKind.PERSON, 18, field_text("login")),
        Column("application", "Where", CellKind.TEXT, 18, field_text("application")),
        Column(
            "op",
            "What",
            CellKind.STATUS,
            23,
            lambda r: op_words(r.op, r.noun),
            value=lambda r: r.op,
        ),
        Column(
            "row",
            "Row",
            CellKind.TITLE,
            30,
            lambda r: r.row or f"No. {r.row_id}",
            detail=lambda r: f"no. {r.row_id}" if r.row else "",
            sortable=False,
        ),
        Column("what", "Change", CellKind.TEXT, 52, lambda r: what_words(r.what), sortable=False),
        Column(
            "version", "Version", CellKind.NUMBER, 9, lambda r: str(r.version), sortable=False, hidden=True
        ),
        Column("id", "ID", CellKind.NUMBER, 8, lambda r: str(r.id), hidden=True),
    ),
    listing=_listing,
    search_hint="Search who and where…",
    first_use="Nothing has been changed yet. What anybody changes, in whichever program, will be here.",
    can_delete=False,
    opens=_open,
    follow=Recording,
)

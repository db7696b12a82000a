"""Offers at the start what was typed earlier and never saved: a quiet bar, to be dealt with now or later."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QBoxLayout

from blogadmin.gui.control.messages import Choice

if TYPE_CHECKING:
    from blogadmin.gui.control.drafts import Free
    from blogadmin.gui.control.services import Services
    from blogadmin.gui.dialogs.trouble_bar import TroubleBar
    from blogadmin.gui.pages.main_window import MainWindow
    from blogadmin.gui.pages.page import ListPage

_NAMED = 3
"""How many drafts are named; of more, the number is told."""


class DraftsOffer(QObject):
    """Shows the drafts that nobody holds, below the window's banners, until each is dealt with."""

    def __init__(self, services: Services, window: MainWindow) -> None:
        super().__init__(window)
        self._services = services
        self._window = window
        self._bar: TroubleBar | None = None
        self._free: tuple[Free, ...] = ()
        if services.drafts is not None:
            services.drafts.offered.connect(self._offer)
            services.drafts.taken.connect(self._taken)
            services.tasks.database_changed.connect(self._another_database)

    def _offer(self, free: tuple[Free, ...]) -> None:
        self._free = free
        self._show()

    def _another_database(self) -> None:
        self._offer(())

    def _taken(self, token: str) -> None:
        self._free = tuple(free for free in self._free if free.token != token)
        self._show()

    # The bar

    def _show(self) -> None:
        if not self._free:
            if self._bar is not None:
                self._bar.clear()
            return
        from blogadmin.gui.dialogs.trouble_bar import Way

        if self._bar is None:
            self._bar = self._make_bar()
        several = len(self._free) > 1
        self._bar.say(
            _in_words(self._free),
            [
                Way("Open the newest" if several else "Open", "openDraftButton", self._open),
                Way("Discard all…" if several else "Discard…", "discardDraftsButton", self._ask),
                Way("Later", "laterButton", self._bar.clear),
            ],
            kind="info",
        )

    def _make_bar(self) -> TroubleBar:
        # Loaded when there is something to offer: at most starts there is not.
        from blogadmin.gui.dialogs.trouble_bar import TroubleBar

        banner = self._window.read_only_banner
        holder = banner.parentWidget()
        bar = TroubleBar(holder)
        bar.setObjectName("draftsBar")
        bar.label.setObjectName("draftsMessage")
        layout = holder.layout() if holder is not None else None
        if isinstance(layout, QBoxLayout):
            layout.insertWidget(layout.indexOf(banner) + 1, bar)
        return bar

    # Opening

    def _open(self) -> None:
        free = self._free[0]
        self._window.show_page(free.draft.noun)
        page = self._window.current_page()
        if page is None or page.noun.key != free.draft.noun or page.noun.dialog is None:
            self._say("There is no window for this draft in this program. It stays kept.")
        elif free.draft.row_id is None:
            self._open_new(page, free)
        else:
            self._open_row(page, free, free.draft.row_id)

    def _open_new(self, page: ListPage, free: Free) -> None:
        new = page.verbs.all["newAction"]
        if not new.isEnabled():
            self._say("Nothing can be changed at the moment. The draft stays kept.")
            return
        before = page.open_dialogs()
        new.trigger()
        for dialog in page.open_dialogs():
            if dialog not in before and not dialog.drafting.take_over(free):
                dialog.finish()
                self._say("This draft is open in another window, or was dealt with there.")
        self._taken(free.token)

    def _open_row(self, page: ListPage, free: Free, row_id: int) -> None:
        page.open_row(row_id)
        for dialog in page.open_dialogs():
            if dialog.state.id == row_id and dialog.is_dirty():
                self._say("Something else was typed there. Save or close it, then open the draft.")
                return
            if dialog.state.id == row_id:
                # One that was open before does not look for drafts by itself.
                dialog.drafting.put_back()
        self._taken(free.token)

    def _say(self, words: str) -> None:
        self._services.messages.status(words)

    # Discarding

    def _ask(self) -> None:
        free = self._free
        what = "This draft" if len(free) == 1 else f"These {len(free)} drafts"
        self._services.messages.ask(
            self._window,
            "Discard what was not saved",
            f"{what} will be gone: {_names(free)}.",
            [
                Choice("discard", "Discard", "destructive"),
                Choice("cancel", "Keep", "reject", default=True),
            ],
            lambda key: self._discard(free) if key == "discard" else None,
        )

    def _discard(self, free: tuple[Free, ...]) -> None:
        for one in free:
            if self._services.drafts is not None:
                self._services.drafts.discard(one)
            self._taken(one.token)


def _in_words(free: tuple[Free, ...]) -> str:
    count = "A draft was" if len(free) == 1 else f"{len(free)} drafts were"
    return f"{count} not saved: {_names(free)}."


def _names(free: tuple[Free, ...]) -> str:
    from blogadmin.gui.dialogs.drafting import spoken

    named = [f"“{one.draft.caption}”, typed {spoken(one.draft.typed_at)}" for one in free[:_NAMED]]
    more = [f"{len(free) - _NAMED} more"] if len(free) > _NAMED else []
    return "; ".join([*named, *more])

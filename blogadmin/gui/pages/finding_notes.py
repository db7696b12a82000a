"""What is said about a list before and beside it: about how many rows, what was ranked, what takes long."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal

from blogadmin.core.queries.spec import ListSpec
from blogadmin.gui.control.services import Services
from blogadmin.gui.pages.finding_words import about
from blogadmin.gui.tables.list_model import State

if TYPE_CHECKING:
    from blogadmin.gui.pages.page_frame import PageFrame

_WORTH_SAYING = 1_000
"""Rows below which the exact number comes as soon as an estimate would."""
_SOON = 100
"""Milliseconds after a page's first rows in which a database is asked what it has; until then it is taken to
have everything."""


class FindingNotes(QObject):
    """Asks what the server can tell beforehand, for the list that was asked for last.

    Signals:
        changed(): other words are to be shown.
    """

    changed = Signal()

    def __init__(self, page: PageFrame, services: Services) -> None:
        super().__init__(page)
        self._page = page
        self._tasks = services.tasks
        self._spec: ListSpec | None = None
        self._about = ""
        self._able: Any = None
        # The first rows would wait behind the catalogue; and pages behind, all at once, those in front.
        self._soon = QTimer(self, singleShot=True, interval=_SOON)
        self._soon.timeout.connect(self._learn)
        services.tasks.database_changed.connect(self._forget)
        page.model.first_rows.connect(self._has_rows)
        page.model.state_changed.connect(self._show_progress)

    def about(self) -> str:
        """About how many rows the list will have, in words; empty while that is not known."""
        return self._about

    def warn(self, spec: ListSpec, give_up: Callable[[], object]) -> None:
        """Say before it is asked for that the list of ``spec`` takes long, if it does, with a way out."""
        why = self._why_slow(spec)
        if why:
            self._page.slow.set_message("This takes a while.", why, "Cancel", give_up)
        else:
            self._page.slow.hide()

    def begin(self, spec: ListSpec) -> None:
        """The list of ``spec`` has been asked for."""
        self._spec, self._about = spec, ""
        self._page.finding_row.say("")
        if self._tasks.database is None:
            return
        key, listing = self._page.noun.key, self._page.noun.listing
        self._tasks.read(
            f"{key}.estimate",
            lambda session: listing().estimate(session, spec),
            self._take_estimate,
            lambda _error: None,
            patient=True,
        )
        if spec.bodies and spec.search and not spec.sort:
            self._tasks.read(
                f"{key}.ranked",
                lambda session: _ranked_among(listing(), session, spec),
                self._take_ranked,
                lambda _error: None,
            )
        else:
            self._tasks.cancel(f"{key}.ranked")

    def _why_slow(self, spec: ListSpec) -> str:
        if self._tasks.database is None:
            return ""
        listing = self._page.noun.listing()
        return (listing.slow(spec) if self._able is None else listing.slow(spec, self._able)) or ""

    def _show_progress(self) -> None:
        if self._page.model.state is not State.LOADING:
            self._page.slow.hide()

    def _take_estimate(self, rows: int) -> None:
        self._about = about(self._page.noun, rows) if rows >= _WORTH_SAYING else ""
        self.changed.emit()

    def _take_ranked(self, most: int) -> None:
        if most:
            self._page.finding_row.say(f"Ranked among the newest {most:,} hits")

    def _forget(self) -> None:
        self._able = None
        self._soon.stop()

    def _has_rows(self) -> None:
        if self._able is None:
            self._soon.start()

    def _learn(self) -> None:
        if self._tasks.database is not None:
            self._tasks.read(
                f"{self._page.noun.key}.abilities",
                _abilities,
                self._take_abilities,
                lambda _error: None,
                patient=True,
            )

    def _take_abilities(self, able: Any) -> None:
        self._able = able


def _abilities(session: Any) -> Any:
    from blogadmin.core.queries import abilities

    return abilities.of(session)


def _ranked_among(listing: Any, session: Any, spec: ListSpec) -> int:
    """How many hits were ranked; 0 if all of them were."""
    from blogadmin.core.queries import bodies

    return bodies.CANDIDATES if listing.ranked_in_part(session, spec) else 0

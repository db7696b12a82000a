"""From the first paint to a list of posts: connect behind the window, then offer what the database needs."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import QObject, QTimer

from blogadmin.core.database.errors import KnownError, NotPermitted
from blogadmin.gui.control.services import Services
from blogadmin.gui.pages.main_window import MainWindow
from blogadmin.gui.widgets.empty_state import EmptyState

if TYPE_CHECKING:
    from blogadmin.connection import Opened
    from blogadmin.gui.dialogs.welcome import WelcomePage


NEEDED_AT_ONCE = ("queries.abilities", "queries.views", "database.feed")
"""What is asked as soon as there is a database, beside the queries of the pages that are there."""
ALONE = 500
"""Milliseconds for which a glance at the first rows has the interpreter for itself."""
SOON = 100
"""Milliseconds after which all that nobody waits for is done: by then the first rows are there."""
LATER = 5_000
"""The same for what nobody ever waits for: when the lists have been read, also long ones."""


class Opener(Protocol):
    """What ``blogadmin.connection.Connector`` offers; each call blocks and runs on a worker."""

    def open(self, url: str | None = None) -> Opened: ...
    def glance(self, kept: str, url: str | None = None) -> list[Any]: ...
    def upgrade(self, opened: Opened) -> Opened: ...
    def load_sample(self, opened: Opened) -> Opened: ...
    def plan_adoption(self, opened: Opened, zone: str | None) -> Any: ...
    def adopt(self, opened: Opened, zone: str | None) -> Opened: ...
    def prepare_history(self, opened: Opened) -> bool: ...


class Looking(Protocol):
    """What ``blogadmin.ahead.Ahead`` offers: rows, or ``None`` if they do not come in so many seconds."""

    def rows(self, seconds: float) -> list[Any] | None: ...


class Start(QObject):
    """Takes the window from "Connecting…" to its pages, by way of an offer where one is needed."""

    def __init__(self, services: Services, opener: Opener, window: MainWindow) -> None:
        super().__init__(window)
        self._services = services
        self._opener = opener
        self._window = window
        self._offering: Opened | None = None
        self._entered: Opened | None = None
        self._due: Callable[[], object] | None = None
        window.server_wanted.connect(self.ask_for_server)

    def begin(self, url: str | None = None, ahead: Looking | None = None) -> None:
        """Connect to ``url``, or to where the settings say.

        What it takes to open a database is long in loading. Where it is known how, the first rows of the list
        in front are read and shown before; ``ahead`` may have begun with that.
        """
        kept = self._window.look.glance(self._window.front_key())
        if not kept:
            self.connect_to(url)
            return
        self._due = lambda: self.connect_to(url)
        QTimer.singleShot(ALONE, self, self._go_on)

        def read() -> list[Any]:
            return self._opener.glance(kept, url) if ahead is None else ahead.rows(ALONE / 1000) or []

        self._services.tasks.run(read, self._glanced, lambda _exc: self._go_on(), owner=self)

    def _glanced(self, rows: list[Any]) -> None:
        if rows and self._services.tasks.database is None:
            self._window.show_early(rows, self._go_on)
        else:
            self._go_on()

    def _go_on(self) -> None:
        due, self._due = self._due, None
        if due is not None:
            due()

    def connect_to(self, url: str | None = None) -> None:
        """Connect to ``url``, or to where the settings say, and do nothing else before."""
        self._due = None
        first = tuple(f"queries.{key}" for key in self._window.page_keys())
        self._services.tasks.run(
            lambda: self._open(url, first), self._arrived, lambda exc: self._failed(exc, url), owner=self
        )

    def _open(self, url: str | None, first: tuple[str, ...]) -> Opened:
        opened = self._opener.open(url)
        # Here on the worker: the first list that is asked for would load them in the window's thread.
        _load(*first, *NEEDED_AT_ONCE)
        return opened

    def _load_others(self) -> None:
        others = tuple(f"queries.{key}" for key in self._window.noun_keys())
        think = self._window.think_of_glance()

        def work() -> None:
            _load(*others)
            think()

        self._services.tasks.run(work, lambda _nothing: self._window.keep_glance(), owner=self)

    def ask_for_server(self) -> None:
        """Let the person name a server; nothing changes until it has answered."""
        from blogadmin.gui.dialogs.connect import ConnectDialog

        dialog = ConnectDialog(self._services, self._window, probe=self._probe)
        dialog.chosen.connect(self._change_server)
        dialog.open()

    def _probe(self, url: str) -> Opened:
        opened = self._opener.open(url)
        opened.database.close()
        return opened

    def _change_server(self, url: str) -> None:
        self._window.close_dialogs(lambda: self.connect_to(url))

    def _arrived(self, opened: Opened) -> None:
        self._window.finish_furnishing()
        offers = {"empty": self._offer_content, "foreign": self._offer_adoption, "older": self._offer_upgrade}
        offer = offers.get(opened.state.kind)
        if offer is None:
            self._enter(opened)
        else:
            offer(opened)

    def _enter(self, opened: Opened) -> None:
        self._close_offered(opened)
        self._entered = opened
        old = self._services.tasks.database
        self._services.tasks.set_database(opened.database)
        if old is not None and old is not opened.database:
            self._services.tasks.run(old.close, lambda _nothing: None)
        self._window.connected(opened.place, local=opened.local, encrypted=opened.encrypted)
        QTimer.singleShot(SOON, self, self._load_others)
        if opened.state.kind == "newer":
            self._window.set_writable(
                False,
                "The database was made by a newer blogadmin. Update this program to change something.",
            )
        elif opened.state.kind == "older":
            self._window.set_writable(False, "The database waits for its upgrade.")
        else:
            self._window.set_writable(True)
            QTimer.singleShot(LATER, self, lambda: self._prepare_history(opened))

    def _prepare_history(self, opened: Opened) -> None:
        # Nobody waits for it: without a month of its own an entry goes where the next program finds it.
        if self._services.tasks.database is opened.database:
            self._services.tasks.run(
                lambda: self._opener.prepare_history(opened), lambda _made: None, lambda _exc: None
            )

    def _failed(self, exc: Exception, url: str | None) -> None:
        self._window.finish_furnishing()
        if not isinstance(exc, KnownError):
            self._services.messages.bug(exc)
        if self._offering is not None or self._services.tasks.database is not None:
            # Another server was tried; what is on the screen goes on.
            self._services.messages.error(self._window, "That server cannot be used", str(exc))
            return
        page = EmptyState(self._window)
        page.setObjectName("startFailure")
        page.show_message(
            "alert-circle",
            "The blog cannot be opened",
            str(exc),
            [("Retry", lambda: self._again(url)), ("Connect to a server…", self.ask_for_server)],
        )
        self._window.show_start(page)
        self._window.connection.not_connected()

    def _again(self, url: str | None) -> None:
        self._window.connection.connecting()
        self.connect_to(url)

    # Offers

    def _offer_content(self, opened: Opened) -> None:
        from blogadmin.gui.dialogs.welcome import WelcomePage

        self._close_offered(opened)
        self._offering = opened
        former = self._entered
        page = WelcomePage(self._window, place=_spoken(opened), back_to=_spoken(former) if former else "")
        page.sample_chosen.connect(
            lambda: self._prepare(page, "Filling the sample blog…", lambda: self._opener.load_sample(opened))
        )
        page.empty_chosen.connect(
            lambda: self._prepare(page, "Making the tables…", lambda: self._opener.upgrade(opened))
        )
        page.server_chosen.connect(self.ask_for_server)
        if former is not None:
            page.back_chosen.connect(lambda: self._enter(former))
        self._window.show_start(page)
        self._window.connection.connected(opened.place, local=opened.local, encrypted=opened.encrypted)

    def _prepare(self, page: WelcomePage, words: str, work: Callable[[], Opened]) -> None:
        page.set_busy(words)
        self._services.tasks.run(work, self._arrived, lambda exc: self._not_prepared(page, exc), owner=page)

    def _not_prepared(self, page: WelcomePage, exc: Exception) -> None:
        page.set_busy("")
        if isinstance(exc, KnownError):
            self._services.messages.error(self._window, "The database could not be prepared", str(exc))
        else:
            self._services.messages.bug(exc)

    def _offer_adoption(self, opened: Opened) -> None:
        from blogadmin.gui.dialogs.schema_offer import AdoptOffer

        dialog = AdoptOffer(
            self._services,
            self._window,
            plan_for=lambda zone: self._opener.plan_adoption(opened, zone),
            adopt=lambda zone: self._opener.adopt(opened, zone),
        )
        dialog.adopted.connect(self._arrived)
        dialog.declined.connect(lambda: self._leave(opened))
        dialog.open()

    def _offer_upgrade(self, opened: Opened) -> None:
        from blogadmin.gui.dialogs.schema_offer import UpgradeOffer

        dialog = UpgradeOffer(
            self._services, self._window, opened.state, upgrade=lambda: self._opener.upgrade(opened)
        )
        dialog.upgraded.connect(self._arrived)
        dialog.read_only_chosen.connect(lambda: self._open_read_only(opened))
        dialog.open()

    def _leave(self, opened: Opened) -> None:
        """Nothing of a database that was not adopted can be shown: its tables lack what the lists read."""
        self._services.tasks.run(opened.database.close, lambda _nothing: None)
        words = "The database was left as it is. Without being adopted it cannot be used."
        self._failed(NotPermitted(words), opened.given)

    def _close_offered(self, following: Opened) -> None:
        """Let go of a database that was on offer when another one takes its place."""
        offered, self._offering = self._offering, None
        if offered is not None and offered.database is not following.database:
            self._services.tasks.run(offered.database.close, lambda _nothing: None)

    def _open_read_only(self, opened: Opened) -> None:
        opened.database.read_only = True
        self._enter(opened)


def _load(*names: str) -> None:
    for name in names:
        import_module(f"blogadmin.core.{name}")


def _spoken(opened: Opened) -> str:
    """Where a database is, for the middle of a sentence."""
    return "the blog on this computer" if opened.local else opened.place

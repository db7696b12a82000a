"""A window whose parts are made bit by bit, while its frame is on the screen."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from blogadmin.gui.pages.first_frame import FirstFrame
from blogadmin.gui.pages.remembered import Remembered

if TYPE_CHECKING:
    from blogadmin.gui.control.services import Services
    from blogadmin.gui.pages.connection_state import ConnectionState
    from blogadmin.gui.pages.noun import Noun
    from blogadmin.gui.pages.page import ListPage
    from blogadmin.gui.widgets.banner import Banner
    from blogadmin.gui.widgets.navigation import NavigationList
    from blogadmin.gui.widgets.status_bar import StatusBar

NARROW = 1100
"""Below this width, in device-independent pixels, the navigation shows icons only."""


class PartedWindow(QMainWindow):
    """What a window is made of, and when.

    Without ``services`` it is only its frame, which is painted long before the modules of its parts are
    loaded; ``furnish`` then makes the parts. A page that is not in front is made when somebody wants it, or
    when there is nothing else to do.
    """

    frame: FirstFrame
    services: Services
    connection: ConnectionState
    navigation: NavigationList
    connection_banner: Banner
    read_only_banner: Banner
    status_bar: StatusBar

    def __init__(self, services: Services | None = None, log_file: str = "") -> None:
        super().__init__()
        self.look = Remembered()
        self._agreed = False
        self._log_file = log_file
        self._made: dict[str, ListPage] = {}
        self._coming: dict[str, ListPage] = {}
        self._unread: list[ListPage] = []
        self._steps: Iterator[None] = iter(())
        self._is_furnished = self._is_connected = False
        self._early: tuple[Sequence[Any], Callable[[], object]] | None = None
        self._writable = (True, "")
        self.setObjectName("mainWindow")
        self.setWindowTitle("blogadmin")
        self.setMinimumSize(960, 600)
        geometry = self.look.geometry()
        if geometry is None or not self.restoreGeometry(geometry):
            self.resize(1440, 900)
        if services is None:
            self.frame = FirstFrame(self.look.page(), narrow=self.width() < NARROW, parent=self)
            self.setCentralWidget(self.frame)
            return
        self.begin_furnishing(services, log_file)
        self.finish_furnishing()
        for noun in self._nouns():
            self._page(noun.key)

    # Making it bit by bit

    def begin_furnishing(self, services: Services, log_file: str) -> None:
        """Get ready to make the parts that a window without services lacks."""
        self._steps = self._furnish(services, log_file)

    def furnish(self) -> bool:
        """Make another part; whether there are more to make."""
        return next(self._steps, self) is not self

    def finish_furnishing(self) -> None:
        """Make what is left of the parts at once: somebody needs them. The pages behind come later."""
        while not self._is_furnished and self.furnish():
            pass

    def _furnish(self, services: Services, log_file: str) -> Iterator[None]:
        from blogadmin.gui.pages.connection_state import ConnectionState
        from blogadmin.gui.theme import application_icon

        self.services, self._log_file = services, log_file
        self.setWindowIcon(application_icon())
        central = QWidget(self)
        central.hide()
        self._lay_out(central)
        yield
        self.connection = ConnectionState(services.tasks, self.connection_banner, self.status_bar, self)
        if services.live is not None:
            self.connection.follow(services.live)
        self.connection.connecting()
        yield
        front = self._noun(self.look.page())
        while front.key not in self._made:
            self._make(front)
            yield
        self._show_early_rows(self._made[front.key])
        yield
        self._connect()
        services.tasks.busy.connect(self._read_when_idle)
        yield
        self.setCentralWidget(central)
        central.show()
        self.navigation.set_narrow(self.width() < NARROW)
        self._is_furnished = True

    def show_early(self, rows: Sequence[Any], painted: Callable[[], object]) -> None:
        """Show rows on the page in front before there is a database, as soon as there is the page.

        ``painted`` is called once they are on the screen.
        """
        self._early = rows, painted
        page = self._made.get(self.front_key())
        if page is not None:
            self._show_early_rows(page)

    def _show_early_rows(self, page: ListPage) -> None:
        early, self._early = self._early, None
        if early is not None and not self._is_connected:
            page.show_early(*early)

    def make_next_page(self) -> bool:
        """Make a part of a page that nobody has asked for yet; whether there is more to make."""
        missing = [noun for noun in self._nouns() if noun.key not in self._made]
        return bool(missing) and (self._make(missing[0]) or len(missing) > 1)

    @property
    def pages(self) -> list[ListPage]:
        """The pages that have been made, in the order of the navigation."""
        return [self._made[noun.key] for noun in self._nouns() if noun.key in self._made]

    @property
    def unread(self) -> Sequence[ListPage]:
        """The pages behind whose lists wait to be read."""
        return tuple(self._unread)

    def page_keys(self) -> tuple[str, ...]:
        """The keys of the pages that have been made, and of the one that will be in front."""
        return (*self._made, self.front_key())

    def front_key(self) -> str:
        """The key of the page that is in front when there is a database."""
        return self._noun(self.look.page()).key

    def noun_keys(self) -> tuple[str, ...]:
        """The keys of all pages, made or not."""
        return tuple(noun.key for noun in self._nouns())

    def current_page(self) -> ListPage | None:
        """The page in front, or ``None`` while the start sequence is."""
        widget = self._stack.currentWidget()
        return next((page for page in self._made.values() if page is widget), None)

    # Making

    def _lay_out(self, central: QWidget) -> None:
        from blogadmin.gui.widgets.banner import Banner
        from blogadmin.gui.widgets.navigation import NavigationList
        from blogadmin.gui.widgets.status_bar import StatusBar

        self.navigation = NavigationList(self)
        self._stack = QStackedWidget(self)
        self._stack.setObjectName("pages")
        self._stack.currentChanged.connect(self._let_rest)
        for noun in self._nouns():
            self.navigation.add_page(noun.key, noun.title, noun.icon)
        self.connection_banner = Banner("bad", self, closable=False)
        self.connection_banner.setObjectName("connectionBanner")
        self.read_only_banner = Banner("warn", self, closable=False)
        self.read_only_banner.setObjectName("readOnlyBanner")
        self.status_bar = StatusBar(self)
        row = QHBoxLayout()
        row.setSpacing(0)
        row.addWidget(self.navigation)
        row.addWidget(self._stack, 1)
        layout = QVBoxLayout(central)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.connection_banner)
        layout.addWidget(self.read_only_banner)
        layout.addLayout(row, 1)
        layout.addWidget(self.status_bar)

    @staticmethod
    def _nouns() -> tuple[Noun, ...]:
        from blogadmin.gui.pages.registry import NOUNS

        return NOUNS

    def _page(self, key: str) -> ListPage:
        """The page of a noun, made now if need be; the first one's for an unknown key."""
        noun = self._noun(key)
        while noun.key not in self._made:
            self._make(noun)
        return self._made[noun.key]

    def _noun(self, key: str) -> Noun:
        nouns = self._nouns()
        return next((noun for noun in nouns if noun.key == key), nouns[0])

    def _make(self, noun: Noun) -> bool:
        """Make another part of the page of a noun; whether there are more to make."""
        page = self._coming.get(noun.key)
        if page is None:
            from blogadmin.gui.pages.page import ListPage

            # Where it will stand: Qt would look through all of its parts again when it got another parent.
            page = self._coming[noun.key] = ListPage(noun, self.services, self._stack, whole=False)
            page.hide()
            return True
        if page.go_on():
            return True
        self._made[noun.key] = self._coming.pop(noun.key)
        self._place_page(page)
        return False

    def _place_page(self, page: ListPage) -> None:
        self._stack.addWidget(page)
        page.status_changed.connect(lambda words: self._page_says(page, words))
        page.view.restore_state(self.look.columns(page.noun.key))
        page.view.set_density(self.look.density())
        self._let_rest()
        if self._is_connected:
            page.set_writable(*self._writable)
            page.start()

    def _let_rest(self) -> None:
        """Let the lists behind be: each commit of anybody would have all of them read again."""
        front = self.current_page()
        for page in self.pages:
            page.model.rest(page is not front)

    # Reading them

    def _read_pages(self) -> None:
        """Read the list in front, and those behind when nobody waits for anything.

        Together they would take workers and interpreter from the one that is looked at.
        """
        self._unread = list(self.pages)
        for page in self._unread:
            page.views.forget()
        if (front := self.current_page()) is not None:
            self._read(front)

    def _read(self, page: ListPage) -> None:
        """Read the list of a page, unless that has been done."""
        if page in self._unread:
            self._unread.remove(page)
            page.start()

    def _read_when_idle(self, busy: bool) -> None:
        if not busy and self._unread:
            # Whoever is told of an answer after us may ask for more.
            QTimer.singleShot(0, self, self._read_next)

    def _read_next(self) -> None:
        if self._unread and not self.services.tasks.outstanding:
            self._read(self._unread[0])

    def _connect(self) -> None:
        """Have the parts work together: they are there, but for the pages behind."""

    def _page_says(self, page: ListPage, words: str) -> None:
        # Before there is a database, that the program connects is said beside it already.
        if page is self.current_page() and self._is_connected:
            self.status_bar.set_message(words)

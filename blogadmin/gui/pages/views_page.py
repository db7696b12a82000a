"""The views of a page: which one is shown, how one is kept, and how it comes back."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QPoint, Qt

from blogadmin.core import queries
from blogadmin.core.database.changes import Changes
from blogadmin.core.queries.spec import ListSpec
from blogadmin.gui.control.services import Services
from blogadmin.gui.pages.finding import Finding
from blogadmin.gui.pages.remembered import Remembered
from blogadmin.gui.pages.views_dialogs import MeDialog, NameDialog
from blogadmin.gui.pages.views_menu import ViewsMenu, ViewVerbs
from blogadmin.gui.pages.views_store import NOUN, ViewStore
from blogadmin.gui.pages.views_view import (
    columns_in,
    columns_state,
    for_person,
    is_about_me,
    kept,
    key_of,
    same,
)

if TYPE_CHECKING:
    from blogadmin.core.queries.views import View
    from blogadmin.gui.pages.page_frame import PageFrame

_LONGEST = 28
"""Characters of a view's name on its button."""


class Views(QObject):
    """Shows views on a page. The one that was chosen last comes back with the next start."""

    def __init__(self, page: PageFrame, finding: Finding, services: Services) -> None:
        super().__init__(page)
        self._page, self._finding, self._services = page, finding, services
        self._memory = Remembered()
        self._store = ViewStore(page.noun, services, self)
        self._begun = False
        self._current: View | None = None
        self._shown: ListSpec | None = None
        self._writable = True
        self._button = page.finding_row.views
        self._menu = ViewsMenu(self._verbs(), self._button)
        self._button.clicked.connect(self.open_menu)
        finding.changed.connect(self._show_name)
        services.hub.changed.connect(self._take_changes)
        self._show_name()

    def _verbs(self) -> ViewVerbs:
        return ViewVerbs(
            show=self.show,
            show_all=self.show_all,
            save=self.save,
            update=self.update,
            rename=self.rename,
            share=self.share,
            delete=self.delete,
            choose_me=self.choose_me,
        )

    # What a page asks

    def make_verbs(self) -> None:
        """Make the page's action that opens the menu of views."""
        action = self._page.verbs.add("viewsAction", "Views…", "bookmark", self.open_menu, "Ctrl+Shift+V")
        action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)

    def start(self) -> None:
        """Load the page from the database that is there now, with the view that was chosen last."""
        wanted = self._memory.view(self._page.noun.key)
        self._current = self._shown = None
        self._begun = False
        self.forget()
        if wanted.startswith("saved/"):
            self._store.read(lambda: self._begin(wanted))
        else:
            self._begin(wanted)
            self._store.read(lambda: None)

    def forget(self) -> None:
        """The database is another one: its saved views come with ``start`` or ``read``."""
        self._store.saved = ()

    def read(self, then: Callable[[], object]) -> None:
        """Read the saved views before the page itself is read; ``then`` is called in any case."""
        self._store.read(then)

    def set_writable(self, writable: bool) -> None:
        """Whether views can be kept."""
        self._writable = writable

    def offered(self) -> list[tuple[str, Callable[[], object]]]:
        """Each view that can be shown, by name, with what shows it."""
        return [
            (view.name, lambda view=view: self.show(view)) for view in self._store.views() if not view.problem
        ]

    @property
    def current(self) -> View | None:
        """The view that is shown, with whatever was changed since."""
        return self._current

    @property
    def changed(self) -> bool:
        """Whether something else is looked for than the view that is shown says."""
        return self._shown is not None and not same(self._shown, self._finding.spec())

    def open_menu(self) -> None:
        """Show the menu below its button."""
        views = self._store.views()
        if views:
            # What others shared since is there the next time.
            self._store.read(lambda: None)
        self._menu.fill(
            self._page.noun.plural, views, self._current, changed=self._is_changed(), writable=self._writable
        )
        self._menu.popup(self._button.mapToGlobal(QPoint(0, self._button.height() + 2)))

    def _is_changed(self) -> bool:
        if self._current is None or self._current.id is None:
            return False
        return self.changed or columns_in(self._page.view.save_state()) != self._current.columns

    # Showing

    def show(self, view: View) -> None:
        """Show a view; one that is about "me" asks who that is, once."""
        if view.problem:
            return
        self._begun = True
        if is_about_me(view):
            self._with_me(lambda person: self._apply(view, person))
        else:
            self._apply(view, 0)

    def show_all(self) -> None:
        """Show every row."""
        self._begun = True
        self._keep(None)
        self._finding.clear()

    def choose_me(self) -> None:
        """Ask who the person is."""
        self._ask_me(lambda _person: self._show_again())

    def _begin(self, wanted: str) -> None:
        if self._begun:
            # Something else was chosen while the saved views were being read.
            return
        view = next((view for view in self._store.views() if key_of(view) == wanted), None)
        if view is None or view.problem:
            self._finding.start()
        else:
            self.show(view)

    def _apply(self, view: View, person: int) -> None:
        if view.columns:
            every = [column.name for column in self._page.noun.columns]
            self._page.view.restore_state(columns_state(view.columns, every))
        self._shown = for_person(view.spec, person)
        self._keep(view)
        self._finding.show(self._shown)
        self._show_name()

    def _show_again(self) -> None:
        if self._current is not None and is_about_me(self._current):
            self.show(self._current)

    def _keep(self, view: View | None) -> None:
        self._current = view
        if view is None:
            self._shown = None
        self._memory.keep_view(self._page.noun.key, key_of(view) if view is not None else "")
        self._show_name()

    def _show_name(self) -> None:
        name = self._current.name if self._current is not None else "Views"
        words = f"{name}, changed" if self.changed else name
        short = f"{words[: _LONGEST - 1]}…" if len(words) > _LONGEST else words
        self._button.setText(short.replace("&", "&&"))
        self._button.setAccessibleName(f"Views: {words}" if self._current is not None else "Views")

    # Who "me" is

    def _with_me(self, then: Callable[[int], object]) -> None:
        email = self._memory.me()
        if not email:
            self._ask_me(then)
            return
        self._services.tasks.read(
            f"{self._page.noun.key}.me",
            lambda session: queries.users.owner_of_email(session, email),
            lambda person: then(person.id) if person is not None else self._ask_me(then),
            lambda _error: self._finding.start(),
            owner=self,
        )

    def _ask_me(self, then: Callable[[int], object]) -> None:
        dialog = MeDialog(self._services.tasks, self._page)

        def known(person: Any) -> None:
            self._memory.keep_me(person.email)
            then(person.id)

        dialog.chosen.connect(known)
        dialog.open()
        if self._page.model.rowCount() == 0:
            # Asked at the start: there is something to see meanwhile.
            self._finding.start()

    # Keeping

    def save(self) -> None:
        """Keep what is shown under a new name."""
        dialog = NameDialog("Save this view", "Save", "", self._page, shared=False)

        def take(name: str, shared: bool) -> None:
            self._store.save(name, self._snapshot(), shared, self._then(dialog), dialog.failed)

        dialog.named.connect(take)
        dialog.open()

    def update(self, view: View) -> None:
        """Keep what is shown in place of what the view says."""
        self._store.update(view, self._snapshot(), lambda _outcome: self._reread(view.name))

    def rename(self, view: View) -> None:
        """Call a view something else."""
        dialog = NameDialog("Rename the view", "Rename", view.name, self._page, shared=None)

        def take(name: str, _shared: bool) -> None:
            self._store.rename(view, name, self._then(dialog), dialog.failed)

        dialog.named.connect(take)
        dialog.open()

    def share(self, view: View, shared: bool) -> None:
        """Let everybody see a view, or only oneself."""
        self._store.share(view, shared, lambda _outcome: None)

    def delete(self, view: View) -> None:
        """Delete a view; the list stays as it is."""
        self._store.delete(view, lambda _outcome: None)

    def _snapshot(self) -> dict[str, Any]:
        return kept(self._finding.spec(), columns_in(self._page.view.save_state()))

    def _then(self, dialog: NameDialog) -> Callable[[Any], object]:
        def done(outcome: Any) -> None:
            name = dialog.name()
            dialog.saved(outcome)
            self._reread(name)

        return done

    def _reread(self, name: str) -> None:
        """The view of that name is the one that is shown, as the database has it now."""

        def take() -> None:
            own = next((view for view in self._store.saved if view.own and view.name == name), None)
            if own is not None:
                self._shown = own.spec
                self._keep(own)

        self._store.read(take)

    def _take_changes(self, changes: Changes, _initiator: object) -> None:
        if changes.touched(NOUN) and self._services.tasks.database is not None:
            self._store.read(self._follow)

    def _follow(self) -> None:
        """A view was renamed, deleted or brought back: the one that is shown goes by what it is now."""
        if self._current is None or self._current.id is None:
            return
        wanted = key_of(self._current)
        self._keep(next((view for view in self._store.saved if key_of(view) == wanted), None))

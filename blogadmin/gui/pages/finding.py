"""What a page looks for: words, filters and order, and how they become a list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QKeySequence

from blogadmin.core import queries
from blogadmin.core.queries.spec import Condition, Field, Group, Kind, ListSpec, Sort
from blogadmin.gui.control.services import Services
from blogadmin.gui.pages.filter_panel import FilterPanel
from blogadmin.gui.pages.filter_tree import Place, added, removed, replaced, with_alternative
from blogadmin.gui.pages.filter_words import ME, FilterWords
from blogadmin.gui.pages.finding_notes import FindingNotes
from blogadmin.gui.tables.list_model import State

if TYPE_CHECKING:
    from blogadmin.gui.pages.page_frame import PageFrame

Keys = QKeySequence.StandardKey


class Finding(QObject):
    """Knows the words, chips and order of a page and loads the list that they describe.

    Signals:
        changed(): something else is looked for.
    """

    changed = Signal()

    def __init__(self, page: PageFrame, services: Services) -> None:
        super().__init__(page)
        self._page = page
        self._tasks = services.tasks
        self._row, self._bar, self._model = page.finding_row, page.filter_bar, page.model
        self._words = FilterWords(page.noun.columns, {})
        self._panel: FilterPanel | None = None
        self._place: Place | None = None
        self._beside = False
        self._sort_before: tuple[Sort, ...] = ()
        self._shown = ListSpec()
        self.notes = FindingNotes(page, services)
        self.notes.changed.connect(self.changed)
        self._row.search.search_requested.connect(self._search)
        self._row.bodies.toggled.connect(self._look_in_bodies)
        self._row.add.clicked.connect(self.add_filter)
        self._bar.changed.connect(self._filter)
        self._bar.edit_wanted.connect(self._edit)
        self._bar.alternative_wanted.connect(self._add_beside)
        page.view.sort_requested.connect(self._order)
        services.tasks.database_changed.connect(self._drop_panel)

    # What a page asks

    def make_verbs(self) -> None:
        """Make the page's actions that find."""
        add = self._page.verbs.add
        made = [
            add("findAction", "Find", "search", self.find, Keys.Find),
            add("addFilterAction", "Add filter…", "filter", self.add_filter, "Ctrl+Shift+F"),
            add("removeFilterAction", "Remove last filter", "x", self._bar.remove_last, "Alt+Backspace"),
            add("clearFiltersAction", "Clear all filters", "x", self._bar.clear, "Ctrl+Shift+Backspace"),
        ]
        if self._page.noun.has_bodies:
            bodies = add("bodiesAction", "Search in bodies", "file-text", self._toggle_bodies, "Ctrl+Shift+B")
            made.append(bodies)
        for action in made:
            # Wherever in the window the keyboard is; a page that is not in front takes no keys.
            action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        slash = add("searchKeyAction", "Search", "search", self.find, "/")
        slash.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        self._page.view.addAction(slash)
        self._show_filter(None)

    def start(self) -> None:
        """Load the list from the database that is there now."""
        self.load(self.spec()._replace(sort=self._page.view.sort_keys()))

    def spec(self) -> ListSpec:
        """What is looked for, as the page shows it now."""
        words, bodies = self._row.search.text().strip(), self._row.bodies.isChecked()
        return ListSpec(words, self._model.spec.sort, self._bar.where, bodies)

    @property
    def fields(self) -> Mapping[str, Field]:
        """What the list can be filtered by. Needs a database, because the queries come with it."""
        return self._page.noun.listing().fields

    @property
    def words(self) -> FilterWords:
        """Puts filters of this page into words."""
        return self._words

    @property
    def narrows(self) -> bool:
        """Whether rows may be left out."""
        return bool(self._model.spec.search or self._model.spec.where)

    def show(self, spec: ListSpec) -> None:
        """Look for what ``spec`` says, and show it in words and chips."""
        blocked = self._row.bodies.blockSignals(True)
        self._row.bodies.setChecked(spec.bodies)
        self._row.bodies.blockSignals(blocked)
        self._row.search.setText(spec.search)
        self._show_filter(spec.where)
        self.load(spec)

    def load(self, spec: ListSpec) -> None:
        """Load the list of ``spec``; one that takes long says so beforehand."""
        if self._model.state is State.READY:
            self._shown = self._model.spec
        self.notes.warn(spec, self.cancel)
        self._model.load(spec)
        self.notes.begin(spec)
        self.changed.emit()

    def find(self) -> None:
        """Put the keyboard into the search field."""
        self._row.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._row.search.selectAll()

    def clear(self) -> None:
        """Look for everything."""
        self.show(ListSpec(sort=self._model.spec.sort))
        self._page.view.setFocus()

    def clear_search(self) -> None:
        """Look for what the filters alone let through."""
        self._row.search.clear_and_search()
        self._page.view.setFocus()

    def clear_filters(self) -> None:
        """Look for what the words alone find."""
        self._bar.clear()
        self._page.view.setFocus()

    # Words

    def _search(self, words: str) -> None:
        if words.strip() != self._model.spec.search:
            self.load(self._model.spec._replace(search=words.strip()))

    def _toggle_bodies(self) -> None:
        self._row.bodies.toggle()

    def _look_in_bodies(self, on: bool) -> None:
        """The best hits come first; the order that was chosen before returns with the plain search."""
        if on:
            self._sort_before = self._model.spec.sort
        self.load(self.spec()._replace(sort=() if on else self._sort_before))

    def _order(self, keys: tuple[Sort, ...]) -> None:
        self.load(self._model.spec._replace(sort=keys))

    # Filters

    def add_filter(self) -> None:
        """Ask for another condition."""
        self._ask(None, beside=False)

    def _filter(self, where: Group | None) -> None:
        self._show_filter(where)
        self.load(self.spec()._replace(where=self._bar.where))

    def _show_filter(self, where: Group | None) -> None:
        if where is not None:
            self._words.fields = self.fields
            self._learn_names(where)
        self._bar.show_filter(where, self._words)
        for name in ("removeFilterAction", "clearFiltersAction"):
            self._page.verbs.all[name].setEnabled(self._bar.where is not None)

    def _ask(self, place: Place | None, *, beside: bool) -> None:
        if self._tasks.database is None:
            return
        self._place, self._beside = place, beside
        chip = self._bar.chip_at(place) if place is not None else None
        self._the_panel().ask_field(chip or self._row.add)

    def _add_beside(self, place: Place) -> None:
        self._ask(place, beside=True)

    def _edit(self, place: Place) -> None:
        part, chip = self._bar.part(place), self._bar.chip_at(place)
        if isinstance(part, Condition) and chip is not None:
            self._place, self._beside = place, False
            self._the_panel().edit(part, chip)

    def _take(self, condition: Condition) -> None:
        where, place = self._bar.where, self._place
        if where is None or place is None:
            where = added(where, condition)
        elif self._beside:
            where = with_alternative(where, place, condition)
        else:
            where = replaced(where, place, condition)
        self._filter(where)

    def _the_panel(self) -> FilterPanel:
        if self._panel is None:
            self._words.fields = self.fields
            self._panel = FilterPanel(self.fields, self._words, self._tasks, self._page.window())
            self._panel.chosen.connect(self._take)
            self._panel.counts_wanted.connect(self._count)
        return self._panel

    def _drop_panel(self) -> None:
        if self._panel is not None:
            self._panel.close_sheet()
            self._panel.deleteLater()
            self._panel = None

    def _count(self, name: str) -> None:
        """Count the values of a field among the rows that the other conditions let through."""
        if self.fields[name].kind not in (Kind.CHOICE, Kind.FLAG) or not hasattr(
            self._page.noun.listing(), "facets"
        ):
            return
        where = self._bar.where
        others = removed(where, self._place) if self._place is not None and not self._beside else where
        spec, listing = self.spec()._replace(where=others), self._page.noun.listing
        slot = f"{self._page.noun.key}.facets"
        self._tasks.read(
            slot,
            lambda session: listing().facets(session, spec, name),
            lambda facets: self._show_counts(name, facets),
            lambda _error: None,
            owner=self,
        )

    def _show_counts(self, name: str, facets: Any) -> None:
        if self._panel is not None:
            self._panel.show_counts(name, count_words(facets, self.fields[name]))

    def _learn_names(self, where: Group) -> None:
        """Look up who the people of a filter are, where only their ids are known."""
        kinds = {name for name, field in self.fields.items() if field.kind is Kind.PERSON}
        wanted = [c.value for c in where.conditions() if c.field in kinds]
        ids = {v for value in wanted for v in (value if isinstance(value, tuple) else (value,))}
        unknown = sorted(v for v in ids if isinstance(v, int) and v not in self._words.names and v != ME)
        if unknown:
            self._tasks.read(
                f"{self._page.noun.key}.names",
                lambda session: [queries.users.choice(session, id_) for id_ in unknown],
                self._take_names,
                lambda _error: None,
            )

    def _take_names(self, people: list[Any]) -> None:
        self._words.names.update({person.id: person.name for person in people if person is not None})
        self._bar.rename()
        self.changed.emit()

    def cancel(self) -> None:
        """Give up on the list that is being read, and show the one before."""
        self.show(self._shown)


def count_words(facets: Any, field: Field) -> dict[Any, str]:
    """How many rows have each value, in words; "≥" where the counting was cut short.

    A value that was not met has none only where everything was counted.
    """
    sign = "" if facets.exact else "≥ "
    found = {value: f"{sign}{count:,}" for value, count in facets.values}
    every = field.choices or ((True, False) if field.kind is Kind.FLAG else ())
    return {**dict.fromkeys(every, "0" if facets.exact else ""), **found}

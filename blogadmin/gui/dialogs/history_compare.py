"""Which two states of a row are compared, and showing what differs between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal

from blogadmin.gui.dialogs.edit_state import Phase
from blogadmin.gui.dialogs.history_diff import Compared, Pair, compare
from blogadmin.gui.dialogs.history_head import HERE, Head
from blogadmin.gui.dialogs.history_list import Version
from blogadmin.gui.dialogs.history_read import Fields, Past, pairs, password_note, read_past
from blogadmin.gui.dialogs.history_restore import form_value, same_value
from blogadmin.gui.dialogs.history_text import DiffText
from blogadmin.gui.dialogs.history_words import field_words
from blogadmin.gui.widgets.times import relative

if TYPE_CHECKING:
    from blogadmin.gui.dialogs.edit_dialog import EditDialog

AT_ONCE: Final = 60_000
"""Characters up to which texts are compared right here; longer ones go to a worker."""
_KEPT: Final = 8
_NOTHING: Final = Past(None, None)


@dataclass(frozen=True, slots=True)
class Shown:
    """The version that is shown, its values that a form could take, and who the people in them are."""

    version: Version
    values: Fields | None = field(repr=False)
    past: Past = field(repr=False)


class Comparing(QObject):
    """Shows one version at a time beside what it came from, or beside what stands in the form.

    Signals:
        shown: something else is shown.
        failed: the error, where the version could not be read.
    """

    shown = Signal()
    failed = Signal(object)

    def __init__(self, dialog: EditDialog, head: Head, text: DiffText, parent: QObject) -> None:
        super().__init__(parent)
        self._dialog, self._head, self._text = dialog, head, text
        self._slot = f"history-past-{id(self)}"
        self._pasts: dict[int, Past] = {}
        self._found = Compared()
        self._generation = 0
        self.now: Shown | None = None
        """What is shown."""

    def forget(self) -> None:
        """The dialog shows another row."""
        self._pasts = {}
        self._generation += 1
        self.now = None

    def show(self, version: Version, *, again: bool = False) -> None:
        """Show a version, ``again`` without leaving the place in it where the person is."""
        self._generation += 1
        entry = version.entry
        if entry is None:
            self._compare(version, again, _NOTHING)
        elif entry.id in self._pasts:
            self._compare(version, again, self._pasts[entry.id])
        else:
            people = self._people()
            self._dialog.services.tasks.read(
                self._slot,
                lambda session: read_past(session, entry, people),
                partial(self._know, version, self._generation),
                self.failed.emit,
                owner=self,
            )

    def restorable(self) -> list[str]:
        """The fields in which the form has another value than the version that is shown."""
        form, dialog = self._dialog.form, self._dialog
        if self.now is None or self.now.values is None:
            return []
        if dialog.state.phase is not Phase.READY or not dialog.save_button.isEnabled():
            return []
        values = self.now.values
        return [one.name for one in form if one.name in values and not same_value(one, values[one.name])]

    def label(self, name: str) -> str:
        """What the form calls a field."""
        form = self._dialog.form
        return form[name].label if name in form else field_words(name).capitalize()

    def form_values(self) -> Fields:
        """What stands in the form now, by field."""
        base = self._dialog.state.base
        return {one.name: form_value(one) for one in self._dialog.form if one.name in base}

    def _know(self, version: Version, generation: int, past: Past) -> None:
        if version.entry is not None:
            while len(self._pasts) >= _KEPT:
                self._pasts.pop(next(iter(self._pasts)))
            self._pasts[version.entry.id] = past
        if generation == self._generation:
            self._compare(version, False, past)

    def _compare(self, version: Version, again: bool, past: Past) -> None:
        found = self._pairs(version, past)
        put = partial(self._put, version, past, self._generation, again)
        if sum(len(pair.old or "") + len(pair.new or "") for pair in found) <= AT_ONCE:
            put(compare(found))
        else:
            self._dialog.services.tasks.run(partial(compare, found), put, owner=self)

    def _pairs(self, version: Version, past: Past) -> list[Pair]:
        people = {**past.people, **self._known_people()}
        if version.entry is not None and self._head.side() == HERE:
            return [*pairs(past.before, past.after, people, self.label), *password_note(version.entry)]
        if version.is_mine:
            old = self._of_form(self._dialog.state.base)
        else:
            old = self._of_form(_values(version, past) or {})
        return pairs(old, self.form_values(), people, self.label)

    def _put(self, version: Version, past: Past, generation: int, again: bool, found: Compared) -> None:
        if generation != self._generation:
            return
        self.now = Shown(version, _values(version, past), past)
        self._head.title.setText(self._title(version))
        self._head.compare.setVisible(version.entry is not None)
        self._head.added.show_count(found.added)
        self._head.removed.show_count(found.removed)
        restorable = frozenset(self.restorable())
        if again and found == self._found:
            self._text.set_restorable(restorable)
        else:
            self._text.show_lines(found.lines, restorable, stay=again)
        self._found = found
        self._text.setPlaceholderText("Nothing differs.")
        self.shown.emit()

    def _title(self, version: Version) -> str:
        if version.is_mine:
            return f"Version {self._dialog.state.version} → your text"
        if version.entry is None:
            return f"{version.title} → your form"
        when = relative(version.entry.at, datetime.now(UTC))
        words = f"Version {version.entry.version} · {version.entry.login}, {when[:1].lower()}{when[1:]}"
        return words if self._head.side() == HERE else f"{words} → your form"

    def _of_form(self, fields: Fields) -> Fields:
        return {name: value for name, value in fields.items() if name in self._dialog.form}

    def _people(self) -> list[int]:
        authors = (self._dialog.state.base.get("author_id"), self.form_values().get("author_id"))
        return [author for author in authors if isinstance(author, int)]

    def _known_people(self) -> Mapping[int, str]:
        """People by the names that the form knows, which may have been chosen only now."""
        form = self._dialog.form
        if "author_id" not in form:
            return {}
        named = {person: form["author_id"].words(person) for person in self._people()}
        return {
            person: name.partition(" <")[0]
            for person, name in named.items()
            if not name.startswith("user no.")
        }


def _values(version: Version, past: Past) -> Fields | None:
    if version.is_mine:
        return None
    return version.values if version.entry is None else past.after

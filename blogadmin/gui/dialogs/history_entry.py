"""What a single change holds, for rows that have no dialog of their own or are no more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QTextOption
from PySide6.QtWidgets import QDialog, QPlainTextEdit, QWidget

from blogadmin.core import queries
from blogadmin.core.values import HistoryOp
from blogadmin.gui.dialogs.facts import Facts
from blogadmin.gui.dialogs.frame import button_box, footer, frame
from blogadmin.gui.dialogs.history_words import NOTHING, field_words, in_order, op_words, value_words
from blogadmin.gui.theme import font, metrics
from blogadmin.gui.widgets.buttons import plain_button, primary_button
from blogadmin.gui.widgets.labels import Label

if TYPE_CHECKING:
    from collections.abc import Mapping

    from blogadmin.core.queries.details import HistoryEntry
    from blogadmin.gui.control.services import Services

_WIDTH, _LINES = 84, 16
SHOWN_MOST = 200_000
"""Characters of a value that are shown."""
_HIDDEN = frozenset({"id", "public_id", "created_at", "password_hash"})


class EntryDialog(QDialog):
    """Shows who changed which row, and the values of its fields before and after, to read and to copy."""

    def __init__(self, services: Services, entry: HistoryEntry, *, there: bool, parent: QWidget) -> None:
        super().__init__(parent)
        self._entry = entry
        self.setObjectName("historyEntryDialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        title = op_words(entry.op, entry.noun)
        self.setWindowTitle(f"{title} no. {entry.row_id} – blogadmin")
        self.facts = Facts(self)
        self.facts.show_fact("When", entry.at)
        self.facts.show_fact("Who", entry.login)
        self.facts.show_fact("Where", " · ".join(part for part in (entry.application, entry.address) if part))
        self.facts.show_fact("Version", str(entry.version))
        self.facts.show_fact("Now", None if there else "The row is deleted.")
        self.text = QPlainTextEdit(self)
        self.text.setObjectName("entryText")
        self.text.setAccessibleName("What the change holds")
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        self.text.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.text.setFont(font("mono"))
        average = metrics().averageCharWidth()
        self.text.setMinimumSize(_WIDTH * average, _LINES * metrics("mono").lineSpacing())
        self.text.setPlaceholderText("Reading…")
        copy = plain_button("Copy all", "copyButton", parent=self)
        close = primary_button("Close", "closeButton", parent=self)
        copy.clicked.connect(self._copy)
        close.clicked.connect(self.reject)
        close.setDefault(True)
        heading = Label(f"{title} no. {entry.row_id}", role="dialog_title", parent=self)
        frame(self, [heading, self.facts, self.text], footer([], button_box(close, copy)), grows=self.text)
        self._read(services)

    def _read(self, services: Services) -> None:
        entry = self._entry

        def read(session: Any) -> tuple[Mapping[str, Any] | None, Mapping[str, Any] | None]:
            row = (entry.noun, entry.row_id, entry.id)
            before = queries.history.fields_before(session, *row)
            after = queries.history.fields_after(session, *row)
            return with_names(session, before), with_names(session, after)

        services.tasks.read(
            f"{self.objectName()}-{id(self)}",
            read,
            lambda found: self._show(*found),
            lambda _error: self.text.setPlaceholderText(
                "The change could not be read. Close, and open again."
            ),
            owner=self,
        )

    def _show(self, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> None:
        parts = [told(before, after)]
        if "password_hash" in self._entry.new and self._entry.op == HistoryOp.CHANGED:
            parts.append(f"{_title('password_hash')}\nA new one was set. No password is kept in the history.")
        self.text.setPlainText("\n\n".join(part for part in parts if part))

    def _copy(self) -> None:
        self.text.selectAll()
        self.text.copy()


def with_names(session: Any, fields: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """The fields of a row with its author by name, where there is one and it may be read."""
    if not fields or fields.get("author_id") is None:
        return fields
    name = queries.history.person(session, fields["author_id"])
    number = f"no. {fields['author_id']}"
    return {**fields, "author_id": f"{number}, deleted since" if name is None else name or number}


def told(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> str:
    """The fields of a change as text: those that differ, or all where the row came or went."""
    names = in_order({*(before or {}), *(after or {})} - _HIDDEN)
    if before is None or after is None:
        held = after if before is None else before
        return "\n\n".join(f"{_title(name)}\n{_shown(name, (held or {}).get(name))}" for name in names)
    changed = [name for name in names if before.get(name) != after.get(name)]
    return "\n\n".join(
        f"{_title(name)}\n− {_shown(name, before.get(name))}\n+ {_shown(name, after.get(name))}"
        for name in changed
    )


def _title(name: str) -> str:
    return field_words(name).capitalize()


def _shown(name: str, value: Any) -> str:
    text = value_words(name, value) if value is not None else NOTHING
    left = len(text) - SHOWN_MOST
    return text if left <= 0 else f"{text[:SHOWN_MOST]}\n… {left:,} more characters"

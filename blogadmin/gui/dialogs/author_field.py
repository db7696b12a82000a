"""A person chosen by typing a part of the name or address: never a list of everybody."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QHideEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from blogadmin.core import queries
from blogadmin.gui.dialogs.people import Offers, People, words_for

if TYPE_CHECKING:
    from blogadmin.core.database.errors import KnownError
    from blogadmin.core.queries.rows import UserChoice
    from blogadmin.gui.control.tasks import Tasks

DELAY = 150
"""Milliseconds of rest in typing after which the server is asked."""
_SHOWN = 8


class AuthorField(QLineEdit):
    """Holds the id of a person. Text that names nobody is a problem, not a value.

    Signals:
        changed: the text or the person.
        person_changed: the ``UserChoice`` it stands at now, or ``None``.
    """

    changed = Signal()
    person_changed = Signal(object)

    def __init__(self, tasks: Tasks, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._slot = f"author-{id(self)}"
        self._known: dict[int, UserChoice] = {}
        self._loaded: int | None = None
        self._id: int | None = None
        self._trouble = ""
        self._model = People(self)
        self._offers = Offers(self._model, self)
        self._list = self._offers.view
        self._list.clicked.connect(self._take)
        self._rest = QTimer(self, singleShot=True, interval=DELAY)
        self._rest.timeout.connect(self._search)
        self.setPlaceholderText("Type a name or an e-mail address")
        self.textEdited.connect(self._typed)

    # A value like those of other fields

    def know(self, *people: UserChoice) -> None:
        """Learn who somebody is, so that an id can be shown as a name."""
        for person in people:
            self._known[person.id] = person
            if person.id == self._id and not self.isModified():
                self._show_person()

    def set_value(self, value: int | None) -> None:
        """Stand at the person of that id, as loaded."""
        self._loaded = value
        self.propose(value)

    def propose(self, value: int | None) -> None:
        """Stand at the person of that id as if chosen."""
        self._id = value
        self._show_person()
        self.changed.emit()
        if value is not None and value not in self._known:
            self._tasks.read(
                f"{self._slot}-who", lambda s: queries.users.choice(s, value), self._learned, self._no_answer
            )

    def value(self) -> int | None:
        """The id of the person, ``None`` when the text names nobody."""
        return self._id

    def is_changed(self) -> bool:
        """Whether it stands at somebody else than loaded, or at nobody."""
        return self._id != self._loaded

    def problem(self) -> str | None:
        """Why there is no value, or ``None``."""
        if self._id is not None:
            return None
        if not self.text().strip():
            return "is required. Type a name and choose from the list."
        if self._trouble:
            return self._trouble
        return "is nobody known. Choose a person from the list."

    def notice(self) -> str:
        """Nothing has to be said."""
        return ""

    def locate_problem(self) -> None:
        """Select all, so that typing replaces it."""
        self.selectAll()

    def words(self, value: int | None) -> str:
        """A person for a comparison: the name if it is known, else the number."""
        if value is None:
            return ""
        person = self._known.get(value)
        return words_for(person) if person else f"user no. {value}"

    def knows(self, value: int) -> bool:
        """Whether the name of that id is known."""
        return value in self._known

    # Typing

    def _typed(self, text: str) -> None:
        self._id = None
        self._trouble = ""
        self.person_changed.emit(None)
        self.changed.emit()
        self._rest.start() if text.strip() else self._close_list()

    def _search(self) -> None:
        text = self.text()
        self._tasks.read(
            self._slot, lambda s: queries.users.suggest(s, text), self._suggested, self._no_answer
        )

    def _suggested(self, people: Sequence[UserChoice]) -> None:
        self.know(*people)
        if self._id is not None:
            return
        self._model.show_people(people)
        typed = self.text().strip().casefold()
        exact = [p for p in people if typed in (p.email.casefold(), p.name.casefold())]
        if len(exact) == 1 and not self.hasFocus():
            self._choose(exact[0])
        elif people and self.hasFocus():
            self._open_list()
        else:
            self._close_list()
            self._trouble = "" if people else "is nobody known. Check the name, or create the user first."
            self.changed.emit()

    def _no_answer(self, error: KnownError | Exception) -> None:
        self._trouble = f"cannot be looked up now. {error}"
        self.changed.emit()

    def _learned(self, person: UserChoice | None) -> None:
        if person is not None:
            self.know(person)

    def _choose(self, person: UserChoice) -> None:
        self._known[person.id] = person
        self._id = person.id
        self._close_list()
        self._show_person()
        self.changed.emit()

    def _show_person(self) -> None:
        person = self._known.get(self._id) if self._id is not None else None
        self.setText(words_for(person) if person else "" if self._id is None else f"User no. {self._id}")
        self.setCursorPosition(0)
        self.person_changed.emit(person)

    # The list below

    def _open_list(self) -> None:
        offers = self._offers
        offers.fit(min(len(self._model.people), _SHOWN), self.width())
        below = self.mapToGlobal(QPoint(0, self.height() + 1))
        if below.y() + offers.height() > self.screen().availableGeometry().bottom():
            below = self.mapToGlobal(QPoint(0, -offers.height() - 1))
        offers.move(below)
        self._list.setCurrentIndex(self._model.index(0))
        offers.show()

    def _close_list(self) -> None:
        self._rest.stop()
        self._offers.hide()

    def _take(self, index: QModelIndex) -> None:
        if index.isValid():
            self._choose(self._model.people[index.row()])

    def _step(self, by: int) -> None:
        row = max(0, min(self._list.currentIndex().row() + by, len(self._model.people) - 1))
        self._list.setCurrentIndex(self._model.index(row))

    # Qt's overrides

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys = Qt.Key
        if not self._list.isVisible() or event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            super().keyPressEvent(event)
        elif event.key() in (keys.Key_Return, keys.Key_Enter):
            self._take(self._list.currentIndex())
        elif event.key() == keys.Key_Escape:
            self._close_list()
        elif event.key() in _STEPS:
            self._step(_STEPS[keys(event.key())])
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        # Tab takes what stands alone or was pointed at; anything else would be a guess.
        if self._list.isVisible():
            only = len(self._model.people) == 1 or self._list.currentIndex().row() > 0
            if only and event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason):
                self._take(self._list.currentIndex())
        self._close_list()
        if self._id is None and self.text().strip():
            # A whole name or address needs no list: the answer settles it.
            self._search()
        super().focusOutEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        self._close_list()
        super().hideEvent(event)


_STEPS = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: _SHOWN, Qt.Key.Key_PageUp: -_SHOWN}

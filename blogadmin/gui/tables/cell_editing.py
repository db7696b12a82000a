"""Editing in the cell: F2 or a slow second click begins, Enter saves, Escape leaves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import shiboken6
from PySide6.QtCore import QEvent, QObject, QPersistentModelIndex, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QComboBox, QTableView

from blogadmin.core.database.errors import Conflict, KnownError, NotFound, OutcomeUnknown, in_words
from blogadmin.gui.tables.cell_editor import CellEditor
from blogadmin.gui.tables.cells import Condition
from blogadmin.gui.tables.list_model import ListModel

MERGES = 3
"""How often in a row other people's changes to other fields are taken over without a question."""


class Commit(Protocol):
    """The part of the controller that a cell needs."""

    def __call__(
        self,
        op: Any,
        *,
        initiator: object,
        done: Callable[[Any], object],
        failed: Callable[[KnownError], bool | None],
    ) -> None: ...


class CellEditing(QObject):
    """Lets a person edit the cells of ``view`` whose column says how; one at a time.

    What was typed stays until it is saved or the person leaves it. Nothing can be edited before ``commit``
    has been set.
    """

    def __init__(self, view: QTableView, model: ListModel) -> None:
        super().__init__(view)
        self.commit: Commit | None = None
        self.allowed = True
        """Whether anything may be changed at present."""
        self._view = view
        self._model = model
        self._editor: CellEditor | None = None
        self._at = QPersistentModelIndex()
        self._version = self._merges = 0
        self._base = self._sent = ""
        self._pressed = QPersistentModelIndex()
        self._slow = QTimer(self, singleShot=True)
        self._slow.timeout.connect(self._begin_slowly)
        view.installEventFilter(self)
        view.viewport().installEventFilter(self)
        for bar in (view.verticalScrollBar(), view.horizontalScrollBar()):
            bar.valueChanged.connect(self._follow)
        view.horizontalHeader().geometriesChanged.connect(self._follow)
        view.horizontalHeader().sectionResized.connect(self._follow)
        model.layoutChanged.connect(self._follow)

    @property
    def editing(self) -> bool:
        """Whether a cell is being edited."""
        return self._editor is not None

    def begin(self, row: int, place: int, *, by_mouse: bool = False) -> bool:
        """Edit a cell; ``False`` where that cannot be done."""
        column = self._model.columns[place]
        entry = self._model.entry(row)
        if self.commit is None or not self.allowed or self.editing or column.edit is None:
            return False
        if entry is None or entry.row is None or entry.condition is not Condition.LIVE:
            return False
        value = column.edit.value(entry.row)
        if not value.isprintable():
            # A field of one line would lose what it cannot show.
            return False
        index = self._model.index(row, place)
        self._view.scrollTo(index)
        self._at = QPersistentModelIndex(index)
        self._version, self._base, self._merges = entry.row.version, value, 0
        self._editor = editor = CellEditor(column, column.edit, value, self._view.viewport())
        editor.accepted.connect(self.save)
        editor.left.connect(self.leave)
        editor.passed.connect(self._pass_on)
        if isinstance(editor.field, QComboBox):
            editor.field.activated.connect(self._picked)
        self._follow()
        editor.open(by_mouse=by_mouse)
        return True

    def save(self) -> None:
        """Commit what stands in the cell; without a change just leave."""
        editor = self._editor
        if editor is None or self.commit is None:
            return
        column = self._model.columns[self._at.column()]
        value = editor.value()
        if value == self._base or column.edit is None:
            self.leave()
            return
        problem = column.edit.problem(value) if column.edit.problem is not None else None
        if problem:
            self._say(f"{column.title} {problem}")
            return
        self._sent = value
        name, row_id = column.name, self._model.id_at(self._at.row())
        if row_id is None:
            self.leave()
            return
        editor.say("")
        editor.set_busy(True)
        operation = column.edit.operation(row_id, self._version, {name: self._base}, {name: value})
        self.commit(
            operation,
            initiator=self,
            done=lambda _outcome: self._saved(editor, value),
            # What became of it may be told long after, when another cell is being edited.
            failed=lambda error: self._editor is editor and self._failed(error),
        )

    def leave(self) -> None:
        """Put the field away with what stands in it."""
        editor, self._editor = self._editor, None
        if editor is not None:
            had_keyboard = editor.field.hasFocus() or not editor.field.isEnabled()
            editor.end()
            if had_keyboard:
                self._view.setFocus(Qt.FocusReason.OtherFocusReason)

    # What becomes of it

    def _saved(self, editor: CellEditor, value: str) -> None:
        if self._editor is not editor:
            return
        if editor.value() == value:
            self.leave()
            return
        # Typed on after the connection was lost: what was sent is what the row has now.
        self._base = value
        self._say(f"“{self._words(value)}” was saved, what you typed since then is not. Enter saves it.")

    def _failed(self, error: KnownError) -> bool:
        editor = self._editor
        if editor is None:
            return False
        editor.set_busy(False)
        if isinstance(error, Conflict):
            self._merge(error)
        elif isinstance(error, OutcomeUnknown):
            self._say(
                "The connection broke while saving. Nobody can tell yet whether this was saved; it is found"
                " out as soon as the server is back."
            )
        elif isinstance(error, NotFound):
            self._say("This row was deleted meanwhile. Escape leaves it.")
        else:
            self._say(in_words(error))
        return True

    def _merge(self, error: Conflict) -> None:
        """Somebody was faster. Elsewhere in the row: save again. In this field: let the person decide."""
        theirs = error.theirs.get(self._model.columns[self._at.column()].name, self._base)
        elsewhere = theirs in (self._base, self._sent)
        self._version, self._base = error.version, str(theirs)
        self._merges += 1
        if elsewhere and self._merges <= MERGES:
            self.save()
            return
        made = f"Someone made it “{self._words(str(theirs))}” meanwhile."
        changed = "Someone changed this row meanwhile." if elsewhere else made
        self._say(f"{changed} Nothing was saved. Enter saves yours over it, Escape leaves theirs.")

    def _words(self, value: str) -> str:
        """What a person reads for a value of the cell."""
        edit = self._model.columns[self._at.column()].edit
        return dict(edit.choices).get(value, value) if edit is not None else value

    def _say(self, words: str) -> None:
        if self._editor is not None:
            self._editor.say(words)
            self._follow()

    def _picked(self) -> None:
        if self._editor is not None and getattr(self._editor.field, "popped_up", False):
            self.save()

    def _pass_on(self) -> None:
        """The person has turned to something else: save what was changed, drop what was not."""
        if self._editor is not None and self._editor.is_changed():
            self.save()
        else:
            self.leave()

    def _follow(self) -> None:
        # A view that is being taken apart still moves its bars.
        if self._editor is None or not shiboken6.isValid(self._view):
            return
        if not self._at.isValid():
            # The list that is shown now has no such row.
            self.leave()
            return
        self._editor.place(self._view.visualRect(self._model.index(self._at.row(), self._at.column())))

    # Ways in

    def _begin_by_key(self) -> bool:
        current = self._view.currentIndex()
        header = self._view.horizontalHeader()
        sections = [header.logicalIndex(place) for place in range(header.count())]
        shown = [section for section in sections if not header.isSectionHidden(section)]
        # The cell of the cursor where that can be edited, else the first that can.
        shown.sort(key=lambda section: section != current.column())
        usable = [section for section in shown if self._model.columns[section].edit is not None]
        return current.isValid() and bool(usable) and self.begin(current.row(), usable[0])

    def _begin_slowly(self) -> None:
        if self._pressed.isValid():
            self.begin(self._pressed.row(), self._pressed.column(), by_mouse=True)

    def _press(self, event: QMouseEvent) -> None:
        self._slow.stop()
        index = self._view.indexAt(event.position().toPoint())
        plain = event.button() == Qt.MouseButton.LeftButton and not event.modifiers()
        chosen = self._view.selectionModel()
        alone = index.row() == self._view.currentIndex().row() and chosen.isSelected(index)
        alone = alone and not chosen.isSelected(index.siblingAtRow(index.row() + 1))
        alone = alone and not chosen.isSelected(index.siblingAtRow(index.row() - 1))
        self._pressed = QPersistentModelIndex(index) if plain and alone else QPersistentModelIndex()

    def _release(self, event: QMouseEvent) -> None:
        index = self._view.indexAt(event.position().toPoint())
        if self._pressed.isValid() and self._pressed == index:
            hints = QGuiApplication.styleHints()
            self._slow.start(hints.mouseDoubleClickInterval())

    # Qt's overrides

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if isinstance(event, QKeyEvent) and kind == QEvent.Type.KeyPress and watched is self._view:
            self._slow.stop()
            return event.key() == Qt.Key.Key_F2 and not event.modifiers() and self._begin_by_key()
        if isinstance(event, QMouseEvent) and watched is self._view.viewport():
            if kind == QEvent.Type.MouseButtonPress:
                self._press(event)
            elif kind == QEvent.Type.MouseButtonRelease:
                self._release(event)
            elif kind == QEvent.Type.MouseButtonDblClick:
                self._slow.stop()
        elif kind == QEvent.Type.Resize:
            self._follow()
        return False

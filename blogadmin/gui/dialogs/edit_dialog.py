"""The dialog in which one row is made or changed: what users, posts and every later noun have in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QDialog, QWidget

from blogadmin.core.database.changes import Changes
from blogadmin.gui.dialogs.drafting import Drafting
from blogadmin.gui.dialogs.edit_state import EditState, Phase
from blogadmin.gui.dialogs.elsewhere import Elsewhere
from blogadmin.gui.dialogs.fields import Field, Form, Watch
from blogadmin.gui.dialogs.frame import Scroller, button_box, fit_height, footer, frame
from blogadmin.gui.dialogs.leaving import Leaving
from blogadmin.gui.dialogs.reading import Reading
from blogadmin.gui.dialogs.saving import Saving
from blogadmin.gui.dialogs.trouble_bar import TroubleBar, Way
from blogadmin.gui.dialogs.walk_bar import WalkBar, Walker
from blogadmin.gui.widgets.buttons import plain_button, primary_button
from blogadmin.gui.widgets.pills import KeyHint

if TYPE_CHECKING:
    from blogadmin.core.operations.operation import Operation
    from blogadmin.gui.control.services import Services

PATIENCE = 150
"""Milliseconds that loading and saving may take before the fields turn grey: less would only flicker."""


class Noun:
    """What a dialog says of its own kind of row. A noun's dialog overrides all but the last four."""

    noun: ClassVar[str]
    """The row's kind in a sentence: "post"."""
    key: ClassVar[str]
    """The noun as the queries and operations spell it: "posts"."""

    def build(self) -> QWidget:
        """Make the fields and return the widget that holds their rows."""
        raise AssertionError

    def read(self, session: Any, row_id: int) -> Any:
        """Read the row's detail, ``None`` when it is gone. Runs on a worker: touches no widget."""
        raise AssertionError

    def values_of(self, detail: Any) -> dict[str, Any]:
        """The detail's values by field."""
        raise AssertionError

    def show_detail(self, detail: Any | None) -> None:
        """Show what is not edited; ``None`` for a new row."""
        raise AssertionError

    def caption(self) -> str:
        """What the window's title calls the row, from the fields as they are."""
        raise AssertionError

    def defaults(self) -> dict[str, Any]:
        """What the form of a new row starts from."""
        raise AssertionError

    def create_operation(self, values: Mapping[str, Any]) -> Operation:
        """The operation that makes a row of ``values``."""
        raise AssertionError

    def edit_operation(self, state: EditState, values: Mapping[str, Any]) -> Operation:
        """The operation that changes ``values`` of the row in ``state``."""
        raise AssertionError

    def prepare(
        self,
        values: dict[str, Any],
        ready: Callable[[dict[str, Any]], None],
        failed: Callable[[Exception], object],
    ) -> None:
        """Make values ready for the operation; slow work belongs to ``tasks.run``."""
        del failed
        ready(values)

    def explain(self, theirs: Mapping[str, Any], then: Callable[[], None]) -> None:
        """Find words for values that are only numbers, then go on."""
        del theirs
        then()

    def refused_at(self, field: Field) -> None:
        """The database refused the value of ``field``, which says so already; add advice if there is any."""

    def show_history(self, entry_id: int | None = None) -> None:
        """Show what became of the row, beginning with the change ``entry_id``, by default the last one."""


class EditDialog(Noun, QDialog):
    """Reads a row, lets a person change it, and saves what was changed as one operation.

    It is on screen before the row has come. Whatever goes wrong, it stays open with everything typed. It
    deletes itself when closed.

    Signals:
        phase_changed: where it stands now, a ``Phase``.
        saved: the row's id.
    """

    phase_changed = Signal(object)
    saved = Signal(object)

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setObjectName(f"{self.noun}Dialog")
        self.services = services
        self.form = Form()
        self.state = EditState()
        self.watch = Watch(self)
        self.trouble = TroubleBar(self)
        self.reading = Reading(self)
        self.saving = Saving(self)
        self._leaving = Leaving(self)
        self._writable = True
        self._focus_back: QWidget | None = None
        self._patience = QTimer(self, singleShot=True, interval=PATIENCE)
        self._patience.timeout.connect(lambda: self._set_enabled(False))
        self.walk_bar = WalkBar(self.noun, self)
        self.save_button = primary_button(f"Save {self.noun}", "saveButton", parent=self)
        self.cancel_button = plain_button("Cancel", "cancelButton", parent=self)
        self.content = self.build()
        self.drafting = Drafting(self)
        self.elsewhere = Elsewhere(self)
        self.lay_out()
        self._connect()

    # Opening

    def open_for(self, row_id: int) -> None:
        """Show the row of that id."""
        self.reading.load(row_id)
        self._set_enabled(False)
        self.appear()

    def open_new(self, **preset: Any) -> None:
        """Start a new row, with some fields filled in."""
        self.start_new({**self.defaults(), **preset})
        self.appear()
        next(iter(self.form)).focus()

    def start_new(self, values: Mapping[str, Any], typed: Mapping[str, Any] | None = None) -> None:
        """Turn to a new row that starts from ``values``; ``typed`` counts as a person's own work."""
        self.state.begin_new(values)
        self.form.load(values)
        self.show_detail(None)
        for name, value in (typed or {}).items():
            self.form[name].widget.propose(value)
        self.clear_trouble()
        self.entered()

    def reload(self) -> None:
        """Read the row again and forget what was typed."""
        if self.state.id is not None:
            self.reading.load(self.state.id)

    def set_walker(self, walker: Walker | None) -> None:
        """Let First, Previous, Next and Last walk through ``walker``."""
        self.walk_bar.set_walker(walker)

    def set_writable(self, writable: bool, why: str = "") -> None:
        """Whether anything may be saved at all; ``why`` not is told at the button."""
        self._writable = writable
        self.save_button.setToolTip("" if writable else why or "Nothing can be changed at the moment.")
        self.form.lock(not writable)
        self.entered()

    def appear(self) -> None:
        """Show the window without waiting for it to close."""
        self.open()

    # Working

    def add(self, field: Field) -> Field:
        """Take a field into the form and keep an eye on it."""
        self.form.add(field)
        self.watch.add(field)
        field.changed.connect(lambda: self.edited(field))
        return field

    def check(self, *, everything: bool) -> int:
        """Show what is wrong with the fields; how many are. Rules over several fields go here."""
        return self.form.check(everything=everything)

    def is_dirty(self) -> bool:
        """Whether something was typed that is not saved."""
        return self.state.phase in (Phase.READY, Phase.SAVING) and self.form.is_changed()

    def save(self, then: Callable[[], object] | None = None) -> None:
        """Save what was changed and go on with ``then``, by default close. Nothing happens while saving."""
        if self.state.phase is Phase.READY and self._writable:
            self.saving.start(then or self.finish)

    def finish(self) -> None:
        """Close without a question."""
        self.reading.stop()
        self.done(QDialog.DialogCode.Accepted)

    def can_close(self, then: Callable[[], object]) -> None:
        """Close, asking first about unsaved work; ``then`` runs once it is closed, never if it stays."""

        def close_and_go_on() -> None:
            self.finish()
            then()

        self._leaving.leave(close_and_go_on)

    def go_to(self, row_id: int) -> None:
        """Show another row, asking first about unsaved work."""
        self._leaving.leave(lambda: self.reading.load(row_id))

    # Showing

    def say(self, text: str, *ways: Way) -> None:
        """Tell in the bar what went wrong, and the ways on."""
        self.trouble.say(text, ways)
        self.fit()

    def clear_trouble(self) -> None:
        """Nothing is wrong any more."""
        self.trouble.clear()

    def reveal(self, field: Field) -> None:
        """Bring ``field`` into view, whatever covers it."""
        self._scroller.ensureWidgetVisible(field.row)

    def entered(self) -> None:
        """Show the phase that the dialog has just entered."""
        ready = self.state.phase is Phase.READY
        self.watch.closed = not ready
        self.save_button.setEnabled(ready and self._writable)
        if ready:
            self._patience.stop()
            self._set_enabled(True)
        elif self.content.isEnabled() and not self._patience.isActive():
            self._patience.start()
        if ready and not self._writable:
            self.form.lock(True)
        self.walk_bar.stand_at(self.state.id)
        self.show_title()
        self.phase_changed.emit(self.state.phase)

    def edited(self, field: Field) -> None:
        """Something was typed into ``field``."""
        if self.state.phase is Phase.READY:
            if field.error:
                field.show_error(field.problem())
            self.show_title()

    def show_title(self) -> None:
        """Name the row in the window's title, marked while something is unsaved."""
        # Qt reads [*] as the place of its mark; a title that contains one writes it twice.
        self.setWindowTitle(f"{self.caption().replace('[*]', '[*][*]')}[*] – blogadmin")
        self.setWindowModified(self.is_dirty())

    def _save_clicked(self) -> None:
        self.save()

    def _left(self, name: str) -> None:
        field = self.form[name]
        if self.state.phase is Phase.READY and field.widget.is_changed():
            field.show_error(field.problem())

    def _set_enabled(self, enabled: bool) -> None:
        if self.content.isEnabled() == enabled:
            return
        if not enabled:
            self._focus_back = self.focusWidget()
        self.content.setEnabled(enabled)
        if enabled:
            (self._focus_back or next(iter(self.form)).qt).setFocus(Qt.FocusReason.OtherFocusReason)

    def _changed_elsewhere(self, changes: Changes, initiator: object) -> None:
        if initiator is not self and self.state.id in changes.touched(self.key):
            self.row_moved()

    def row_moved(self) -> None:
        """Somebody else has committed something to the row: show it, and take nothing away that was typed."""
        if self.state.phase is not Phase.READY:
            return
        if self.is_dirty():
            self.saving.merging.look_again()
        else:
            self.reload()

    def lay_out(self) -> None:
        """Put bar, fields and buttons together."""
        self._scroller = Scroller(self.content)
        hint = KeyHint("Ctrl+Return", "save")
        buttons = button_box(self.save_button, self.cancel_button)
        foot = footer([self.walk_bar, self.drafting.line], buttons, [hint])
        frame(self, [self.elsewhere.line, self.trouble, self._scroller], foot, grows=self._scroller)

    def fit(self) -> None:
        """Grow with what the fields have to say."""
        fit_height(self, self._scroller)

    def _connect(self) -> None:
        self.save_button.clicked.connect(self._save_clicked)
        self.cancel_button.clicked.connect(self.reject)
        self.walk_bar.wanted.connect(self.go_to)
        self.watch.left.connect(self._left)
        self.services.hub.changed.connect(self._changed_elsewhere)
        for keys in ("Ctrl+Return", "Ctrl+Enter", "Ctrl+S"):
            QShortcut(QKeySequence(keys), self, self.save_button.click)

    # Qt's overrides

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        # Only now is it known how wide the lines are that wrap.
        self.fit()

    def reject(self) -> None:
        self._leaving.leave(self.finish)

    def closeEvent(self, event: QCloseEvent) -> None:
        # finish() closes for good, once the unsaved work has been dealt with.
        event.ignore()
        self.reject()

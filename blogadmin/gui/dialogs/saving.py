"""From a filled form to a committed row, and the way out of everything that can come between."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from blogadmin.core.database.changes import Changes
from blogadmin.core.database.errors import Conflict, Duplicate, Invalid, KnownError
from blogadmin.gui.control.messages import Choice
from blogadmin.gui.dialogs.conflict_table import Compared
from blogadmin.gui.dialogs.edit_state import Phase
from blogadmin.gui.dialogs.failure_words import WayOut, fields_need_attention, say_failure
from blogadmin.gui.dialogs.trouble_bar import Way

if TYPE_CHECKING:
    from blogadmin.core.operations.operation import Outcome
    from blogadmin.gui.dialogs.edit_dialog import EditDialog

MERGES = 3
"""How often in a row other people's changes to other fields are taken over without a question."""


class Saving:
    """Saves one dialog's form. Only fields that were changed are sent; without any nothing is sent at all."""

    def __init__(self, dialog: EditDialog) -> None:
        self._dialog = dialog
        self._sent: dict[str, Any] = {}
        self._then: Callable[[], object] = dialog.finish

    def start(self, then: Callable[[], object]) -> None:
        """Save, and go on with ``then`` once it is committed (or nothing had to be)."""
        dialog = self._dialog
        dialog.clear_trouble()
        self._then = then
        new = dialog.state.id is None
        if dialog.check(everything=new):
            self._point_at_faults()
            return
        self._sent = dialog.form.values() if new else dialog.form.changes(dialog.state.base)
        if self._sent or new:
            dialog.state.go(Phase.SAVING)
            dialog.entered()
            dialog.prepare(dict(self._sent), self._commit, self._failed)
        else:
            then()

    def go_on_with(self, then: Callable[[], object]) -> None:
        """Go on with ``then`` when what is being saved has been."""
        self._then = then

    def _commit(self, values: Mapping[str, Any]) -> None:
        dialog = self._dialog
        new = dialog.state.id is None
        operation = dialog.create_operation(values) if new else dialog.edit_operation(dialog.state, values)
        dialog.services.controller.commit(operation, initiator=dialog, done=self._done, failed=self._failed)

    def _done(self, outcome: Outcome) -> None:
        dialog = self._dialog
        self._sent = {}
        dialog.state.go(Phase.READY)
        dialog.saved.emit(outcome.created_id if dialog.state.id is None else dialog.state.id)
        self._then()

    def _failed(self, error: Exception) -> bool:
        dialog = self._dialog
        dialog.state.go(Phase.READY)
        dialog.entered()
        if not isinstance(error, KnownError):
            return False
        if isinstance(error, Conflict):
            dialog.explain(error.theirs, lambda: self._conflict(error))
        elif isinstance(error, Invalid | Duplicate) and error.field in dialog.form:
            field = dialog.form[error.field or ""]
            field.show_error(str(error))
            self._point_at_faults()
            dialog.refused_at(field)
        else:
            said = say_failure(error, dialog.noun)
            dialog.say(f"{said.strong} {said.text}", *self._ways(said.way_out))
        return True

    # Errors at fields

    def _point_at_faults(self) -> None:
        faulty = self._dialog.form.faulty()
        show = Way("Show", "showButton", self._show_fault)
        self._dialog.say(fields_need_attention(len(faulty)), show)
        self._show_fault()

    def _show_fault(self) -> None:
        for field in self._dialog.form.faulty()[:1]:
            self._dialog.reveal(field)
            field.focus()

    # Ways out

    def _ways(self, way_out: WayOut) -> list[Way]:
        if way_out is WayOut.RETRY:
            return [Way("Retry", "retryButton", lambda: self._dialog.save(self._then))]
        if way_out is WayOut.CREATE_AGAIN:
            return [Way("Create it again from what is here", "createAgainButton", self._create_again)]
        if way_out is WayOut.LOOK and self._dialog.state.id is not None:
            return [Way("Look", "lookButton", self._look)]
        return []

    def _create_again(self) -> None:
        dialog = self._dialog
        dialog.start_new(dialog.defaults(), dialog.form.values())
        dialog.trouble.say(f"This is a new {dialog.noun} now. Saving creates it.", kind="info")

    def _look(self) -> None:
        row_id = self._dialog.state.id
        if row_id is not None:
            self._dialog.reading.look_at(row_id, self._seen, self._not_seen)

    def _seen(self, detail: Any | None) -> None:
        dialog = self._dialog
        if detail is None:
            dialog.say(f"This {dialog.noun} was deleted meanwhile.", *self._ways(WayOut.CREATE_AGAIN))
            return
        theirs = dialog.values_of(detail)
        if detail.version == dialog.state.version:
            dialog.say("It was not saved.", *self._ways(WayOut.RETRY))
        elif all(dialog.form[n].same(theirs[n], v) for n, v in self._sent.items() if n in theirs):
            dialog.services.hub.announce(Changes.of(dialog.key, updated=[detail.id]), dialog)
            self._then()
        else:
            base = dialog.state.base
            moved = {n: v for n, v in theirs.items() if not dialog.form[n].same(v, base.get(n))}
            self._conflict(Conflict("", version=detail.version, theirs=moved))

    def _not_seen(self, error: Exception) -> None:
        known = isinstance(error, KnownError)
        self._dialog.say(
            f"Still nobody can tell. {error}" if known else "Still nobody can tell.",
            *self._ways(WayOut.LOOK),
        )
        if not known:
            self._dialog.services.messages.bug(error)

    # Someone else was faster

    def _conflict(self, error: Conflict) -> None:
        dialog = self._dialog
        theirs = {name: value for name, value in error.theirs.items() if name in dialog.form}
        both = [n for n in theirs if n in self._sent and not dialog.form[n].same(theirs[n], self._sent[n])]
        if not both and dialog.state.merges < MERGES:
            self._save_over(error.version, theirs)
            return
        names = ", ".join(dialog.form[name].label.lower() for name in theirs) or "something in it"
        self._compare(theirs)
        dialog.say(
            f"Someone changed this {dialog.noun} meanwhile: {names}. Nothing was saved.",
            Way("Show theirs", "showTheirsButton", self._toggle_table),
            Way("Save mine over theirs", "saveMineButton", lambda: self._save_over(error.version, theirs)),
            Way("Load theirs…", "loadTheirsButton", self._ask_to_load),
        )

    def _compare(self, theirs: Mapping[str, Any]) -> None:
        dialog = self._dialog
        compared = []
        for name, value in theirs.items():
            field = dialog.form[name]
            mine = field.words(self._sent[name]) if name in self._sent else None
            base = field.words(dialog.state.base.get(name))
            compared.append(Compared(field.label, base, field.words(value), mine))
        dialog.conflicts.compare(compared)

    def _toggle_table(self) -> None:
        table = self._dialog.conflicts
        table.setVisible(table.isHidden())

    def _save_over(self, version: int, theirs: Mapping[str, Any]) -> None:
        dialog = self._dialog
        dialog.state.rebase(version, theirs)
        dialog.form.rebase(theirs, self._sent)
        dialog.save(self._then)

    def _ask_to_load(self) -> None:
        dialog = self._dialog
        dialog.services.messages.ask(
            dialog,
            "Load theirs",
            f"What you typed in this {dialog.noun} will be gone.",
            [
                Choice("load", "Discard mine", "destructive", False),
                Choice("cancel", "Keep mine", "reject", default=True),
            ],
            lambda key: dialog.reload() if key == "load" else None,
        )

"""From a filled form to a committed row, and the way out of everything that can come between."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from blogadmin.core.database.changes import Changes
from blogadmin.core.database.errors import (
    Conflict,
    Duplicate,
    Invalid,
    KnownError,
    OutcomeUnknown,
    Unavailable,
)
from blogadmin.gui.dialogs.edit_state import Phase
from blogadmin.gui.dialogs.failure_words import WayOut, fields_need_attention, say_failure
from blogadmin.gui.dialogs.merge_saving import Merging, Told
from blogadmin.gui.dialogs.trouble_bar import Way

if TYPE_CHECKING:
    from blogadmin.core.operations.operation import Outcome
    from blogadmin.gui.dialogs.edit_dialog import EditDialog


class Saving:
    """Saves one dialog's form. Only fields that were changed are sent; without any nothing is sent at all."""

    def __init__(self, dialog: EditDialog) -> None:
        self._dialog = dialog
        self._sent: dict[str, Any] = {}
        self._then: Callable[[], object] = dialog.finish
        self._told = ""
        self._attempt = 0
        self._unsure = False
        dialog.phase_changed.connect(self._entered)
        self.merging = Merging(dialog, self._send)

    def start(self, then: Callable[[], object]) -> None:
        """Save, and go on with ``then`` once it is committed (or nothing had to be)."""
        dialog = self._dialog
        dialog.clear_trouble()
        self._then = then
        self._expect_no_more()
        dialog.state.merges = 0
        new = dialog.state.id is None
        if dialog.check(everything=new):
            self._point_at_faults()
            return
        changes = dialog.form.values() if new else dialog.form.changes(dialog.state.base)
        changes = {name: self.merging.exact(name, value) for name, value in changes.items()}
        if changes or new:
            dialog.state.go(Phase.SAVING)
            dialog.entered()
            self._send(changes, "")
        else:
            then()

    def again(self) -> None:
        """Save once more, and go on as was wanted before."""
        self._dialog.save(self._then)

    def go_on_with(self, then: Callable[[], object]) -> None:
        """Go on with ``then`` when what is being saved has been."""
        self._then = then

    def _send(self, values: Mapping[str, Any], told: str) -> None:
        """Save ``values`` and nothing else; ``told`` is said when it is done, "" for the usual words."""
        dialog = self._dialog
        self._sent, self._told = dict(values), told
        if values or dialog.state.id is None:
            dialog.prepare(dict(values), self._commit, self._failed)
        else:
            # The row has it all already.
            dialog.services.messages.toast(told)
            self._saved(dialog.state.id)

    def _commit(self, values: Mapping[str, Any]) -> None:
        dialog = self._dialog
        new = dialog.state.id is None
        operation = dialog.create_operation(values) if new else dialog.edit_operation(dialog.state, values)
        if self._told:
            operation = Told(operation, self._told)
        attempt, row_id = self._attempt, dialog.state.id

        def expected() -> bool:
            # What became of a save may be told long after it, when something else is being done here.
            return (attempt, row_id) == (self._attempt, dialog.state.id)

        def done(outcome: Outcome) -> None:
            if expected():
                self._done(outcome)

        def failed(error: Exception) -> bool:
            return self._failed(error) if expected() else dialog.state.id == row_id

        dialog.services.controller.commit(operation, initiator=dialog, done=done, failed=failed)

    def _done(self, outcome: Outcome) -> None:
        state = self._dialog.state
        if self._unsure:
            self._was_saved(outcome.created_id)
        else:
            self._saved(outcome.created_id if state.id is None else state.id)

    def _saved(self, row_id: int | None) -> None:
        self._sent = {}
        self.merging.forget()
        self._dialog.state.go(Phase.READY)
        self._dialog.saved.emit(row_id)
        self._then()

    def _failed(self, error: Exception) -> bool:
        dialog = self._dialog
        if self._unsure:
            self._settled(error)
            return True
        if isinstance(error, Conflict):
            self.merging.meet(error, self._sent)
            return True
        dialog.state.go(Phase.READY)
        dialog.entered()
        if not isinstance(error, KnownError):
            return False
        if isinstance(error, Invalid | Duplicate) and error.field in dialog.form:
            field = dialog.form[error.field or ""]
            field.show_error(str(error))
            self._point_at_faults()
            dialog.refused_at(field)
        else:
            self._unsure = isinstance(error, OutcomeUnknown)
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
            return [Way("Retry", "retryButton", self.again)]
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
        elif self._same(theirs, self._sent.keys() & theirs.keys()):
            dialog.services.hub.announce(Changes.of(dialog.key, updated=[detail.id]), dialog)
            self._was_saved()
        else:
            self._expect_no_more()
            base = dialog.state.base
            moved = {n: v for n, v in theirs.items() if not dialog.form[n].same(v, base.get(n))}
            dialog.state.go(Phase.SAVING)
            dialog.entered()
            self.merging.meet(Conflict("", version=detail.version, theirs=moved), self._sent)

    def _not_seen(self, error: Exception) -> None:
        known = isinstance(error, KnownError)
        self._dialog.say(
            f"Still nobody can tell. {error}" if known else "Still nobody can tell.",
            *self._ways(WayOut.LOOK),
        )
        if not known:
            self._dialog.services.messages.bug(error)

    # What nobody could tell

    def _expect_no_more(self) -> None:
        """What is still told of an earlier save concerns nothing that is done here now."""
        self._attempt += 1
        self._unsure = False

    def _entered(self, phase: Phase) -> None:
        if phase is Phase.LOADING:
            self._expect_no_more()

    def _settled(self, error: Exception) -> None:
        """It was not saved, or nobody will ever be able to tell."""
        if isinstance(error, Unavailable):
            self._unsure = False
            self._dialog.say("It was not saved.", *self._ways(WayOut.RETRY))
        else:
            self._not_seen(error)

    def _was_saved(self, created: int | None = None) -> None:
        """It is in the database as it was sent; what was typed after that is not."""
        dialog = self._dialog
        self._expect_no_more()
        now = dialog.form.values() if dialog.state.id is None else dialog.form.changes(dialog.state.base)
        if now.keys() == self._sent.keys() and self._same(now, now.keys()):
            dialog.state.go(Phase.SAVING)
            self._saved(created or dialog.state.id)
        elif created is None:
            dialog.say("It was saved. What you typed since then is not.", *self._ways(WayOut.RETRY))
        else:
            dialog.say(
                f"The {dialog.noun} was saved as it was when the connection broke. What you typed since then"
                " is not: copy it from here into the one in the list."
            )

    def _same(self, values: Mapping[str, Any], names: Iterable[str]) -> bool:
        return all(self._dialog.form[name].same(values[name], self._sent[name]) for name in names)

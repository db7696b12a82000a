"""A save that finds the row moved: bring both together, and ask only about what clashes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import shiboken6

from blogadmin.core.database.errors import Conflict
from blogadmin.gui.dialogs.edit_state import Phase
from blogadmin.gui.dialogs.merge import MergeDialog, MergeWords
from blogadmin.gui.dialogs.merge_plan import Decision, Kind, MergeField, Planned, Question, plan, size
from blogadmin.gui.dialogs.text_fields import JsonField, LineField, TextField
from blogadmin.gui.dialogs.trouble_bar import Way

if TYPE_CHECKING:
    from blogadmin.core.operations.operation import Operation, Outcome
    from blogadmin.gui.dialogs.edit_dialog import EditDialog
    from blogadmin.gui.dialogs.fields import Field

MERGES = 3
"""How often in a row other people's changes are brought together with one save without a question."""
AT_ONCE = 60_000
"""Characters up to which texts are merged right here; longer ones go to a worker."""

Tell = Callable[[str], object]
WhoChanged = Callable[[str, int, int, Tell], object]
"""Finds out who changed a row since a version: ``(noun, id, version, tell)``.

``tell`` has to be called once, in the window's thread, with the name or "" where nobody knows.
"""


@dataclass(frozen=True, slots=True)
class _Moved:
    """One meeting with a row that moved: its version now, what changed in it, what was to be saved, who."""

    row_id: int | None
    version: int
    theirs: Mapping[str, Any]
    sent: Mapping[str, Any]
    who: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """An operation that says something else when it is done."""

    op: Operation
    message: str

    @property
    def label(self) -> str:
        """Words for menus and history."""
        return self.op.label

    @property
    def values(self) -> Mapping[str, Any]:
        """What the operation writes, for whoever has to explain why it cannot."""
        return getattr(self.op, "values", {})

    def apply(self, session: Any) -> Outcome:
        """Do it. Raises what the operation raises."""
        return replace(self.op.apply(session), message=self.message)


class Merging:
    """Brings one dialog's work together with what others did to the row meanwhile."""

    def __init__(self, dialog: EditDialog, send: Callable[[Mapping[str, Any], str], None]) -> None:
        """``send(values, told)`` commits ``values``, or is just done where there are none."""
        self._dialog = dialog
        self._send = send
        self._window: MergeDialog | None = None
        self._former: list[tuple[Question, Decision]] = []
        self._exact: dict[str, tuple[Any, Any]] = {}
        self.who_changed: WhoChanged | None = None

    def meet(self, error: Conflict, sent: Mapping[str, Any]) -> None:
        """The row moved while ``sent`` was to be saved. The dialog is saving, and stays so until it is known
        whether somebody has to decide."""
        dialog = self._dialog
        theirs = {name: value for name, value in error.theirs.items() if name in dialog.form}
        moved = _Moved(dialog.state.id, error.version, theirs, dict(sent))
        dialog.explain(theirs, lambda: self._ask_who(moved))

    def exact(self, name: str, value: Any) -> Any:
        """The value that was chosen, where the field shows that one and cannot say it exactly."""
        shown, chosen = self._exact.get(name, (None, None))
        return chosen if name in self._exact and shown == value else value

    def forget(self) -> None:
        """It is saved: another conflict is another one."""
        self._former, self._exact = [], {}

    # Finding out

    def _ask_who(self, moved: _Moved) -> None:
        state = self._dialog.state
        if self.who_changed is None or moved.row_id is None:
            self._plan(moved)
        else:
            self.who_changed(
                self._dialog.key,
                moved.row_id,
                state.version,
                lambda who: self._plan(replace(moved, who=who)),
            )

    def _plan(self, moved: _Moved) -> None:
        dialog = self._dialog
        fields = self._fields(moved)
        if size(fields) <= AT_ONCE:
            self._planned(moved, plan(fields))
            return
        dialog.services.tasks.run(
            lambda: plan(fields),
            lambda planned: self._planned(moved, planned),
            self._not_planned,
            owner=dialog,
        )

    def _not_planned(self, error: Exception) -> None:
        self._stay()
        self._dialog.say("Not saved. What you typed is still here.")
        self._dialog.services.messages.bug(error)

    def _fields(self, moved: _Moved) -> list[MergeField]:
        """Every field that anybody changed. A password is nobody's to see, and never in the base."""
        base = self._dialog.state.base
        return [
            MergeField(
                field.name,
                field.label,
                kind_of(field),
                base[field.name],
                moved.theirs.get(field.name, base[field.name]),
                moved.sent.get(field.name, base[field.name]),
                field.words,
                field.same,
                field.check,
            )
            for field in self._dialog.form
            if field.name in base and (field.name in moved.theirs or field.name in moved.sent)
        ]

    def _planned(self, moved: _Moved, planned: Sequence[Planned]) -> None:
        dialog = self._dialog
        if dialog.state.phase is not Phase.SAVING or dialog.state.id != moved.row_id:
            return
        if any(one.questions for one in planned):
            self._open(moved, planned)
        elif dialog.state.merges >= MERGES:
            self._stay()
            dialog.say(
                f"Others keep changing this {dialog.noun}. Nothing was saved; what you typed is still here.",
                Way("Retry", "retryButton", self._again),
            )
        else:
            self._take_over(moved, {one.field.name: one.value() for one in planned})

    # Somebody decides

    def _open(self, moved: _Moved, planned: Sequence[Planned]) -> None:
        dialog = self._dialog
        self._stay()
        names = _listed([dialog.form[name].label.lower() for name in moved.theirs])
        dialog.say(
            f"{moved.who or 'Someone'} changed this {dialog.noun} meanwhile: {names}. Nothing was saved.",
            Way("Merge…", "mergeButton", self._again),
        )
        if self._window is not None and shiboken6.isValid(self._window):
            self._window.reject()
        window = self._window = MergeDialog(
            planned, self._words(moved), dialog.services.messages, dialog, former=self._former
        )
        window.finished.connect(lambda: self._remember(window))
        window.merged.connect(lambda values: self._decided(moved, values))
        window.discarded.connect(dialog.reload)
        window.open()

    def _words(self, moved: _Moved) -> MergeWords:
        noun, who = self._dialog.noun, moved.who or "Someone"
        return MergeWords(
            heading=f"This {noun} changed while you were editing",
            explanation=f"{who} saved version {moved.version}. Choose what to keep for each field;"
            " nothing is saved until you press Save merged.",
            base=f"version {self._dialog.state.version}",
            theirs=f"{moved.who}, version {moved.version}" if moved.who else f"version {moved.version}",
            discard_question=f"What you typed in this {noun} will be gone.",
        )

    def _remember(self, window: MergeDialog) -> None:
        # Going back to editing must not cost the decisions: what has not changed need not be asked again.
        self._former = window.answers()
        if self._window is window:
            self._window = None

    def _decided(self, moved: _Moved, values: Mapping[str, Any]) -> None:
        dialog = self._dialog
        if dialog.state.phase is not Phase.READY or dialog.state.id != moved.row_id:
            return
        dialog.clear_trouble()
        dialog.state.go(Phase.SAVING)
        dialog.entered()
        self._take_over(moved, values)
        # A person decided, so this one does not count as brought together unasked.
        dialog.state.merges = 0

    def _again(self) -> None:
        self._dialog.saving.again()

    def _stay(self) -> None:
        self._dialog.state.go(Phase.READY)
        self._dialog.entered()

    # Both together

    def _take_over(self, moved: _Moved, values: Mapping[str, Any]) -> None:
        """Begin with theirs, put ``values`` in as if typed, and save what then differs.

        From here on theirs is the base: if the row moves again, what was decided is mine, and only what
        moved since is asked about.
        """
        dialog, form = self._dialog, self._dialog.form
        dialog.state.rebase(moved.version, moved.theirs)
        form.rebase(moved.theirs, moved.sent)
        base = dialog.state.base
        changed = {name: value for name, value in moved.sent.items() if name not in base}
        for name, value in values.items():
            field = form[name]
            if not field.same(field.widget.value(), value):
                field.widget.propose(value)
                shown = field.widget.value()
                if not field.same(shown, value):
                    self._exact[name] = (shown, value)
            if not field.same(value, base.get(name)):
                changed[name] = value
        self._send(changed, self._told(moved))

    def _told(self, moved: _Moved) -> str:
        if not moved.theirs:
            return ""
        whose = f"{moved.who}’s" if moved.who else "someone’s"
        names = [self._dialog.form[name].label.lower() for name in moved.theirs]
        return f"Saved. Merged with {whose} change of {_listed(names)}."

    # Before anything is saved

    def look_again(self) -> None:
        """Somebody committed something to the row; follow them in the fields that nobody touched here."""
        dialog = self._dialog
        if dialog.state.id is not None:
            dialog.reading.look_at(dialog.state.id, self._seen, lambda _error: None)

    def _seen(self, detail: Any | None) -> None:
        dialog, state = self._dialog, self._dialog.state
        if detail is None or state.phase is not Phase.READY or detail.id != state.id:
            return
        theirs = dialog.values_of(detail)
        moved = [n for n, v in theirs.items() if n in dialog.form and not self._same(n, v)]
        touched = [name for name in moved if dialog.form[name].widget.is_changed()]
        for name in moved:
            if name not in touched:
                state.base[name] = theirs[name]
                dialog.form[name].widget.set_value(theirs[name])
                dialog.form[name].settle()
        if not touched:
            # The same version with nothing else in it: the next save meets nobody.
            state.version = detail.version
            dialog.show_detail(detail)
        elif not dialog.trouble.message():
            names = _listed([dialog.form[name].label.lower() for name in touched])
            dialog.trouble.say(
                f"Someone changed this {dialog.noun} meanwhile, too: {names}."
                " Go on; saving brings both together.",
                kind="info",
            )
            dialog.fit()

    def _same(self, name: str, value: Any) -> bool:
        return self._dialog.form[name].same(value, self._dialog.state.base.get(name))


def kind_of(field: Field) -> Kind:
    """How a field's values merge, by the widget that edits them."""
    for widget, kind in _KINDS:
        if isinstance(field.qt, widget):
            return kind
    return "choice"


_KINDS: tuple[tuple[type, Kind], ...] = ((JsonField, "json"), (TextField, "lines"), (LineField, "text"))


def _listed(names: Sequence[str]) -> str:
    *most, last = names or ("something in it",)
    return f"{', '.join(most)} and {last}" if most else last

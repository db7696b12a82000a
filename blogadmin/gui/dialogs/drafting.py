"""Keeps what is typed into a dialog in a file, and puts it back when the row is opened again.

By the form's fields, so that every dialog has it, also one that does not exist yet. Passwords are left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import shiboken6
from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QLineEdit

from blogadmin.gui.control.draft import Draft
from blogadmin.gui.control.messages import Choice
from blogadmin.gui.dialogs.edit_state import Phase
from blogadmin.gui.dialogs.kept_line import KeptLine
from blogadmin.gui.dialogs.password_field import PasswordField
from blogadmin.gui.dialogs.text_fields import TextField
from blogadmin.gui.dialogs.trouble_bar import Way
from blogadmin.gui.dialogs.typed_text import TypedText
from blogadmin.gui.widgets.times import day, in_zone

if TYPE_CHECKING:
    from blogadmin.gui.control.drafts import Free, Kept
    from blogadmin.gui.dialogs.edit_dialog import EditDialog
    from blogadmin.gui.dialogs.fields import Field

SOON = 1000
"""Milliseconds from a key stroke until it is on its way to the file; the first one of several counts."""


class Drafting(QObject):
    """Follows one dialog, by its signals. ``line`` belongs into the dialog's footer.

    The file goes when the row is committed or the person leaves the row: leaving asks about unsaved work
    first. Whatever else ends the dialog, the program or the computer leaves it there.
    """

    def __init__(self, dialog: EditDialog) -> None:
        super().__init__(dialog)
        self.line = KeptLine(dialog)
        self._dialog = dialog
        self._drafts = dialog.services.drafts
        self._file: Kept | None = None
        self._last: Draft | None = None
        self._followed: dict[str, tuple[TypedText, int]] = {}
        self._gone: tuple[Kept, Draft] | None = None
        self._phase = Phase.LOADING
        self._putting_in = False
        self._soon = QTimer(self, singleShot=True, interval=SOON)
        if self._drafts is None:
            return
        self._soon.timeout.connect(self._keep)
        for field in dialog.form:
            field.changed.connect(self._touched)
        dialog.phase_changed.connect(self._entered)
        dialog.saved.connect(self._drop)
        dialog.finished.connect(self._left)

    def take_over(self, free: Free) -> bool:
        """Put a draft of a new row into this dialog; ``False`` when another program has it or it is gone."""
        found = self._drafts.take_free(free) if self._drafts is not None else None
        if found is None:
            return False
        self._create_from(*found)
        return True

    def put_back(self) -> None:
        """Put the free draft of the row that is shown back, if there is one and nothing was typed yet."""
        dialog, drafts = self._dialog, self._drafts
        row_id = dialog.state.id
        if drafts is None or row_id is None or self._file is not None or dialog.form.is_changed():
            return
        found = drafts.take(dialog.key, row_id)
        if found is None:
            return
        self._restore(*found)

    def row_is_gone(self) -> None:
        """The row was deleted: if anything was typed for it, offer to make it again."""
        dialog = self._dialog
        if self._drafts is None or dialog.state.id is None or self._file is not None:
            return
        self._gone = self._gone or self._drafts.take(dialog.key, dialog.state.id)
        if self._gone is not None:
            when = spoken(self._gone[1].typed_at)
            dialog.say(
                f"This {dialog.noun} was deleted meanwhile. What was typed {when} is still kept.",
                Way("Create it again from what was typed", "createAgainButton", self._create_again),
            )

    # Keeping

    def _touched(self) -> None:
        ready = self._dialog.state.phase is Phase.READY
        if ready and not self._putting_in and not self._soon.isActive():
            # Not started anew by the next key: whoever types without a pause would never be kept.
            self._soon.start()
            if self._dialog.form.is_changed():
                self.line.unsaved()

    def _keep(self) -> None:
        dialog, drafts = self._dialog, self._drafts
        if drafts is None or dialog.state.phase not in (Phase.READY, Phase.SAVING):
            return
        if not drafts.ready:
            self._soon.start()
            return
        draft = self._snapshot()
        typed = self._typed_texts()
        followed = _standing(typed)
        if not (draft.values or draft.texts or typed):
            # Nothing was typed that may be kept, or all of it was taken back.
            self._drop()
        elif not draft.same_work(self._last) or followed != self._followed:
            self._last, self._followed = draft, followed
            self._file = self._file or drafts.begin()
            if self._file is not None:
                self._file.told = self._told
                self._file.put(draft, {name: text.text for name, text in typed.items()})

    def _typed_texts(self) -> dict[str, TypedText]:
        """The long texts that were changed; to copy them here would stop the window."""
        fields = ((field.name, field.qt) for field in self._dialog.form if not is_secret(field))
        return {
            name: text.typed
            for name, text in fields
            if isinstance(text, TextField) and text.typed is not None and text.is_changed()
        }

    def _snapshot(self) -> Draft:
        """What was typed, but for ``_typed_texts``."""
        state, last = self._dialog.state, self._last
        values: dict[str, Any] = {}
        texts: dict[str, str] = {}
        secrets = False
        for field in self._dialog.form:
            if is_secret(field):
                secrets = secrets or field.widget.is_changed()
            elif (text := _text(field)) is not None:
                texts[field.name] = text
            elif field.widget.is_changed() and not isinstance(field.qt, TextField):
                values[field.name] = field.widget.value()
        # The same object while it has not changed, so that a long text is encoded once.
        same = last is not None and last.base == state.base
        base = last.base if last is not None and same else dict(state.base)
        caption, now = self._dialog.caption(), datetime.now(UTC)
        return Draft(self._dialog.key, state.id, state.version, caption, now, base, values, texts, secrets)

    def _told(self, when: datetime | None, problem: str) -> None:
        if not shiboken6.isValid(self) or not self._dialog.form.is_changed():
            return
        if problem:
            self.line.not_kept()
            # Tried again with the next key, though nothing else may have changed.
            self._last = None
        elif when is not None:
            self.line.kept(when)

    def _drop(self) -> None:
        self._soon.stop()
        self._last = None
        file, self._file = self._file, None
        if file is not None:
            file.remove()
        if self._dialog.form.is_changed() and self._dialog.state.phase is Phase.READY:
            self.line.unsaved()
        else:
            self.line.clear()

    # The dialog's own way

    def _entered(self, phase: Phase) -> None:
        before, self._phase = self._phase, phase
        if phase is Phase.LOADING:
            self._forget_row_unless(self._dialog.state.id)
        if phase is Phase.READY and before in (Phase.LOADING, Phase.FAILED):
            if not self._putting_in and not self._dialog.form.is_changed():
                # Loaded anew over what was typed: the person had been asked.
                self._drop()
            self.put_back()

    def _forget_row_unless(self, row_id: int | None) -> None:
        """Another row is wanted: the person has saved what was typed in the former, or given it up."""
        if self._last is not None and self._last.row_id != row_id:
            self._drop()
        if self._gone is not None and self._gone[1].row_id != row_id:
            self._gone[0].release()
            self._gone = None

    def _left(self) -> None:
        self._soon.stop()
        if self._gone is not None:
            self._gone[0].release()
        if self._file is not None:
            self._file.remove()

    # Putting back

    def _restore(self, file: Kept, draft: Draft) -> None:
        dialog = self._dialog
        moved = draft.version != dialog.state.version
        before = dict(dialog.state.base)
        dialog.state.version, dialog.state.merges = draft.version, 0
        dialog.state.base = {**before, **draft.base}
        self._putting_in = True
        for field in dialog.form:
            base = dialog.state.base.get(field.name)
            if field.name in draft.base and not field.same(base, before.get(field.name)):
                field.widget.set_value(base)
                field.settle()
        _type(dialog, draft.values, draft.texts)
        if moved and not draft.secrets and self._all_in(before):
            # The commit whose answer was lost had worked.
            self._putting_in = False
            file.remove()
            dialog.reload()
            return
        self._hold(file, draft)
        since = f" Someone changed this {dialog.noun} since; saving brings both together." if moved else ""
        dialog.trouble.say(
            f"Restored what was typed {spoken(draft.typed_at)}.{since}{_again(draft)}",
            [Way("Take the database’s version…", "takeDatabaseButton", self._ask_to_reload)],
            kind="info",
        )
        dialog.fit()

    def _hold(self, file: Kept, draft: Draft) -> None:
        self._putting_in = False
        self._file = file
        self._file.told = self._told
        self._last, self._followed = self._snapshot(), _standing(self._typed_texts())
        self.line.kept(draft.typed_at)
        self._dialog.show_title()

    def _all_in(self, now: Mapping[str, Any]) -> bool:
        """Whether the row has every change by ``now``."""
        changed = [field for field in self._dialog.form if field.widget.is_changed()]
        return all(
            field.widget.problem() is None and field.same(field.widget.value(), now.get(field.name))
            for field in changed
        )

    def _create_again(self) -> None:
        found, self._gone = self._gone, None
        if found is not None:
            self._create_from(*found)

    def _create_from(self, file: Kept, draft: Draft) -> None:
        """Turn to a new row made of what was typed, and for one that is gone of what it was before, too."""
        dialog = self._dialog
        was = {} if draft.row_id is None else draft.base
        self._putting_in = True
        dialog.start_new({**dialog.defaults(), **({} if was else draft.base)}, _known(dialog, was))
        _type(dialog, draft.values, draft.texts)
        dialog.show_detail(None)
        self._hold(file, draft)
        what = f"This is a new {dialog.noun} now, from what was typed {spoken(draft.typed_at)}."
        if draft.row_id is None:
            what = f"Restored what was typed {spoken(draft.typed_at)}."
        dialog.trouble.say(f"{what} Saving creates it.{_again(draft)}", kind="info")
        dialog.fit()
        if draft.row_id is not None:
            # Kept under the row that is gone; from now on it is a new one.
            self._last = None
            self._keep()

    def _ask_to_reload(self) -> None:
        dialog = self._dialog
        dialog.services.messages.ask(
            dialog,
            "Take the database’s version",
            f"What was typed in this {dialog.noun} will be gone.",
            [
                Choice("discard", "Discard what was typed", "destructive"),
                Choice("cancel", "Keep it", "reject", default=True),
            ],
            lambda key: dialog.reload() if key == "discard" else None,
        )


def spoken(moment: datetime) -> str:
    """The moment for the middle of a sentence: "on 12 Nov at 10:42", with the year if it is another."""
    local = in_zone(moment)
    date = day(local)
    if local.year == in_zone(datetime.now(UTC)).year:
        date = date.rpartition(" ")[0]
    return f"on {date} at {local:%H:%M}"


def is_secret(field: Field) -> bool:
    """Whether what is typed there may never be written down, by kind, look or name of the field."""
    widget = field.qt
    hidden = isinstance(widget, QLineEdit) and widget.echoMode() is not QLineEdit.EchoMode.Normal
    return hidden or isinstance(widget, PasswordField) or "password" in field.name.lower()


def _standing(typed: Mapping[str, TypedText]) -> dict[str, tuple[TypedText, int]]:
    """The same while nothing is typed into any of the texts."""
    return {name: (text, text.changes) for name, text in typed.items()}


def _text(field: Field) -> str | None:
    """The text of an editor that was changed, or one that names no value yet; else ``None``."""
    widget = field.qt
    if isinstance(widget, TextField):
        # Not its value: half an object is none, and finding the line breaks of a long one takes time.
        return widget.shown_text() if widget.typed is None and widget.is_changed() else None
    if isinstance(widget, QLineEdit) and widget.text() and field.widget.value() is None:
        return widget.text()
    return None


def _known(dialog: EditDialog, values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name in dialog.form and value is not None}


def _type(dialog: EditDialog, values: Mapping[str, Any], texts: Mapping[str, str]) -> None:
    """Put values in as if typed. A field that cannot be edited, or is no more, is left as it is."""
    for name, value in values.items():
        if name in dialog.form and not dialog.form[name].widget.notice():
            dialog.form[name].widget.propose(value)
    for name, text in texts.items():
        if name not in dialog.form or dialog.form[name].widget.notice():
            continue
        field = dialog.form[name]
        if isinstance(field.qt, TextField):
            field.qt.type_over(text)
        elif isinstance(field.qt, QLineEdit):
            field.widget.propose(None)
            field.qt.setText(text)


def _again(draft: Draft) -> str:
    return " The password has to be typed again." if draft.secrets else ""

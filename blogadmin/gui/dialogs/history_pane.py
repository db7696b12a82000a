"""What became of the row of a dialog: its versions, what each changed, and the way back to one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from blogadmin.core.database.errors import KnownError
from blogadmin.gui.dialogs.edit_state import Phase
from blogadmin.gui.dialogs.history_compare import Comparing
from blogadmin.gui.dialogs.history_head import Foot, Head
from blogadmin.gui.dialogs.history_list import Version, VersionList, of_entry
from blogadmin.gui.dialogs.history_read import read_versions
from blogadmin.gui.dialogs.history_restore import Restored, restore, take_back
from blogadmin.gui.dialogs.history_text import DiffText
from blogadmin.gui.dialogs.trouble_bar import Way
from blogadmin.gui.theme import metrics
from blogadmin.gui.widgets.empty_state import EmptyState
from blogadmin.gui.widgets.times import dated

if TYPE_CHECKING:
    from blogadmin.core.database.changes import Changes
    from blogadmin.core.queries.details import HistoryEntry
    from blogadmin.gui.dialogs.edit_dialog import EditDialog

SOON: Final = 250
"""Milliseconds after a key stroke or a commit until the versions are looked at again."""
MINE: Final = "Your text, not saved"
_LIST_WIDTH: Final = 38


class HistoryPane(QWidget):
    """Follows one dialog and the row in it. Nothing is read before it is shown for the first time.

    Signals:
        restored: values of another version were put into the form.
    """

    restored = Signal()

    def __init__(self, dialog: EditDialog, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("historyPane")
        self.setAccessibleName("History")
        self._dialog = dialog
        self._slot = f"history-{id(self)}"
        self._entries: Sequence[HistoryEntry] = ()
        self._typed_before: list[Version] = []
        self._row: int | None = None
        self._wanted: int | None = None
        self._stale = True
        self._focus_wanted = False
        self.list = VersionList(self)
        self.head, self.foot = Head(self), Foot(self)
        self.text = DiffText(self)
        self.comparing = Comparing(dialog, self.head, self.text, self)
        self.nothing = EmptyState(self)
        self._soon = QTimer(self, singleShot=True, interval=SOON)
        self._lay_out()
        self._connect()

    # What a dialog asks

    def show_entry(self, entry_id: int | None) -> None:
        """Begin with the change of that id, as soon as it has been read."""
        self._wanted = entry_id
        if self.isVisible() and not self._stale:
            self._fill()

    def focus(self) -> None:
        """Go there with the keyboard, as soon as there is something to walk in."""
        self._focus_wanted = not self.list.isVisibleTo(self)
        (self.list if self.list.isVisibleTo(self) else self.nothing).setFocus(
            Qt.FocusReason.ShortcutFocusReason
        )

    # Making

    def _lay_out(self) -> None:
        self.list.setFixedWidth(_LIST_WIDTH * metrics().averageCharWidth())
        # A widget, not only a layout: a layout keeps its share of the room when all in it is hidden.
        self._right = QWidget(self)
        right = QVBoxLayout(self._right)
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(0)
        right.addWidget(self.head)
        right.addWidget(self.text, 1)
        right.addWidget(self.foot)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(1)
        layout.addWidget(self.list)
        layout.addWidget(self._right, 1)
        layout.addWidget(self.nothing, 1)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._say("Reading the history…")

    def _connect(self) -> None:
        dialog = self._dialog
        self._soon.timeout.connect(self._look)
        self.list.chosen.connect(lambda _version: self._compare())
        self.list.step_wanted.connect(self.text.go)
        self.text.stood_at.connect(self.foot.stand_at)
        self.text.restore_wanted.connect(lambda name: self._restore([name]))
        self.head.compare.currentIndexChanged.connect(lambda _index: self._compare())
        self.head.restore.clicked.connect(lambda: self._restore(None))
        self.comparing.shown.connect(self._offer)
        self.comparing.failed.connect(self._not_read)
        dialog.phase_changed.connect(self._entered)
        dialog.services.hub.changed.connect(self._committed)
        dialog.services.hub.lost_track.connect(self._lost_track)
        for keys, step in (("F8", 1), ("Shift+F8", -1)):
            shortcut = QShortcut(QKeySequence(keys), self, partial(self.text.go, step))
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)

    def follow_form(self) -> None:
        """Keep an eye on what is typed; call it once the dialog has its fields."""
        for field in self._dialog.form:
            field.changed.connect(self._typed)

    # When to read

    def _entered(self, _phase: object) -> None:
        state = self._dialog.state
        if state.phase is Phase.READY and state.id != self._row:
            self._typed_before = []
            self.comparing.forget()
            self._outdated()
        self._offer()

    def _committed(self, changes: Changes, _initiator: object) -> None:
        if self._dialog.state.id in changes.touched(self._dialog.key):
            self._outdated()

    def _lost_track(self, _noun: object) -> None:
        self._outdated()

    def _outdated(self) -> None:
        self._stale = True
        self._typed()

    def _typed(self) -> None:
        if self.isVisible() and not self._soon.isActive():
            self._soon.start()

    def _look(self) -> None:
        state = self._dialog.state
        if state.phase is not Phase.READY or state.id is None:
            return
        if self._stale:
            self._read(state.id)
        else:
            self._fill()

    def _read(self, row_id: int) -> None:
        self._stale = False
        dialog = self._dialog
        dialog.services.tasks.read(
            self._slot,
            lambda session: read_versions(session, dialog.key, row_id),
            partial(self._take, row_id),
            self._not_read,
            owner=self,
        )

    def _take(self, row_id: int, entries: Sequence[HistoryEntry] | None) -> None:
        if row_id != self._dialog.state.id:
            return
        self._row = row_id
        self._entries = entries or ()
        if entries is None:
            self._say("No history to show", "This database keeps no history, or your login may not read it.")
        elif not entries:
            self._say("No history to show", f"Nothing was recorded of this {self._dialog.noun} yet.")
        else:
            self._say("")
            self._fill()
            if self._focus_wanted and self.isVisible():
                self.focus()

    def _not_read(self, error: Exception) -> None:
        self._stale = True
        if not self._entries:
            why = str(error) if isinstance(error, KnownError) else "This is a fault in the program."
            self._say("The history could not be read", why)
            self.nothing.show_failure("The history could not be read", why, "Retry", self._look)

    def _say(self, title: str, text: str = "") -> None:
        if title:
            self.nothing.show_message("history", title, text)
        self.nothing.setVisible(bool(title))
        for part in (self.list, self._right):
            part.setVisible(not title)

    # Which versions there are

    def _fill(self) -> None:
        if self._row is None or self._row != self._dialog.state.id or not self._entries:
            return
        now = datetime.now(UTC)
        mine = [Version(MINE, "now")] if self._dialog.form.is_changed() else []
        entries = [of_entry(entry, now) for entry in self._entries]
        stays = self.list.show_versions([*mine, *self._typed_before, *entries])
        if self._wanted is not None and self.list.stand_at(self._wanted):
            stays, self._wanted = False, None
        self._compare(again=stays)

    def _compare(self, *, again: bool = False) -> None:
        version = self.list.version()
        if version is not None:
            self.comparing.show(version, again=again)

    # The way back

    def _offer(self) -> None:
        shown = self.comparing.now
        button = self.head.restore
        button.setText(f"Restore {tag_of(shown.version) if shown else 'version'}…")
        button.setAccessibleName(button.text())
        button.setVisible(shown is None or not shown.version.is_mine)
        button.setEnabled(bool(self.comparing.restorable()))

    def _restore(self, names: Sequence[str] | None) -> None:
        shown, form = self.comparing.now, self._dialog.form
        if shown is None or shown.values is None or not self.comparing.restorable():
            return
        had_typed, stood = form.is_changed(), self.comparing.form_values()
        wanted = {name: value for name, value in shown.values.items() if names is None or name in names}
        made = restore(form, wanted, shown.past.people)
        tag = tag_of(shown.version)
        if made.done and had_typed:
            # What is typed over is still there, for whoever restored the wrong one.
            when = dated(datetime.now(UTC)).rpartition(" ")[2]
            caption = f"{when} · not saved, before restoring {tag}"
            name = f"Your earlier text {len(self._typed_before) + 1}"
            self._typed_before.insert(0, Version(name, caption, tooltip=caption, values=stood))
        self._tell(made, tag, had_typed)
        self._fill()
        if made.done and self.list.stand_at(MINE):
            self._compare()
            self.restored.emit()

    def _tell(self, made: Restored, tag: str, had_typed: bool) -> None:
        dialog = self._dialog
        words = [*said([self.comparing.label(name) for name in made.done], tag, had_typed), *made.problems]
        ways = (
            [Way("Take back", "takeBackButton", partial(self._take_back, made.before))] if made.done else []
        )
        dialog.trouble.say(" ".join(words), ways, kind="info" if made.done else "bad")
        dialog.fit()

    def _take_back(self, before: Mapping[str, Any]) -> None:
        for name, value in before.items():
            take_back(self._dialog.form[name], value)
        self._dialog.clear_trouble()
        self._fill()

    # Qt's overrides

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._look()


def tag_of(version: Version) -> str:
    """A version in the middle of a sentence."""
    return f"version {version.entry.version}" if version.entry else "this text"


def said(labels: Sequence[str], tag: str, had_typed: bool) -> list[str]:
    """What was restored, in sentences."""
    if not labels:
        return ["Nothing was restored."]
    *most, last = [label.lower() for label in labels]
    names = f"{', '.join(most)} and {last}" if most else last
    words = [f"The {names} of {tag} {'are' if most else 'is'} in the form, not saved yet."]
    if had_typed:
        words.append("What you had typed stands in the list of versions.")
    return words

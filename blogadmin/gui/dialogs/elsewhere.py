"""Who else edits the row of a dialog; and after messages were missed, whether the row moved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from blogadmin.gui.control.live import Row, who
from blogadmin.gui.dialogs.edit_state import Phase
from blogadmin.gui.widgets.labels import Label

if TYPE_CHECKING:
    from collections.abc import Mapping

    from blogadmin.gui.dialogs.edit_dialog import EditDialog


class Elsewhere(QObject):
    """Follows one dialog, by its signals, and the row in it. ``line`` belongs above the dialog's fields.

    Other programs are told that the row is edited here.
    """

    def __init__(self, dialog: EditDialog) -> None:
        super().__init__(dialog)
        self.line = Label(role="caption", tone="muted", wrap=True, parent=dialog)
        self.line.setObjectName("editorsLabel")
        self.line.hide()
        self._dialog = dialog
        self._live = dialog.services.live
        self._edited: Row | None = None
        dialog.services.hub.lost_track.connect(self._lost_track)
        if self._live is not None:
            dialog.phase_changed.connect(self._entered)
            dialog.finished.connect(self._left)
            self._live.editors_changed.connect(self._show_editors)

    # The row moved

    def _lost_track(self, noun: str | None) -> None:
        state = self._dialog.state
        if noun not in (None, self._dialog.key) or state.id is None or state.phase is not Phase.READY:
            return
        row_id, version = state.id, state.version

        def compare(detail: Any | None) -> None:
            same = state.phase is Phase.READY and (state.id, state.version) == (row_id, version)
            if same and (detail is None or detail.version != version):
                self._dialog.row_moved()

        # Not read now, it is found out when the row is saved.
        self._dialog.reading.look_at(row_id, compare, lambda _error: None)

    # Who edits it, too

    def _names(self) -> tuple[str, ...]:
        row = (self._dialog.key, self._dialog.state.id or 0)
        return () if self._live is None else self._live.editors.get(row, ())

    def _entered(self, phase: Phase) -> None:
        dialog = self._dialog
        row = None if dialog.state.id is None else (dialog.key, dialog.state.id)
        if phase is Phase.READY:
            self._edit(row if dialog.save_button.isEnabled() else None)
        elif row != self._edited:
            self._edit(None)
        self._show_editors()

    def _left(self) -> None:
        self._edit(None)

    def _edit(self, row: Row | None) -> None:
        former, self._edited = self._edited, row
        if self._live is not None and former != row:
            if former is not None:
                self._live.stopped(*former)
            if row is not None:
                self._live.editing(*row)

    def _show_editors(self, _editors: Mapping[Row, tuple[str, ...]] | None = None) -> None:
        names = self._names()
        words = f"{who(names)} editing this {self._dialog.noun}, too." if names else ""
        if words != self.line.text():
            self.line.setText(words)
            self.line.setAccessibleName(words)
            self.line.setVisible(bool(words))
            self._dialog.fit()

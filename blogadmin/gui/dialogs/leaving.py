"""The question before unsaved work would be lost: save it, discard it, or stay."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from blogadmin.gui.control.messages import Choice
from blogadmin.gui.dialogs.edit_state import Phase

if TYPE_CHECKING:
    from blogadmin.gui.dialogs.edit_dialog import EditDialog


class Leaving:
    """Guards the ways out of a dialog. Never blocks: what comes next is handed in and called in time."""

    def __init__(self, dialog: EditDialog) -> None:
        self._dialog = dialog
        self._go: Callable[[], object] | None = None

    def leave(self, go: Callable[[], object]) -> None:
        """Call ``go`` once nothing can be lost by it; not at all if the person stays or saving fails."""
        dialog = self._dialog
        if dialog.state.phase is Phase.SAVING:
            dialog.saving.go_on_with(go)
        elif not dialog.is_dirty():
            go()
        else:
            asked = self._go is not None
            self._go = go
            if not asked:
                self._ask()

    def _ask(self) -> None:
        dialog = self._dialog
        dialog.services.messages.ask(
            dialog,
            "Unsaved changes",
            f"Save what you changed in “{dialog.caption()}”?",
            [
                Choice("save", "Save", "accept", default=True),
                Choice("discard", "Discard", "destructive"),
                Choice("cancel", "Cancel", "reject"),
            ],
            self._answered,
        )

    def _answered(self, key: str) -> None:
        go, self._go = self._go, None
        if go is None:
            return
        if key == "save":
            self._dialog.save(go)
        elif key == "discard":
            go()

"""How a dialog gets its row: asked for on a worker, shown when it has come, and none at all told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from blogadmin.core.database.errors import KnownError
from blogadmin.gui.dialogs.edit_state import Phase
from blogadmin.gui.dialogs.trouble_bar import Way

if TYPE_CHECKING:
    from collections.abc import Callable

    from blogadmin.gui.dialogs.edit_dialog import EditDialog


class Reading:
    """Reads rows for one dialog. A newer request replaces the older one."""

    def __init__(self, dialog: EditDialog) -> None:
        self._dialog = dialog
        self._slot = f"{dialog.objectName()}-{id(dialog)}"

    def load(self, row_id: int) -> None:
        """Show the row of that id as soon as it has come."""
        self._dialog.state.begin_loading(row_id)
        self._dialog.entered()
        self.look_at(row_id, self._arrived, self._not_read)

    def look_at(
        self, row_id: int, done: Callable[[Any], object], failed: Callable[[Exception], object]
    ) -> None:
        """Read the row without showing it."""
        dialog = self._dialog
        dialog.services.tasks.read(
            self._slot, lambda session: dialog.read(session, row_id), done, failed, owner=dialog
        )

    def stop(self) -> None:
        """Nobody waits for the row any more."""
        self._dialog.services.tasks.cancel(self._slot)

    def _arrived(self, detail: Any | None) -> None:
        dialog = self._dialog
        if detail is None:
            self._nothing(f"This {dialog.noun} was deleted meanwhile. Close this window.")
            dialog.drafting.row_is_gone()
            return
        values = dialog.values_of(detail)
        dialog.state.loaded(detail.version, values)
        dialog.form.load(values)
        dialog.show_detail(detail)
        dialog.clear_trouble()
        dialog.entered()
        dialog.fit()

    def _not_read(self, error: Exception) -> None:
        dialog = self._dialog
        why = str(error) if isinstance(error, KnownError) else "This is a fault in the program."
        self._nothing(
            f"The {dialog.noun} could not be read. {why}", Way("Retry", "retryButton", dialog.reload)
        )
        if not isinstance(error, KnownError):
            dialog.services.messages.bug(error)

    def _nothing(self, text: str, *ways: Way) -> None:
        dialog = self._dialog
        dialog.state.go(Phase.FAILED)
        # The row shown so far is another one; under this id it would mislead.
        dialog.form.load({})
        dialog.entered()
        dialog.say(text, *ways)

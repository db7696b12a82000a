"""Views where they are kept: those of the program, and in the database one's own and the shared ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from blogadmin.core import operations, queries
from blogadmin.gui.control.controller import Done, Failed
from blogadmin.gui.control.services import Services
from blogadmin.gui.pages.noun import Noun

if TYPE_CHECKING:
    from blogadmin.core.queries.views import View

NOUN = "saved_views"
"""How changes name the rows that hold views."""


class ViewStore(QObject):
    """The views of one noun, as the database had them last; none before there is a database."""

    def __init__(self, noun: Noun, services: Services, parent: QObject) -> None:
        super().__init__(parent)
        self._noun = noun
        self._services = services
        self.saved: Sequence[View] = ()

    def views(self) -> list[View]:
        """The program's views, then one's own, then those that others share."""
        if self._services.tasks.database is None:
            return []
        return [*queries.views.defaults(self._noun.key), *self.saved]

    def read(self, then: Callable[[], object]) -> None:
        """Read the saved views, and call ``then`` whether that worked or not: what was known stays."""

        def take(views: Sequence[View]) -> None:
            self.saved = views
            then()

        self._services.tasks.read(
            f"{self._noun.key}.views",
            lambda session: queries.views.saved(session, self._noun.listing()),
            take,
            lambda _error: then(),
            owner=self,
            patient=True,
        )

    def save(self, name: str, spec: dict[str, Any], shared: bool, done: Done, failed: Failed) -> None:
        """Keep a list under a new name."""
        self._commit(operations.views.SaveView(self._noun.key, name, spec, shared), done, failed)

    def update(self, view: View, spec: dict[str, Any], done: Done) -> None:
        """Keep another list under the name of ``view``."""
        self._commit(operations.views.UpdateView(*_row(view), spec), done)

    def rename(self, view: View, name: str, done: Done, failed: Failed) -> None:
        """Give a view another name."""
        self._commit(operations.views.RenameView(*_row(view), name), done, failed)

    def share(self, view: View, shared: bool, done: Done) -> None:
        """Let everybody see a view, or only oneself."""
        self._commit(operations.views.ShareView(*_row(view), shared), done)

    def delete(self, view: View, done: Done) -> None:
        """Delete a view."""
        self._commit(operations.views.DeleteView(*_row(view)), done)

    def _commit(self, operation: Any, done: Done, failed: Failed | None = None) -> None:
        self._services.controller.commit(operation, initiator=self.parent(), done=done, failed=failed)


def _row(view: View) -> tuple[int, int]:
    """Id and version of a view that the database keeps."""
    return view.id or 0, view.version

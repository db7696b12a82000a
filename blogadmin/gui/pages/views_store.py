"""Saved views where they are kept: in the database, for oneself or for everybody."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import QObject

from blogadmin.core import operations, queries
from blogadmin.core.queries.spec import ListSpec
from blogadmin.core.queries.spec_json import from_json, to_json
from blogadmin.gui.control.controller import Done, Failed
from blogadmin.gui.control.services import Services
from blogadmin.gui.pages.noun import Noun
from blogadmin.gui.pages.views_view import View

NOUN = "saved_views"
"""How changes name the rows that hold views."""
_COLUMNS = "columns"


class ViewStore(QObject):
    """The saved views of one noun, as the database had them last."""

    def __init__(self, noun: Noun, services: Services, parent: QObject) -> None:
        super().__init__(parent)
        self._noun = noun
        self._services = services
        self.views: list[View] = []

    def read(self, then: Callable[[], object]) -> None:
        """Read the views, and call ``then`` whether that worked or not: what was known stays."""
        key = self._noun.key
        if not hasattr(queries, "views"):
            then()
            return
        self._services.tasks.read(
            f"{key}.views",
            lambda session: queries.views.read(session, key),
            lambda rows: self._take(rows, then),
            lambda _error: then(),
            owner=self,
        )

    def save(self, view: View, done: Done, failed: Failed | None = None) -> None:
        """Keep ``view`` under its name."""
        made = operations.views.SaveView(self._noun.key, view.name, kept(view), view.shared)
        self._commit(made, done, failed)

    def update(self, view: View, former: View, done: Done) -> None:
        """Keep ``view`` in place of ``former``."""
        self._commit(operations.views.UpdateView(former.id, former.version, kept(view)), done)

    def rename(self, view: View, name: str, done: Done, failed: Failed | None = None) -> None:
        """Give a view another name."""
        self._commit(operations.views.RenameView(view.id, view.version, name), done, failed)

    def share(self, view: View, shared: bool, done: Done) -> None:
        """Let everybody see a view, or only oneself."""
        self._commit(operations.views.ShareView(view.id, view.version, shared), done)

    def delete(self, view: View, done: Done) -> None:
        """Delete a view."""
        self._commit(operations.views.DeleteView(view.id, view.version), done)

    def _commit(self, operation: Any, done: Done, failed: Failed | None = None) -> None:
        self._services.controller.commit(operation, initiator=self.parent(), done=done, failed=failed)

    def _take(self, rows: Any, then: Callable[[], object]) -> None:
        self.views = [self._view(row) for row in rows]
        then()

    def _view(self, row: Any) -> View:
        listing = self._noun.listing()
        spec, columns, problem = ListSpec(), "", ""
        try:
            spec, columns = read_back(row.spec, listing.fields, listing.sortable)
        except ValueError:
            problem = "This view was made by a newer blogadmin. Update this program to use it."
        return View(
            row.name,
            spec,
            columns=columns,
            id=row.id,
            owner=row.owner,
            own=row.own,
            shared=row.shared,
            version=row.version,
            problem=problem,
        )


def kept(view: View) -> dict[str, Any]:
    """A view as its row holds it: filter, words and order, and how the columns stand."""
    columns = {_COLUMNS: json.loads(view.columns)} if view.columns else {}
    return {**to_json(view.spec), **columns}


def read_back(data: Mapping[str, Any], fields: Mapping[str, Any], sortable: Any) -> tuple[ListSpec, str]:
    """Specification and columns that ``kept`` wrote. Raises ``ValueError`` for what is not known here."""
    rest = dict(data)
    columns = rest.pop(_COLUMNS, None)
    return from_json(fields, rest, sortable), json.dumps(columns) if isinstance(columns, dict) else ""

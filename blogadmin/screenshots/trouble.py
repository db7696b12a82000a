"""What is shown when something stands in the way: conflicts, offers, lost connections, faults."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QAbstractButton, QDialog, QMessageBox

from blogadmin.core import operations
from blogadmin.gui.control.crash import CrashDialog
from blogadmin.gui.dialogs.schema_offer import AdoptOffer, UpgradeOffer
from blogadmin.gui.tables.list_model import State
from blogadmin.screenshots.studio import Scene, Studio

if TYPE_CHECKING:
    from blogadmin.gui.dialogs.edit_dialog import EditDialog

TRACE = """Traceback (most recent call last):
  File "blogadmin/gui/pages/page.py", line 92, in _show_state
    self._show_status()
ZeroDivisionError: division by zero"""
NOWHERE = "postgresql://nobody@127.0.0.1:9/nothing"


@dataclass(frozen=True)
class Misfit:
    """A column of a foreign database that does not fit."""

    table: str
    column: str
    problem: str
    count: int


@dataclass(frozen=True)
class Plan:
    """What an offer to adopt says."""

    misfits: Sequence[Misfit] = ()
    needs_timezone: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def can_apply(self) -> bool:
        return not self.misfits and not self.needs_timezone

    def as_sql(self) -> str:
        return "ALTER TABLE posts ADD COLUMN version integer NOT NULL DEFAULT 1;\n"


@dataclass(frozen=True)
class Older:
    """The state of a database that waits for an upgrade."""

    pending: tuple[str, ...] = field(default=("Find parts of words faster", "Count the words of each post"))


def scenes(studio: Studio) -> Scene:
    """Unsaved work, a conflict, offers, a fault, and a server that cannot be reached."""
    yield from _unsaved(studio)
    yield from _conflict(studio)
    yield from _offers(studio)
    CrashDialog(TRACE, studio.window).open()
    yield from studio.dialog("crashDialog", "crash")
    yield from _no_server(studio)


def _post(studio: Studio, title: str) -> Scene:
    """Open a post and type another title."""
    page = studio.page("posts")
    page.open_row(page.model.id_at(2) or 0)
    dialog = page.open_dialogs()[0]
    yield lambda: dialog.state.id is not None and dialog.content.isEnabled()
    dialog.form["title"].widget.propose(title)


def _opened(studio: Studio) -> EditDialog:
    return studio.window.pages[0].open_dialogs()[0]


def _unsaved(studio: Studio) -> Scene:
    yield from _post(studio, "A title that nobody saved")
    dialog = _opened(studio)
    dialog.reject()
    yield lambda: studio.visible(QMessageBox, "questionBox") is not None
    box = studio.dialog_named("questionBox")
    yield from studio.picture(box, "unsaved")
    studio.child(box, QAbstractButton, "discardButton").click()
    yield lambda: not studio.window.pages[0].open_dialogs()


def _conflict(studio: Studio) -> Scene:
    """Two people change the title of a post; what the other did is taken back afterwards."""
    yield from _post(studio, "My better title")
    dialog = _opened(studio)
    state = dialog.state
    theirs = {"title": "Their better title", "status": "archived"}
    base = {name: state.base[name] for name in theirs}
    change = operations.posts.EditPost(state.id or 0, state.version, base, theirs)
    studio.services.controller.commit(change)
    yield from studio.settled()
    yield from studio.picture(dialog, "changed-elsewhere")
    dialog.save()
    yield lambda: studio.visible(QDialog, "mergeDialog") is not None
    yield from studio.dialog("mergeDialog", "conflict")
    dialog.finish()
    studio.services.undo.undo()
    yield from studio.settled()


def _offers(studio: Studio) -> Scene:
    window, services = studio.window, studio.services
    misfits = (
        Misfit("posts", "slug", "Some have none, and some have the same.", 12),
        Misfit("users", "email", "Longer than 254 characters.", 1),
    )
    times = ("posts.created_at", "posts.updated_at", "users.created_at")
    plans = {
        "adopt": Plan(notes=("Columns that blogadmin does not know stay as they are.",)),
        "adopt-zone": Plan(needs_timezone=times),
        "adopt-misfits": Plan(misfits, notes=("12 posts are affected.", "Backups stay as they are.")),
    }
    for name, plan in plans.items():
        AdoptOffer(services, window, plan_for=lambda _zone, plan=plan: plan, adopt=lambda _zone: None).open()
        yield from studio.dialog("adoptDialog", name)
    UpgradeOffer(services, window, Older(), upgrade=lambda: None).open()
    yield from studio.dialog("upgradeDialog", "upgrade")


def _no_server(studio: Studio) -> Scene:
    """A list that is on the screen stays; one that is not says that it could not be read."""
    from blogadmin.core.database.engine import Database

    tasks, nowhere = studio.services.tasks, Database(NOWHERE)
    database = tasks.database
    # Its rows have to be on the screen before the server is gone.
    studio.page("users")
    yield from studio.settled()
    page = studio.page("posts")
    page.search.setText("no such words")
    yield lambda: page.model.state is State.READY and page.model.rowCount() == 0
    tasks.set_database(nowhere)
    for key, name in (("users", "connection-lost"), ("posts", "read-failure")):
        failing = studio.page(key)
        failing.model.reload()
        yield lambda failing=failing: failing.model.state is State.FAILED
        yield from studio.picture(studio.window, name)
    tasks.set_database(database)
    nowhere.close()
    page.search.clear_and_search()
    for page in studio.window.pages:
        page.model.reload()
        yield lambda page=page: studio.listed(page)

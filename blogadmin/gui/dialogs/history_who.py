"""Finds out who changed a row meanwhile, for the merge of a save: soon, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject, QTimer

from blogadmin.core import queries

if TYPE_CHECKING:
    from blogadmin.gui.control.services import Services
    from blogadmin.gui.dialogs.merge_saving import Tell, WhoChanged

PATIENCE: Final = 1.0
"""Seconds that a person waits for a name, and no longer."""
_numbers = count()


def who_changed(services: Services, owner: QObject) -> WhoChanged:
    """Looks up the login of the latest change after a version.

    "" where nobody knows, where it is the person's own, or where it cannot be found out in time.
    """

    def ask(noun: str, row_id: int, version: int, tell: Tell) -> None:
        slot = f"who-changed-{next(_numbers)}"
        told: list[str] = []

        def once(name: str) -> None:
            if not told:
                told.append(name)
                late.stop()
                late.deleteLater()
                tell(name)

        def give_up() -> None:
            once("")
            services.tasks.cancel(slot)

        # The limit of a read begins with it; before it may be others, or a connection that never answers.
        late = QTimer(owner, singleShot=True, interval=int(PATIENCE * 1000))
        late.timeout.connect(give_up)
        late.start()
        services.tasks.read(
            slot, _login_of(noun, row_id, version), once, lambda _error: once(""), owner=owner, limit=PATIENCE
        )

    return ask


def _login_of(noun: str, row_id: int, version: int) -> Callable[[Any], str]:
    def read(session: Any) -> str:
        if not queries.history.is_kept(session):
            return ""
        found = queries.history.latest_login(session, noun, row_id, version)
        if found is None:
            return ""
        login, own = found
        # One's own login names nobody: a team that shares one learns nothing by it.
        return "" if own else login

    return read

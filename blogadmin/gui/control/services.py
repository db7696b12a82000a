"""What every page and dialog is given to work with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from blogadmin.gui.control.controller import Controller
from blogadmin.gui.control.hub import ChangeHub
from blogadmin.gui.control.messages import Messages
from blogadmin.gui.control.tasks import Tasks
from blogadmin.gui.control.undo import UndoHistory
from blogadmin.settings import Settings

if TYPE_CHECKING:
    from blogadmin.gui.control.drafts import Drafts
    from blogadmin.gui.control.live import Live


@dataclass(frozen=True, slots=True)
class Services:
    """One of each, made once by ``app``."""

    tasks: Tasks
    controller: Controller
    hub: ChangeHub
    undo: UndoHistory
    messages: Messages
    settings: Settings
    drafts: Drafts | None = None
    """Where unsaved work is kept on this computer; ``None`` where none is."""
    live: Live | None = None
    """What other programs do; ``None`` where nobody listens."""

"""The first rows of the list in front, read while the parts of the window are being loaded."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from blogadmin.connection import Connector

_log = logging.getLogger(__name__)


class Ahead:
    """What a thread of its own reads by a glance that was ``kept`` as text; it begins at once.

    Loading the driver, connecting and asking take turns with the loading of other modules: whoever waits for
    the network or the server lets go of the interpreter.
    """

    def __init__(self, connector: Connector, kept: str) -> None:
        self._rows: list[Any] = []
        self._thread = threading.Thread(
            target=self._read, args=(connector, kept), name="blogadmin-ahead", daemon=True
        )
        self._thread.start()

    def rows(self, seconds: float) -> list[Any] | None:
        """The rows, none of them if they cannot be read; ``None`` if that takes more seconds."""
        self._thread.join(seconds)
        return None if self._thread.is_alive() else self._rows

    def _read(self, connector: Connector, kept: str) -> None:
        try:
            self._rows = connector.glance(kept)
        except Exception as exc:  # noqa: BLE001 - who opens the database will meet the same, and tell it
            _log.debug("nothing could be read ahead: %s", type(exc).__name__)

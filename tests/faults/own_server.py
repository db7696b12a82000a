"""A server of a test's own, which can be killed as by a power cut, and started again."""

from __future__ import annotations

import os
import signal
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from blogadmin.core.database import schema
from blogadmin.core.database.embedded import EmbeddedServer
from tests.conftest import MEMORY, connect

NAME = "own"


class OwnServer:
    """Runs until ``stop``, with a migrated, empty database at ``url``."""

    def __init__(self, home: Path) -> None:
        self._embedded = EmbeddedServer(home, fast=True).start()
        self._embedded.ensure_database(NAME)
        self.url = self._embedded.url(NAME)
        schema.upgrade(self.url)
        with closing(connect(self.url)) as own, own.cursor() as cursor:
            # A fast server promises nothing of its last moments unless asked to.
            cursor.execute(f"ALTER DATABASE {NAME} SET synchronous_commit = on")

    def kill(self) -> None:
        """End it without a word to anybody."""
        first_line = (self._embedded.data / "postmaster.pid").read_text().split("\n")[0]
        os.kill(int(first_line), signal.SIGKILL)

    def start(self) -> None:
        """Start it again, where it was."""
        self._embedded.start()

    def stop(self) -> None:
        """Stop it for good."""
        self._embedded.start().stop()


@contextmanager
def own_server(folder: Path) -> Iterator[OwnServer]:
    """One that is gone afterwards, in memory where there is some, else in ``folder``."""
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else folder) as home:
        server = OwnServer(Path(home) / "server")
        try:
            yield server
        finally:
            server.stop()

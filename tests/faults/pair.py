"""A primary and its streaming standby, of a test's own: kill the one, promote the other."""

from __future__ import annotations

import os
import signal
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from blogadmin.core.database.embedded import binaries, root
from tests.conftest import MEMORY, client

LOGIN = "postgresql://blog:pw@127.0.0.1"
SETTINGS = """
port = {port}
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
wal_level = replica
max_wal_senders = 4
fsync = off
max_connections = 40
shared_buffers = 32MB
"""


class NoPair(Exception):
    """Why this computer cannot make one."""


class Pair:
    """Both run until ``stop``; the standby follows without the primary waiting for it."""

    def __init__(self, home: Path) -> None:
        account, self._home = root.choose(home)
        if account.uid is not None:
            raise NoPair("needs user namespaces to run PostgreSQL as root")
        self._programs = binaries.find(self._home, account)
        if not (self._programs.folder / "pg_basebackup").exists():
            raise NoPair("this PostgreSQL comes without pg_basebackup")
        self._ports = {"first": _free_port(), "second": _free_port()}
        (self._home / "password").write_text("pw")
        how = ("-U", "blog", "--auth", "scram-sha-256", "--pwfile", self._home / "password", "--no-sync")
        self._run("initdb", "-D", self._home / "first", *how, "--locale", "C", "--encoding", "UTF8")
        self._start("first")
        source = f"host=127.0.0.1 port={self._ports['first']} user=blog password=pw"
        copying = ("-R", "-X", "stream", "-c", "fast", "--no-sync")
        self._run("pg_basebackup", "-D", self._home / "second", "-d", source, *copying)
        self._start("second")

    def url(self, which: str) -> str:
        """One of them, "first" or "second"."""
        return f"{LOGIN}:{self._ports[which]}/postgres"

    def cut_off(self) -> None:
        """Let nothing more come from the first to the second."""
        with client(self.url("second")) as run:
            run("ALTER SYSTEM SET primary_conninfo = ''")
            run("SELECT pg_reload_conf()")
            while run("SELECT 1 FROM pg_stat_wal_receiver"):
                pass

    def caught_up(self) -> None:
        """Wait until the second has all that the first has committed."""
        with client(self.url("first")) as first, client(self.url("second")) as second:
            ((place,),) = first("SELECT pg_current_wal_insert_lsn()")
            while second("SELECT pg_last_wal_replay_lsn() < %s", (place,)) == [(True,)]:
                pass

    def kill(self) -> None:
        """End the first without a word to anybody."""
        first_line = (self._home / "first" / "postmaster.pid").read_text().split("\n")[0]
        os.kill(int(first_line), signal.SIGKILL)

    def promote(self) -> None:
        """Let the second take over."""
        with client(self.url("second")) as run:
            assert run("SELECT pg_promote()") == [(True,)]

    def stop(self) -> None:
        """End what still runs."""
        for which in self._ports:
            self._programs.run(
                *("pg_ctl", "-D", self._home / which, "-w", "-m", "immediate", "stop"),
                output=self._home / "output",
                timeout=60,
            )

    def _start(self, which: str) -> None:
        with (self._home / which / "postgresql.conf").open("a") as settings:
            settings.write(SETTINGS.format(port=self._ports[which]))
        self._run("pg_ctl", "-D", self._home / which, "-w", "-l", self._home / f"{which}.log", "start")

    def _run(self, program: str, *arguments: str | Path) -> None:
        output = self._home / "output"
        if self._programs.run(program, *arguments, output=output, timeout=60) != 0:
            raise NoPair(f"{program}: {output.read_text()[-500:]}")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


@contextmanager
def pair(folder: Path) -> Iterator[Pair]:
    """One that is gone afterwards, in memory where there is some, else in ``folder``. Raises ``NoPair``."""
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else folder) as home:
        made = Pair(Path(home))
        try:
            yield made
        finally:
            made.stop()

"""Programs that share a server, each a process of its own, and homes in which no server is left."""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from blogadmin.core.database.embedded import EmbeddedServer
from blogadmin.core.database.embedded.lock import is_held

DEADLINE_S = 60.0
SCRIPT = Path(__file__).with_name("program.py")


class Program:
    """One process that runs ``program.py``."""

    def __init__(self, home: Path, *, linger: float = 30.0, login: str = "") -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(SCRIPT), str(home), str(linger), login],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self._unread = b""

    def tell(self, command: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(command.encode() + b"\n")
        self.process.stdin.flush()

    def hear(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        descriptor = self.process.stdout.fileno()
        deadline = time.monotonic() + DEADLINE_S
        while b"\n" not in self._unread:
            ready = select.select([descriptor], [], [], max(0.0, deadline - time.monotonic()))[0]
            assert ready, "the program did not answer"
            read = os.read(descriptor, 65536)
            assert read, f"the program ended with {self.process.wait()}"
            self._unread += read
        line, _, self._unread = self._unread.partition(b"\n")
        return json.loads(line)

    def ask(self, command: str) -> Any:
        self.tell(command)
        heard = self.hear()
        assert "answer" in heard, heard
        return heard["answer"]

    def kill(self) -> None:
        self.process.kill()
        self.close()

    def close(self) -> int:
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()
        return self.process.wait(DEADLINE_S)


@pytest.fixture
def empty_home(tmp_path: Path) -> Iterator[Path]:
    """Where a server may be made; it must be off when the test ends."""
    folder = tmp_path / "home"
    yield folder
    left = [alive for alive in folder.rglob("alive") if is_held(alive)]
    for alive in left:
        postmaster_pid = int((alive.parent / "data" / "postmaster.pid").read_text().split("\n")[0])
        os.kill(postmaster_pid, signal.SIGQUIT)
    shutil.rmtree(folder, ignore_errors=True)
    assert not left, "a server was left running"


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose server was made, used and stopped."""
    folder = tmp_path_factory.mktemp("made") / "home"
    with EmbeddedServer(folder, fast=True):
        return folder


@pytest.fixture
def home(made_once: Path, empty_home: Path) -> Path:
    """A server of the test's own, off; cheaper than making one."""
    return shutil.copytree(made_once, empty_home)


@pytest.fixture
def program(empty_home: Path) -> Iterator[Callable[..., Program]]:
    """Start another program on the test's server: ``program(linger=…) -> Program``."""
    started: list[Program] = []

    def start(**options: Any) -> Program:
        # The folder of ``home``, too, if the test has one.
        started.append(Program(options.pop("home", empty_home), **options))
        return started[-1]

    yield start
    for one in started:
        one.kill()


@pytest.fixture
def eventually() -> Callable[[Callable[[], object]], None]:
    """Wait until a condition holds: ``eventually(lambda: …)``."""

    def wait(condition: Callable[[], object]) -> None:
        deadline = time.monotonic() + DEADLINE_S
        while not condition():
            assert time.monotonic() < deadline, "it did not come true"
            select.select([], [], [], 0.005)

    return wait


@pytest.fixture
def query() -> Callable[..., list[tuple[Any, ...]]]:
    """Ask a server over a connection of its own: ``query(url, "SELECT …", args) -> rows``."""

    def run(url: str, statement: str, *arguments: object) -> list[tuple[Any, ...]]:
        with closing(psycopg2.connect(url.replace("+psycopg2", ""))) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(statement, arguments)
                return cursor.fetchall() if cursor.description else []

    return run

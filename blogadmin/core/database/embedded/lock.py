"""A lock between programs that the kernel gives back when its holder dies, however it dies."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

POLL_S = 0.01

if sys.platform == "win32":
    import msvcrt

    def _take(fd: int) -> None:
        os.lseek(fd, 0, os.SEEK_SET)
        msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _take(fd: int) -> None:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)


class FileLock:
    """An exclusive lock on a file; also between the threads of one process, and not re-entrant.

    A child process that inherits ``fd`` (POSIX only) shares the lock: it is free once the holder and
    every such child have ended or closed it. So leaving the block closes the file and never unlocks.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._fd = -1

    @property
    def fd(self) -> int:
        """The descriptor to hand to a child; -1 while the lock is not held."""
        return self._fd

    def take(self, timeout: float) -> bool:
        """Wait up to ``timeout`` seconds for the lock; tell whether it is held now.

        Raises ``OSError`` where the file cannot be opened, or the file system knows no locks.
        """
        deadline = time.monotonic() + timeout
        while (fd := _try_to_take(self._path, os.O_RDWR | os.O_CREAT)) is None:
            if time.monotonic() >= deadline:
                return False
            time.sleep(POLL_S)
        self._fd = fd
        return True

    def release(self) -> None:
        """Let go of the lock; children that share it keep it."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def is_held(path: Path) -> bool:
    """Tell whether any process holds the lock at ``path``; creates nothing."""
    try:
        fd = _try_to_take(path, os.O_RDWR)
    except FileNotFoundError:
        return False
    if fd is None:
        return True
    os.close(fd)
    return False


def _try_to_take(path: Path, flags: int) -> int | None:
    fd = os.open(path, flags, 0o600)
    try:
        _take(fd)
    except OSError as error:
        os.close(fd)
        # Held by someone else: the one as POSIX, the other as Windows puts it.
        if isinstance(error, BlockingIOError | PermissionError):
            return None
        raise
    return fd

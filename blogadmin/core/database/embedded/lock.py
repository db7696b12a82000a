"""A lock between programs that the kernel gives back when its holder dies, however it dies."""

from __future__ import annotations

import contextlib
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
        """Wait up to ``timeout`` seconds for the lock; tell whether it is held now."""
        fd = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        deadline = time.monotonic() + timeout
        while True:
            try:
                _take(fd)
            except OSError:
                if time.monotonic() >= deadline:
                    os.close(fd)
                    return False
                time.sleep(POLL_S)
            else:
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
    with contextlib.suppress(FileNotFoundError):
        fd = os.open(path, os.O_RDWR)
        try:
            _take(fd)
        except OSError:
            return True
        finally:
            os.close(fd)
    return False

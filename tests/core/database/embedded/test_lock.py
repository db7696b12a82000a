"""A lock belongs to one holder and its children, and outlives neither."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from blogadmin.core.database.embedded.lock import FileLock, is_held


def test_a_lock_has_one_holder_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    assert not is_held(path)
    assert not path.exists(), "asking creates nothing"
    with FileLock(path) as first, FileLock(path) as second:
        assert first.take(0)
        assert is_held(path)
        assert not second.take(0.02)
        first.release()
        assert second.take(0)
    assert not is_held(path)


@pytest.mark.skipif(os.name != "posix", reason="Windows hands no locks down")
def test_a_child_that_inherits_a_lock_keeps_it(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with FileLock(path) as lock:
        assert lock.take(0)
        child = subprocess.Popen(
            [sys.executable, "-c", "input()"], stdin=subprocess.PIPE, pass_fds=(lock.fd,)
        )
    assert is_held(path)
    child.kill()
    child.communicate()
    assert not is_held(path)


def test_a_file_that_cannot_be_opened_is_not_taken_for_a_held_lock(tmp_path: Path) -> None:
    with FileLock(tmp_path / "missing" / "lock") as lock, pytest.raises(FileNotFoundError):
        lock.take(0)

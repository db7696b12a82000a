"""Python in a process of its own, for what cannot be seen from inside a test."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path


def printed(
    *arguments: str, environment: Mapping[str, str], cwd: Path | None = None, seconds: float = 60
) -> str:
    """What Python prints with these arguments; it has to end well. ``environment`` comes on top of ours."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout

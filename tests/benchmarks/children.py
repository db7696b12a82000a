"""Fresh processes of the program, in the state in which an installed one starts: its modules are compiled."""

from __future__ import annotations

import os
from pathlib import Path

from platformdirs import user_cache_path

ROOT = Path(__file__).resolve().parents[2]


def installed(**more: str) -> dict[str, str]:
    """An environment that keeps compiled modules, whatever the shell says; the first start makes them."""
    compiled = user_cache_path("blogadmin") / "bench-compiled"
    environment = {**os.environ, **more, "PYTHONPYCACHEPREFIX": str(compiled)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    return environment

"""Where the program keeps its files on this computer, and where its own resources lie.

A person's data, log and settings lie where the platform wants them. The program's own resources and
migrations lie inside the package when it was installed, and beside the package in a checkout.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

import platformdirs

_APP = "blogadmin"
_PACKAGE = Path(__file__).resolve().parent


def user_data_dir() -> Path:
    """Return this person's data folder, made if need be and closed to everyone else.

    Raises ``OSError`` when the folder cannot be made.
    """
    return _private(platformdirs.user_data_path(_APP, appauthor=False))


def log_dir() -> Path:
    """Return the folder of the log files, made if need be and closed to everyone else.

    Raises ``OSError`` when the folder cannot be made.
    """
    return _private(platformdirs.user_log_path(_APP, appauthor=False))


def drafts_dir() -> Path:
    """Return the folder of texts that are typed but not saved, made if need be and closed to everyone else.

    Raises ``OSError`` when the folder cannot be made.
    """
    return _private(user_data_dir() / "drafts")


def config_file() -> Path:
    """Return where the settings file is looked for; it need not exist."""
    return platformdirs.user_config_path(_APP, appauthor=False) / "config.toml"


def compiled_file() -> Path:
    """Return where compiled code is kept that has no place of its own; it need not exist."""
    return platformdirs.user_cache_path(_APP, appauthor=False) / "compiled.bin"


def resources_dir() -> Path:
    """Return the folder of icons, style sheet and sample blog."""
    return _shipped("resources")


def migrations_dir() -> Path:
    """Return the folder of the Alembic migrations."""
    return _shipped("migrations")


def _private(folder: Path) -> Path:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    # It may have been there already, open to others; and some file systems know no modes.
    with contextlib.suppress(OSError):
        folder.chmod(0o700)
    return folder


def _shipped(name: str) -> Path:
    installed = _PACKAGE / f"_{name}"
    return installed if installed.is_dir() else _PACKAGE.parent / name

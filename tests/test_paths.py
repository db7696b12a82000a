"""The program finds its folders, and keeps a person's own closed to others."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from blogadmin import paths


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder in which the platform's folders are looked for."""
    for name in ("HOME", "USERPROFILE", "LOCALAPPDATA", "APPDATA"):
        monkeypatch.setenv(name, str(tmp_path))
    for name in ("XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.mark.skipif(os.name != "posix", reason="file modes are a POSIX matter")
def test_the_folders_of_data_and_logs_are_closed_to_others(home: Path) -> None:
    for folder in (paths.user_data_dir(), paths.log_dir()):
        assert folder.is_relative_to(home)
        assert folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.skipif(os.name != "posix", reason="file modes are a POSIX matter")
def test_a_data_folder_that_was_open_is_closed(home: Path) -> None:
    folder = paths.user_data_dir()
    folder.chmod(0o755)

    assert paths.user_data_dir() == folder
    assert folder.stat().st_mode & 0o777 == 0o700


def test_looking_for_the_settings_file_makes_nothing(home: Path) -> None:
    assert paths.config_file().name == "config.toml"
    assert not any(home.iterdir())


def test_a_checkout_has_resources_and_migrations_beside_the_package() -> None:
    assert (paths.migrations_dir() / "env.py").is_file()
    assert paths.resources_dir() == paths.migrations_dir().parent / "resources"


def test_a_wheel_has_resources_and_migrations_inside_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("_resources", "_migrations"):
        (tmp_path / name).mkdir()
    monkeypatch.setattr(paths, "_PACKAGE", tmp_path)

    assert paths.resources_dir() == tmp_path / "_resources"
    assert paths.migrations_dir() == tmp_path / "_migrations"

"""Each value comes from the strongest source, and a wrong one is refused with its name and the reason."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from blogadmin.settings import Settings, SettingsError, load

URL = "postgresql://ada:pa55word@127.0.0.1/blog"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def test_without_any_source_the_defaults_hold(file: Path) -> None:
    assert load({}, {}, file) == Settings() == load({}, {})
    assert Settings().pool_size == 5
    assert Settings().database_url is None


def test_file_environment_and_command_line_each_overrule_the_one_before(file: Path) -> None:
    file.write_text("pool_size = 2\nmax_overflow = 2\npool_timeout = 2\nconnect_timeout = 2\n")
    env = {"BLOGADMIN_MAX_OVERFLOW": "3", "BLOGADMIN_POOL_TIMEOUT": "3", "BLOGADMIN_CONNECT_TIMEOUT": "3"}
    settings = load({"pool_timeout": 4, "connect_timeout": None}, env, file)
    assert (settings.pool_size, settings.max_overflow) == (2, 3)
    assert (settings.pool_timeout, settings.connect_timeout) == (4.0, 3)


def test_the_process_s_own_environment_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BLOGADMIN_POOL_SIZE", "7")
    assert load().pool_size == 7


def test_an_empty_variable_counts_as_not_set() -> None:
    assert load({}, {"BLOGADMIN_POOL_SIZE": "", "BLOGADMIN_DATABASE_URL": ""}) == Settings()


def test_other_variables_with_our_prefix_are_none_of_our_business() -> None:
    assert load({}, {"BLOGADMIN_TEST_URL": "x"}) == Settings()


@pytest.mark.parametrize(
    ("name", "raw", "value"),
    [
        ("database_url", f" {URL} ", URL),
        ("database_url", "postgres://h/d", "postgres://h/d"),
        ("database_url", "postgresql+psycopg2:///d?host=/run", "postgresql+psycopg2:///d?host=/run"),
        ("pool_size", " 8 ", 8),
        ("pool_size", 8, 8),
        ("pool_timeout", "0.5", 0.5),
        ("pool_timeout", 1, 1.0),
        ("statement_timeout_ms", "0", 0),
        ("lock_timeout_ms", "2500", 2500),
        ("echo", "Yes", True),
        ("echo", "0", False),
        ("echo", True, True),
        ("data_dir", "~/blog", Path.home() / "blog"),
        ("data_dir", Path("/x"), Path("/x")),
        ("log_level", "DEBUG", "debug"),
        ("theme", "dark", "dark"),
    ],
)
def test_a_value_is_read_as_what_it_means(name: str, raw: Any, value: Any) -> None:
    assert getattr(load({name: raw}, {}), name) == value
    if isinstance(raw, str):
        assert getattr(load({}, {f"BLOGADMIN_{name.upper()}": raw}), name) == value


@pytest.mark.parametrize(
    ("variable", "raw", "message"),
    [
        ("BLOGADMIN_POOL_SIZE", "many", 'BLOGADMIN_POOL_SIZE: "many" is not a whole number'),
        ("BLOGADMIN_POOL_SIZE", "1.5", 'BLOGADMIN_POOL_SIZE: "1.5" is not a whole number'),
        ("BLOGADMIN_POOL_SIZE", "0", "BLOGADMIN_POOL_SIZE: 0 is not between 1 and 100"),
        ("BLOGADMIN_MAX_OVERFLOW", "-1", "BLOGADMIN_MAX_OVERFLOW: -1 is not between 0 and 100"),
        ("BLOGADMIN_POOL_TIMEOUT", "soon", 'BLOGADMIN_POOL_TIMEOUT: "soon" is not a number of seconds'),
        ("BLOGADMIN_POOL_TIMEOUT", "nan", 'BLOGADMIN_POOL_TIMEOUT: "nan" is not between 0.1 and 300 seconds'),
        ("BLOGADMIN_ECHO", "maybe", 'BLOGADMIN_ECHO: "maybe" is neither true nor false'),
        ("BLOGADMIN_DATA_DIR", "  ", 'BLOGADMIN_DATA_DIR: "  " is not a folder'),
        ("BLOGADMIN_DATA_DIR", "a\0b", 'BLOGADMIN_DATA_DIR: "a\0b" is not a folder'),
        ("BLOGADMIN_THEME", "pink", 'BLOGADMIN_THEME: "pink" is not one of system, light, dark'),
    ],
)
def test_a_wrong_value_is_refused_with_its_name_and_the_reason(variable: str, raw: str, message: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load({}, {variable: raw})
    assert str(caught.value) == message
    assert (caught.value.name, caught.value.reason) == tuple(message.split(": ", 1))


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("pool_size = true", "True is not a whole number"),
        ("pool_size = 1.5", "1.5 is not a whole number"),
        ("pool_timeout = false", "False is not a number of seconds"),
        ("pool_timeout = []", "[] is not a number of seconds"),
        ("echo = 3", "3 is neither true nor false"),
        ("data_dir = 3", "3 is not a folder"),
        ("theme = 3", "3 is not one of system, light, dark"),
        ("database_url = 3", "is not text"),
        ("pool_sise = 3", "there is no such setting. Known: database_url, pool_size"),
    ],
)
def test_a_wrong_line_is_refused_with_the_file_it_stands_in(file: Path, line: str, reason: str) -> None:
    file.write_text(line)
    with pytest.raises(SettingsError) as caught:
        load({}, {}, file)
    assert caught.value.name == f"{line.partition(' ')[0]} in {file}"
    assert caught.value.reason.startswith(reason)


def test_the_command_line_is_named_as_it_was_typed() -> None:
    with pytest.raises(SettingsError, match=r"^--pool-size: "):
        load({"pool_size": "x"}, {})
    with pytest.raises(SettingsError, match=r"^pool_sise: there is no such setting"):
        load({"pool_sise": "3"}, {})


def test_a_wrong_address_is_refused_without_repeating_its_password() -> None:
    with pytest.raises(SettingsError) as caught:
        load({}, {"BLOGADMIN_DATABASE_URL": "mysql://ada:pa55word@h/d"})
    assert "pa55word" not in f"{caught.value} {caught.value!r} {caught.value.__context__!r}"
    assert "PostgreSQL" in str(caught.value)


def test_a_password_never_shows_in_repr() -> None:
    assert "pa55word" not in repr(load({"database_url": URL}, {}))


def test_a_file_that_is_no_toml_is_refused(file: Path) -> None:
    file.write_text("pool_size = = 3")
    with pytest.raises(SettingsError, match=r"config\.toml: is not a TOML file: .*line 1"):
        load({}, {}, file)
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError, match="is not a TOML file"):
        load({}, {}, file)


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read: Is a directory"):
        load({}, {}, tmp_path)


def test_settings_do_not_change() -> None:
    with pytest.raises(AttributeError):
        Settings().pool_size = 3  # pyright: ignore[reportAttributeAccessIssue]


def test_every_setting_can_come_from_every_source(file: Path) -> None:
    """A field without a reading would be a setting that nobody can set."""
    for field in Settings._fields:
        with pytest.raises(SettingsError):
            load({}, {f"BLOGADMIN_{field.upper()}": "\0"})

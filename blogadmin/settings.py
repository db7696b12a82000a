"""What a person or an installation can set, and where each value came from.

Defaults give way to the TOML file, the file to the environment (``BLOGADMIN_<NAME>``), the environment to
the command line. A value that cannot be used is refused with its name, its origin and the reason: a wrong
setting that is silently ignored costs more time than one that stops the program.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

_PREFIX = "BLOGADMIN_"
_LARGEST_MS = 24 * 60 * 60 * 1000


class SettingsError(Exception):
    """A setting that cannot be used. ``name`` says which and where it stands, ``reason`` why not."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: {reason}")
        self.name = name
        self.reason = reason


class Settings(NamedTuple):
    """All settings, checked. The URL may carry a password, so it never shows in ``repr()``."""

    database_url: str | None = None
    """The server and database; ``None`` means the private server of this user."""
    pool_size: int = 5
    """Connections kept open for writing."""
    max_overflow: int = 10
    """Connections opened beyond ``pool_size`` while all are in use."""
    pool_timeout: float = 5.0
    """Seconds to wait for a free connection."""
    connect_timeout: int = 3
    """Seconds to wait for each server host while connecting."""
    statement_timeout_ms: int = 15_000
    """Milliseconds after which the server stops a statement; 0 means never."""
    lock_timeout_ms: int = 3_000
    """Milliseconds to wait for a row that someone else is changing; 0 means for ever."""
    echo: bool = False
    """Whether every SQL statement goes to the log (without its values)."""
    data_dir: Path | None = None
    """The folder of the private server; ``None`` means the platform's own place."""
    log_level: str = "info"
    """One of debug, info, warning, error."""
    theme: str = "system"
    """One of system, light, dark."""

    def __repr__(self) -> str:
        shown = (f"{name}={value!r}" for name, value in zip(self._fields[1:], self[1:], strict=True))
        return f"{type(self).__name__}({', '.join(shown)})"


def load(
    argv_overrides: Mapping[str, Any] | None = None,
    env: Mapping[str, str] | None = None,
    file: Path | None = None,
) -> Settings:
    """Gather the settings; ``argv_overrides`` holds field names, and ``None`` there means "not given".

    ``env`` is the process's own environment unless given. A ``file`` that does not exist counts as empty.
    Raises ``SettingsError`` for a value or a name that cannot be used.
    """
    environment = os.environ if env is None else env
    given: dict[str, Any] = {}
    for origin, name, raw in _sources(argv_overrides or {}, environment, file):
        given[name] = _checked(origin, name, raw)
    return Settings(**given)


def _sources(
    argv: Mapping[str, Any], env: Mapping[str, str], file: Path | None
) -> Iterator[tuple[str, str, Any]]:
    names = Settings._fields
    for key, raw in _read_file(file).items():
        if key not in names:
            raise SettingsError(f"{key} in {file}", f"there is no such setting. Known: {', '.join(names)}.")
        yield f"{key} in {file}", key, raw
    for name in names:
        variable = _PREFIX + name.upper()
        # An empty variable is how a shell script says "not set".
        if env.get(variable):
            yield variable, name, env[variable]
    for name, raw in argv.items():
        if name not in names:
            raise SettingsError(name, "there is no such setting.")
        if raw is not None:
            yield "--" + name.replace("_", "-"), name, raw


def _read_file(file: Path | None) -> dict[str, Any]:
    if file is None:
        return {}
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        return {}
    except OSError as exc:
        raise SettingsError(str(file), f"cannot be read: {exc.strerror or exc}") from exc
    # Most people have no such file, and reading one takes longer to learn than the rest of the settings.
    import tomllib

    try:
        return tomllib.loads(content.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
        raise SettingsError(str(file), f"is not a TOML file: {exc}") from exc


def _checked(origin: str, name: str, raw: Any) -> Any:
    reading = _READINGS[name]
    try:
        return reading(raw)
    except ValueError as exc:
        raise SettingsError(origin, str(exc)) from None


def _whole(least: int, most: int) -> Callable[[Any], int]:
    def read(raw: Any) -> int:
        if isinstance(raw, str) and re.fullmatch(r"[+-]?\d{1,18}", raw.strip()):
            raw = int(raw)
        if not isinstance(raw, int) or isinstance(raw, bool):
            raise ValueError(f"{_quoted(raw)} is not a whole number")
        if not least <= raw <= most:
            raise ValueError(f"{raw} is not between {least} and {most}")
        return raw

    return read


def _seconds(least: float, most: float) -> Callable[[Any], float]:
    def read(raw: Any) -> float:
        try:
            number = float("bool" if isinstance(raw, bool) else raw)
        except (TypeError, ValueError):
            raise ValueError(f"{_quoted(raw)} is not a number of seconds") from None
        if not least <= number <= most:
            raise ValueError(f"{_quoted(raw)} is not between {least:g} and {most:g} seconds")
        return number

    return read


_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"0", "false", "no", "off"})


def _yes_or_no(raw: Any) -> bool:
    if isinstance(raw, bool):
        return raw
    word = raw.strip().lower() if isinstance(raw, str) else raw
    if word in _TRUE or word in _FALSE:
        return word in _TRUE
    raise ValueError(f"{_quoted(raw)} is neither true nor false")


def _one_of(*words: str) -> Callable[[Any], str]:
    def read(raw: Any) -> str:
        word = raw.strip().lower() if isinstance(raw, str) else raw
        if word not in words:
            raise ValueError(f"{_quoted(raw)} is not one of {', '.join(words)}")
        return word

    return read


def _folder(raw: Any) -> Path:
    if not isinstance(raw, str | Path) or not str(raw).strip() or "\0" in str(raw):
        raise ValueError(f"{_quoted(raw)} is not a folder")
    return Path(raw).expanduser()


def _database_url(raw: Any) -> str:
    # Neither message repeats the value: it may hold a password.
    if not isinstance(raw, str):
        raise ValueError("is not text")
    url = raw.strip()
    if re.match(r"(?i)postgres(ql)?(\+\w+)?://", url) is None:
        raise ValueError("is not an address of a PostgreSQL database (postgresql://user@host/database)")
    return url


def _quoted(raw: Any) -> str:
    return f'"{raw}"' if isinstance(raw, str) else repr(raw)


_READINGS: Mapping[str, Callable[[Any], Any]] = {
    "database_url": _database_url,
    "pool_size": _whole(1, 100),
    "max_overflow": _whole(0, 100),
    "pool_timeout": _seconds(0.1, 300),
    "connect_timeout": _whole(1, 300),
    "statement_timeout_ms": _whole(0, _LARGEST_MS),
    "lock_timeout_ms": _whole(0, _LARGEST_MS),
    "echo": _yes_or_no,
    "data_dir": _folder,
    "log_level": _one_of("debug", "info", "warning", "error"),
    "theme": _one_of("system", "light", "dark"),
}

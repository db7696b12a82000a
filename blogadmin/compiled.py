"""Spares what PySide has compiled anew at each start.

A module's compiled form is kept beside its file. PySide brings modules along that lie in no file: it unpacks
them from its library and has them compiled whenever it is loaded, and with them patterns as long as a page
for reading signatures, which a program that makes no mistake never asks for. Together that is a quarter of
the time to the first paint of a window.
"""

# No __future__ here: compile() hands the ones of its caller on to whatever it compiles, and the caller of
# others' sources is this module.

import __future__

import builtins
import contextlib
import functools
import marshal
import os
import re
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import CodeType
from typing import Any, Final

PACKED: Final = "shibokensupport/"
"""What the names of PySide's packed modules begin with."""
# The importer of these modules has this one, and so far hands it on to them.
_FLAGS: Final = __future__.annotations.compiler_flag


@contextmanager
def kept_compiled(file: Callable[[], Path]) -> Iterator[None]:
    """Have what PySide packs taken from ``file()``, and put there what was not in it, while PySide is loaded.

    For a program that has one thread yet. Sources are compared, so that what is kept of another version is
    never used. Without the file, or without the right to write it, all is compiled as ever.
    """
    kept, plain, plain_pattern = _Kept(file), builtins.compile, re.compile
    builtins.compile, re.compile = kept.compile, functools.partial(_pattern, plain_pattern)
    try:
        yield
    finally:
        builtins.compile, re.compile = plain, plain_pattern
        if not sys.dont_write_bytecode:
            with contextlib.suppress(OSError):
                kept.write()


def _pattern(plain: Callable[..., Any], pattern: Any, flags: int = 0) -> Any:
    # Others may ask whether it is a pattern, or put it into another one. These do not.
    asking = sys._getframe(1).f_globals.get("__name__", "")  # noqa: SLF001 - traces need it, logs need it
    packed = asking.startswith(PACKED.replace("/", "."))
    return LatePattern(pattern, flags) if packed else plain(pattern, flags)


class LatePattern:
    """A regular expression that is compiled when it is used for the first time."""

    def __init__(self, pattern: str, flags: int) -> None:
        self._asked = pattern, flags

    @functools.cached_property
    def _made(self) -> re.Pattern[str]:
        return re.compile(*self._asked)

    def __getattr__(self, name: str) -> Any:
        """A method is one of its own, so that it can be kept without being called."""
        if name.startswith("__"):
            # Of what Python itself asks every value for, a pattern has nothing that is not here.
            raise AttributeError(name)
        if not callable(getattr(re.Pattern, name, None)):
            return getattr(self._made, name)

        def late(*arguments: Any, **named: Any) -> Any:
            return getattr(self._made, name)(*arguments, **named)

        return late


class _Kept:
    """Sources and what they were compiled to, by name. The file is read when the first one is asked for."""

    def __init__(self, file: Callable[[], Path]) -> None:
        self.plain = builtins.compile
        self._file = file
        self._known: dict[str, tuple[bytes, CodeType]] | None = None
        self._is_new = False

    def compile(self, *arguments: Any, **named: Any) -> Any:
        if named or not _is_packed(arguments):
            return self.plain(*arguments, **named)
        source, name, mode = arguments
        if self._known is None:
            self._known = self._read()
        found = self._known.get(name)
        if found is None or found[0] != source:
            found = self._known[name] = source, self.plain(source, name, mode, _FLAGS, dont_inherit=True)
            self._is_new = True
        return found[1]

    def _read(self) -> dict[str, tuple[bytes, CodeType]]:
        try:
            content = self._file().read_bytes()
        except OSError:
            return {}
        label = _label()
        checked, packed = content[len(label) :][:4], content[len(label) + 4 :]
        # Python trusts what it is given here: a file cut short by a power failure would end the process.
        if not content.startswith(label) or checked != zlib.crc32(packed).to_bytes(4):
            return {}
        return marshal.loads(packed)  # noqa: S302 - as any .pyc file in this person's own folders

    def write(self) -> None:
        """Keep what is known, if any of it is new. Raises ``OSError`` when that is not possible."""
        if not self._is_new:
            return
        packed = marshal.dumps(self._known)
        file = self._file()
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Another window may be starting: whoever reads meanwhile finds the old file or the new one.
        beside = file.with_name(f"{file.name}.{os.getpid()}")
        try:
            beside.write_bytes(_label() + zlib.crc32(packed).to_bytes(4) + packed)
            beside.replace(file)
        except OSError:
            beside.unlink(missing_ok=True)
            raise


def _is_packed(arguments: tuple[Any, ...]) -> bool:
    match arguments:
        case [bytes(), str(name), "exec"]:
            return name.startswith(PACKED)
        case _:
            return False


def _label() -> bytes:
    """The interpreter, to the letter: what one compiles is nonsense to another."""
    return f"{sys.version}\n".encode()

"""The log file: small, rotating, closed to others, and free of secrets.

Everything that reaches the file has been through ``redact``, traces included. A driver's error message
quotes the rows it failed on, so of database errors only the SQLSTATE and the constraint are written.
"""

from __future__ import annotations

import contextlib
import faulthandler
import io
import logging
import os
import re
import time
import traceback
from collections.abc import Iterator
from logging.handlers import RotatingFileHandler
from pathlib import Path

LARGEST = 1_000_000
"""Bytes after which a new file is begun."""
FILES = 5
"""How many files are kept, the one being written included."""

_DEEPEST_TRACE = 60
_REPORTED = "_blogadmin_reported"
_HIDDEN = "***"
_SECRETS: tuple[tuple[re.Pattern[str], str], ...] = (
    # To the last @ of the word: a password may hold @ and / itself.
    (re.compile(r"(://[^\s:/@]{0,200}:)\S{1,2000}@"), rf"\1{_HIDDEN}@"),
    (
        re.compile(
            r"(?i)((?:password|passwd|passphrase|pwd|secret|token)\w{0,20}[\"']?\s{0,3}[=:]\s{0,3})"
            r"(?:'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|[^\s,;&)}\]]+)"
        ),
        rf"\1{_HIDDEN}",
    ),
    (re.compile(r"\$(?:argon2|2[abxy]?\$|pbkdf2|scrypt|[156]\$)[\w$=,+/.-]*"), "<hash>"),
    (re.compile(r"\bSCRAM-SHA-\d+\$\S+"), "<hash>"),
    (
        re.compile(r"[^\s@<>()\[\]{},;:\"'=/*]{1,64}@[^\s@<>()\[\]{},;:\"'/*]{1,255}\.[^\W\d_]{2,63}"),
        "<email>",
    ),
)


def redact(text: str) -> str:
    """Return ``text`` without passwords, credentials in addresses, password hashes and e-mail addresses."""
    for pattern, instead in _SECRETS:
        text = pattern.sub(instead, text)
    return text


def trace_text(exc: BaseException) -> str:
    """Return the trace of an exception and of what led to it, oldest first, redacted and without locals."""
    parts: list[str] = []
    for one, link in reversed(list(_chain(exc))):
        stack = traceback.StackSummary.extract(traceback.walk_tb(one.__traceback__), limit=-_DEEPEST_TRACE)
        head = ["Traceback (most recent call last):\n", *stack.format()] if stack else []
        parts += [*head, _last_line(one), "\n", link]
    return redact("".join(parts)).rstrip("\n")


def _chain(exc: BaseException) -> Iterator[tuple[BaseException, str]]:
    """Yield the exception and its causes, newest first, each with the words that lead to the next newer."""
    seen: set[int] = set()
    link = ""
    one: BaseException | None = exc
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        yield one, link
        if one.__cause__ is not None:
            one, link = one.__cause__, "\nwhich caused:\n\n"
        else:
            one, link = (None if one.__suppress_context__ else one.__context__), "\nand then:\n\n"


def _last_line(exc: BaseException) -> str:
    kind = type(exc)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    if kind.__module__.partition(".")[0] in ("sqlalchemy", "psycopg2", "alembic"):
        from blogadmin.core.database import errors

        return f"{name}: {errors.describe(exc)}"
    try:
        words = str(exc)
    except Exception:  # noqa: BLE001 - a class of anyone's may fail to print itself, and the trace must not
        words = "<cannot be shown>"
    return f"{name}: {words}" if words else name


class _Line(logging.Formatter):
    """One record, redacted as a whole, its further lines indented so that no text can pass for a record."""

    converter = staticmethod(time.gmtime)

    def format(self, record: logging.LogRecord) -> str:
        parts = [_without_parameters(record.name, record.getMessage())]
        # Not record.exc_text: another handler may have put its own, unredacted trace there.
        if record.exc_info and record.exc_info[1] is not None:
            parts.append(trace_text(record.exc_info[1]))
        text = redact("\n".join(parts)).replace("\r", "\\r").replace("\0", "\\0")
        when = self.formatTime(record, "%Y-%m-%dT%H:%M:%S")
        where = f"{record.name} [{record.process}:{record.threadName}]"
        head = f"{when}.{int(record.msecs):03d}Z {record.levelname} {where} "
        return head + "\n    ".join(text.splitlines())


def _without_parameters(logger: str, text: str) -> str:
    """Drop the values that the ORM's echo appends to a statement, whatever the engine was told."""
    if logger.startswith("sqlalchemy.engine") and text.startswith("["):
        return text.partition("]")[0] + "]"
    return text


class LogFile(RotatingFileHandler):
    """The file behind the log. Never raises into the program and never prints a record elsewhere."""

    def __init__(self, path: Path, *, faults: bool) -> None:
        self._faults = faults
        super().__init__(path, maxBytes=LARGEST, backupCount=FILES - 1, encoding="utf-8")
        self.setFormatter(_Line())

    def close(self) -> None:
        """Close the file; a crash of the interpreter is written nowhere afterwards."""
        if self._faults:
            faulthandler.disable()
        super().close()

    def _open(self) -> io.TextIOWrapper:
        number = os.open(self.baseFilename, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        # The file may be older than this rule; some file systems know no modes.
        with contextlib.suppress(OSError):
            Path(self.baseFilename).chmod(0o600)
        # A lone surrogate in a message must not cost the line.
        stream = io.TextIOWrapper(io.FileIO(number, "a"), "utf-8", errors="backslashreplace")
        if self._faults:
            faulthandler.enable(stream)
        return stream

    def shouldRollover(self, record: logging.LogRecord) -> bool:
        if self.stream is not None and self._moved_away(self.stream.fileno()):
            self.stream.close()
            self.stream = self._open()
        return bool(super().shouldRollover(record))

    def doRollover(self) -> None:
        if self._faults:
            # It keeps the number of the file, which may soon be another file's.
            faulthandler.disable()
        # Windows renames no file that a second blogadmin has open; the next line tries again.
        with contextlib.suppress(OSError):
            super().doRollover()
        if self.stream is None:
            self.stream = self._open()

    def handleError(self, record: logging.LogRecord) -> None:
        """Lose the line: a full disk is no reason to stop, and stderr is not redacted."""

    def _moved_away(self, number: int) -> bool:
        """Whether a second blogadmin has begun a new file under the same name."""
        try:
            return not os.path.samestat(os.fstat(number), Path(self.baseFilename).stat())
        except OSError:
            return True


def report(exc: BaseException) -> None:
    """Write a bug and its trace into the log, once, however many places hear of it."""
    if not getattr(exc, _REPORTED, False):
        # A class with slots takes no mark: then twice is better than never.
        with contextlib.suppress(AttributeError):
            setattr(exc, _REPORTED, True)
        logging.getLogger("blogadmin").error("Unexpected %s", type(exc).__qualname__, exc_info=exc)


def setup(path: Path, level: str | int = "info", *, faults: bool = True) -> LogFile:
    """Send everything that is logged to ``path`` from now on; a former log file is closed.

    ``level`` holds for this program, and never lets other libraries say less than warnings. With
    ``faults`` a crash of the interpreter itself leaves its stack in the file, too.
    Raises ``OSError`` when the file cannot be opened.
    """
    root = logging.getLogger()
    handler = LogFile(path, faults=faults)
    for former in [h for h in root.handlers if isinstance(h, LogFile)]:
        root.removeHandler(former)
        former.close()
    root.addHandler(handler)
    number = level if isinstance(level, int) else logging.getLevelNamesMapping()[level.upper()]
    logging.getLogger("blogadmin").setLevel(number)
    logging.captureWarnings(True)
    return handler

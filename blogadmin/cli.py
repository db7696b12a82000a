"""The command line: open the window, or look after a database without one.

Nothing here imports Qt or SQLAlchemy before it is needed, so ``--help`` answers at once.
"""

from __future__ import annotations

import contextlib
import gc
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from blogadmin import __version__, paths
from blogadmin.compiled import kept_compiled
from blogadmin.quick_enums import quick_enums
from blogadmin.settings import Settings, SettingsError, load

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from blogadmin.connection import Connector, Opened
    from blogadmin.core.database.adopt import Plan

OK, FAILED, USAGE = 0, 1, 2


def run(arguments: list[str]) -> int:
    """Do what the arguments say; returns the exit code. Known failures are told in words, without a trace."""
    if not arguments:
        return _open_window()
    from blogadmin.options import parser

    try:
        chosen = parser(__version__, paths.config_file()).parse_args(arguments)
    except SystemExit as exc:
        # --help and --version end here, too.
        return exc.code if isinstance(exc.code, int) else USAGE
    try:
        settings = _settings(chosen)
    except SettingsError as exc:
        return _fail(str(exc), USAGE)
    if chosen.command is None:
        return _window(settings, chosen.screenshot)
    with _logged(settings):
        return _database_command(settings, chosen)


def _open_window() -> int:
    """What a click on the program's icon does: there is nothing to parse, and no time to lose."""
    try:
        settings = load(file=paths.config_file())
    except SettingsError as exc:
        return _fail(str(exc), USAGE)
    return _window(settings, None)


def say(words: str, *, error: bool = False, end: str = "\n") -> None:
    """Print a line. A window program on Windows has no console to print to; then nothing happens."""
    stream = sys.stderr if error else sys.stdout
    if stream is None:
        return
    try:
        print(words, file=stream, end=end, flush=True)
    except UnicodeEncodeError:
        # A console of an old code page: better some question marks than no words.
        print(words.encode("ascii", "replace").decode(), file=stream, end=end, flush=True)


def _fail(words: str, code: int = FAILED) -> int:
    say(f"blogadmin: {words}", error=True)
    return code


def _settings(chosen: argparse.Namespace) -> Settings:
    names = ("database_url", "data_dir", "log_level", "theme")
    if chosen.config is not None and not chosen.config.is_file():
        raise SettingsError(f"--config {chosen.config}", "there is no such file.")
    given = {name: getattr(chosen, name) for name in names}
    return load(given, file=chosen.config or paths.config_file())


def _window(settings: Settings, screenshots: Path | None) -> int:
    with _nothing_collected(), quick_enums():
        try:
            with kept_compiled(paths.compiled_file):
                from blogadmin import app
        except ImportError as exc:
            if not (exc.name or "").startswith(("PySide6", "shiboken6")):
                raise
            return _fail(f"no window can be opened here, because Qt does not load: {exc}")
        return app.run(settings, screenshots)


@contextmanager
def _nothing_collected() -> Iterator[None]:
    """Look for no garbage: what is being loaded stays, and the window looks for the rest itself."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@contextmanager
def _logged(settings: Settings) -> Iterator[None]:
    """Keep the log as the window does; a command works without it where it cannot be written."""
    from blogadmin import log

    with contextlib.ExitStack() as stack:
        with contextlib.suppress(OSError):
            file = log.setup(paths.log_dir() / "blogadmin.log", settings.log_level, faults=False)
            stack.callback(file.close)
            stack.callback(logging.getLogger().removeHandler, file)
            stack.callback(logging.captureWarnings, False)
        yield


# The commands on a database


def _database_command(settings: Settings, chosen: argparse.Namespace) -> int:
    from blogadmin.core.database import errors

    command = _COMMANDS[chosen.database_command]
    try:
        with _opened(settings) as (connector, opened):
            return command(connector, opened, chosen)
    except SettingsError as exc:
        return _fail(str(exc), USAGE)
    except KeyboardInterrupt:
        return _fail("stopped.")
    except BrokenPipeError:
        # The reader of our output (head, less) has seen enough; the interpreter must not try again.
        sys.stdout = None
        return FAILED
    except OSError as exc:
        return _fail(f"{exc.filename or 'a file'}: {exc.strerror or exc}")
    except Exception as exc:
        known = errors.translate(exc)
        if known is None:
            raise
        return _fail(_sentence(known))


def _sentence(error: Exception) -> str:
    field = getattr(error, "field", None)
    return f"{field} {error}" if field else str(error)


@contextmanager
def _opened(settings: Settings) -> Iterator[tuple[Connector, Opened]]:
    from blogadmin.connection import Connector

    connector = Connector(settings)
    try:
        opened = connector.open()
        try:
            yield connector, opened
        finally:
            opened.database.close()
    finally:
        connector.close()


_STATES = {
    "empty": "empty: “blogadmin db upgrade” makes the tables, “blogadmin db sample” fills them, too",
    "foreign": "made by another application: “blogadmin db adopt --dry-run” shows what is missing",
    "current": "up to date",
    "older": "older than this program: “blogadmin db upgrade” brings it up to date",
    "newer": "newer than this program: it can be looked at, not changed",
}


def _status(_connector: Connector, opened: Opened, _chosen: argparse.Namespace) -> int:
    state = opened.state
    say(f"place:    {opened.place}")
    say(f"schema:   {state.revision or 'none'} (this program: {state.head}), {_STATES[state.kind]}")
    for line in state.pending if state.kind == "older" else ():
        say(f"pending:  {line}")
    return OK


def _upgrade(connector: Connector, opened: Opened, _chosen: argparse.Namespace) -> int:
    if opened.state.kind in ("foreign", "newer"):
        return _fail(f"the database is {_STATES[opened.state.kind]}.")
    if opened.state.kind == "current":
        say(f"Nothing to do: the schema is at {opened.state.revision}.")
        return OK
    for line in opened.state.pending:
        say(f"doing: {line}")
    after = connector.upgrade(opened)
    say(f"The schema is at {after.state.revision}.")
    return OK


def _filled(fill: Callable[[Opened, argparse.Namespace], int]) -> Callable[..., int]:
    """A command that needs the tables: an empty database gets them first, a strange one is refused."""

    def command(connector: Connector, opened: Opened, chosen: argparse.Namespace) -> int:
        if opened.state.kind == "empty":
            opened = connector.upgrade(opened)
        if opened.state.kind != "current":
            return _fail(f"the database is {_STATES[opened.state.kind]}.")
        return fill(opened, chosen)

    return command


def _sample(opened: Opened, _chosen: argparse.Namespace) -> int:
    from blogadmin.core.transfer import sample

    made = sample.load(opened.database)
    say("Made " + ", ".join(f"{count} {noun}" for noun, count in made.items()) + ".")
    return OK


def _generate(opened: Opened, chosen: argparse.Namespace) -> int:
    from blogadmin.core.transfer.generate import generate

    progress = _progress_line() if sys.stdout is not None and sys.stdout.isatty() else None
    generate(
        opened.database,
        chosen.users,
        chosen.posts,
        chosen.comments,
        seed=chosen.seed,
        progress=progress,
        short=chosen.short,
    )
    say(f"Made {chosen.users:,} users, {chosen.posts:,} posts, {chosen.comments:,} comments.")
    return OK


def _search_language(opened: Opened, chosen: argparse.Namespace) -> int:
    from blogadmin.core.database import search

    if chosen.language is not None:
        name = search.set_language(opened.database, chosen.language)
        say(f"The words of all posts have been read anew ({name}). Start programs that are open again.")
        return OK
    with opened.database.reader() as session:
        say(f"language: {search.language(session) or 'none'}")
        say(f"known:    {', '.join(search.languages(session))}")
    return OK


def _history(opened: Opened, chosen: argparse.Namespace) -> int:
    from blogadmin.core.database import history

    if chosen.drop_before is not None:
        dropped = history.drop_before(opened.database, history.month_of(chosen.drop_before))
        say("Dropped " + (", ".join(f"{month:%Y-%m}" for month in dropped) or "nothing: there is none") + ".")
        return OK
    history.ensure_months(opened.database)
    with opened.database.reader() as session:
        for month in history.months(session):
            say(f"{month.begin:%Y-%m}: about {month.entries:,} changes, {month.size / 1024**2:,.1f} MB")
    return OK


def _progress_line() -> Callable[[str, int, int], None]:
    """Keep one line of a terminal true."""
    percent = -1

    def progress(noun: str, made: int, wanted: int) -> None:
        nonlocal percent
        if (now := 100 * made // wanted) != percent:
            percent = now
            end = "\n" if made == wanted else ""
            say(f"\r{noun}: {made:,} of {wanted:,} ({now} %)", end=end)

    return progress


def _adopt(_connector: Connector, opened: Opened, chosen: argparse.Namespace) -> int:
    from blogadmin.core.database import adopt

    if chosen.dry_run:
        return _tell_plan(adopt.plan(opened.database, chosen.assume_timezone))
    done = adopt.apply(opened.database, chosen.assume_timezone)
    if done.is_empty:
        return _tell_plan(done)
    say(done.as_sql(), end="")
    _tell_notes(done)
    say("-- Done: the database is adopted.")
    return OK


def _tell_notes(plan: Plan) -> None:
    # Not among the SQL: what is printed there can be given to psql as it is.
    for note in plan.notes:
        say(f"note: {note}", error=True)


def _tell_plan(plan: Plan) -> int:
    if plan.is_empty:
        say("Nothing to do: the database is as it should be.")
        return OK
    for misfit in plan.misfits:
        say(f"does not fit: {misfit}", error=True)
    if plan.needs_timezone:
        columns = ", ".join(plan.needs_timezone)
        say(f"times without a zone: {columns}. Say which it is: --assume-timezone Europe/Berlin", error=True)
    if not plan.can_apply:
        return _fail("the database cannot be adopted like this; nothing was changed.")
    say(plan.as_sql(), end="")
    _tell_notes(plan)
    say("-- Tried and rolled back: nothing was changed. Without --dry-run it will be done.")
    return OK


_COMMANDS: dict[str, Callable[..., int]] = {
    "status": _status,
    "upgrade": _upgrade,
    "sample": _filled(_sample),
    "generate": _filled(_generate),
    "adopt": _adopt,
    "search-language": _filled(_search_language),
    "history": _filled(_history),
}

"""The command line: open the window, or look after a database without one.

Nothing here imports Qt or SQLAlchemy before it is needed, so ``--help`` answers at once.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from blogadmin import __version__, paths
from blogadmin.settings import Settings, SettingsError, load

if TYPE_CHECKING:
    from blogadmin.connection import Connector, Opened

OK, FAILED, USAGE = 0, 1, 2

_EPILOG = """\
Without --database-url blogadmin runs a private PostgreSQL for you. Each option can also be set by the
environment variable in brackets or in the settings file; the command line wins. Exit codes: 0 done,
1 not done (the reason is printed), 2 the command line or a setting cannot be used.
"""


def run(arguments: list[str]) -> int:
    """Do what the arguments say; returns the exit code. Known failures are told in words, without a trace."""
    parser = _parser()
    chosen = parser.parse_args(arguments)
    try:
        settings = _settings(chosen)
    except SettingsError as exc:
        say(f"blogadmin: {exc}", error=True)
        return USAGE
    if chosen.command is None:
        from blogadmin import app

        return app.run(settings, chosen.screenshot)
    return _database_command(settings, chosen)


def say(words: str, *, error: bool = False) -> None:
    """Print a line. A window program on Windows has no console to print to; then nothing happens."""
    stream = sys.stderr if error else sys.stdout
    if stream is not None:
        print(words, file=stream, flush=True)


def _settings(chosen: argparse.Namespace) -> Settings:
    overrides: Mapping[str, Any] = {
        name: getattr(chosen, name) for name in ("database_url", "data_dir", "log_level", "theme")
    }
    if chosen.config is not None and not chosen.config.is_file():
        raise SettingsError(f"--config {chosen.config}", "there is no such file.")
    return load(overrides, file=chosen.config or paths.config_file())


# The commands on a database


def _database_command(settings: Settings, chosen: argparse.Namespace) -> int:
    from blogadmin.core.database import errors

    commands: dict[str, Callable[[Connector, Opened, argparse.Namespace], int]] = {
        "status": _status,
        "upgrade": _upgrade,
        "sample": _sample,
        "generate": _generate,
        "adopt": _adopt,
    }
    try:
        with _opened(settings) as (connector, opened):
            return commands[chosen.database_command](connector, opened, chosen)
    except SettingsError as exc:
        say(f"blogadmin: {exc}", error=True)
        return USAGE
    except Exception as exc:
        known = errors.translate(exc)
        if known is None:
            raise
        say(f"blogadmin: {_sentence(known)}", error=True)
        return FAILED


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
        say(f"blogadmin: the database is {_STATES[opened.state.kind]}.", error=True)
        return FAILED
    after = connector.upgrade(opened)
    say(f"The schema is at {after.state.revision}.")
    return OK


def _ready(connector: Connector, opened: Opened) -> bool:
    """Make the schema of an empty database; ``False`` (and the reason said) if it is none of ours."""
    if opened.state.kind == "empty":
        connector.upgrade(opened)
    elif opened.state.kind != "current":
        say(f"blogadmin: the database is {_STATES[opened.state.kind]}.", error=True)
        return False
    return True


def _sample(connector: Connector, opened: Opened, _chosen: argparse.Namespace) -> int:
    from blogadmin.core.transfer import sample

    if not _ready(connector, opened):
        return FAILED
    made = sample.load(opened.database)
    say("Made " + ", ".join(f"{count} {noun}" for noun, count in made.items()) + ".")
    return OK


def _generate(connector: Connector, opened: Opened, chosen: argparse.Namespace) -> int:
    from blogadmin.core.transfer import generate

    if not _ready(connector, opened):
        return FAILED

    def progress(noun: str, made: int, wanted: int) -> None:
        say(f"{noun}: {made:,} of {wanted:,}")

    generate.generate(
        opened.database, chosen.users, chosen.posts, chosen.comments, seed=chosen.seed, progress=progress
    )
    return OK


def _adopt(connector: Connector, opened: Opened, chosen: argparse.Namespace) -> int:
    plan = connector.plan_adoption(opened, chosen.assume_timezone)
    if plan.is_empty:
        say("Nothing to do: the database is as it should be.")
        return OK
    if plan.can_apply:
        say(plan.as_sql())
    for misfit in plan.misfits:
        say(f"does not fit: {misfit}", error=True)
    if plan.needs_timezone:
        columns = ", ".join(plan.needs_timezone)
        say(
            f"Times without a zone: {columns}. Say which they are in, as --assume-timezone Europe/Berlin.",
            error=True,
        )
    if not plan.can_apply:
        say("Nothing was changed.", error=True)
        return FAILED
    if chosen.dry_run:
        say("-- Tried and rolled back: nothing was changed. Without --dry-run it will be done.")
        return OK
    after = connector.adopt(opened, chosen.assume_timezone)
    say(f"Adopted: the schema is at {after.state.revision}.")
    return OK


# The parser


def _parser() -> argparse.ArgumentParser:
    common = _common_options()
    parser = argparse.ArgumentParser(
        prog="blogadmin",
        description="Write and moderate a blog that lives in PostgreSQL. Without a command the window opens.",
        epilog=_EPILOG,
        parents=[common],
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"blogadmin {__version__}")
    parser.add_argument(
        "--screenshot",
        type=Path,
        metavar="DIR",
        help="draw each page and dialog on the sample blog to PNG files in DIR, and end",
    )
    commands = parser.add_subparsers(dest="command", metavar="db")
    database = commands.add_parser(
        "db", help="look after the database without a window", description=_database_help()
    )
    actions = database.add_subparsers(dest="database_command", required=True, metavar="COMMAND")
    actions.add_parser("status", help="say which database it is and whether its schema fits this program")
    actions.add_parser("upgrade", help="make the tables, or bring them up to date; all of it or nothing")
    actions.add_parser("sample", help="fill an empty database with a small sample blog")
    _generate_options(actions.add_parser("generate", help="fill a database with made-up rows, in any number"))
    _adopt_options(
        actions.add_parser("adopt", help="take over a database that the blog's own application made")
    )
    return parser


def _database_help() -> str:
    return "Commands on the database that --database-url names (before “db”), or else on your private one."


def _common_options() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(add_help=False)
    options.add_argument(
        "--database-url",
        metavar="URL",
        help="the database, as postgresql://user@host/name; else a private one [BLOGADMIN_DATABASE_URL]",
    )
    options.add_argument(
        "--data-dir", metavar="DIR", help="where the private PostgreSQL keeps its data [BLOGADMIN_DATA_DIR]"
    )
    options.add_argument(
        "--config",
        type=Path,
        metavar="FILE",
        help=f"the settings file, TOML (default: {paths.config_file()})",
    )
    options.add_argument(
        "--theme",
        metavar="NAME",
        help="system, light or dark; system also means what was chosen in the window [BLOGADMIN_THEME]",
    )
    options.add_argument(
        "--log-level", metavar="LEVEL", help="debug, info, warning or error [BLOGADMIN_LOG_LEVEL]"
    )
    return options


def _generate_options(command: argparse.ArgumentParser) -> None:
    for noun, default in (("users", 100), ("posts", 1000), ("comments", 3000)):
        command.add_argument(
            f"--{noun}", type=int, default=default, metavar="N", help=f"how many (default: {default:,})"
        )
    command.add_argument(
        "--seed", type=int, default=1, metavar="S", help="the same number makes the same rows (default: 1)"
    )


def _adopt_options(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--assume-timezone",
        metavar="ZONE",
        help="the zone of stored times that do not say theirs, such as Europe/Berlin or UTC",
    )
    command.add_argument(
        "--dry-run", action="store_true", help="print what would be done as SQL, and do nothing"
    )

"""The options of the command line, each explained in plain words with its environment variable."""

from __future__ import annotations

import argparse
from pathlib import Path

_EPILOG = """\
Without --database-url, blogadmin runs a private PostgreSQL for you. An option can also be set by the
environment variable in brackets, or in the settings file by the variable's name in lower case and without
BLOGADMIN_. The command line wins over the environment, and the environment over the file.

Set only by environment or file:
  BLOGADMIN_POOL_SIZE             connections kept open for writing (5)
  BLOGADMIN_MAX_OVERFLOW          connections beyond these while all are in use (10)
  BLOGADMIN_POOL_TIMEOUT          seconds to wait for a free connection (5)
  BLOGADMIN_CONNECT_TIMEOUT       seconds to wait for the server while connecting (3)
  BLOGADMIN_STATEMENT_TIMEOUT_MS  milliseconds after which the server stops a statement (15000)
  BLOGADMIN_LOCK_TIMEOUT_MS       milliseconds to wait for a row that someone is changing (3000)
  BLOGADMIN_ECHO                  true to write every SQL statement to the log, without its values
  BLOGADMIN_PG_BIN                environment only: the folder of the PostgreSQL programs to run

Exit codes: 0 done, 1 not done (the reason is printed), 2 the command line or a setting cannot be used.
"""


def parser(version: str, config_file: Path) -> argparse.ArgumentParser:
    """The whole command line. ``config_file`` is where settings are looked for unless an option says."""
    top = argparse.ArgumentParser(
        prog="blogadmin",
        description="Write and moderate a blog that lives in PostgreSQL. Without a command the window opens.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_common(top, config_file)
    top.add_argument("--version", action="version", version=f"blogadmin {version}")
    top.add_argument(
        "--screenshot",
        type=Path,
        metavar="DIR",
        help="draw each page and dialog on the sample blog to PNG files in DIR, and end",
    )
    commands = top.add_subparsers(dest="command", title="commands", metavar="db")
    database = commands.add_parser(
        "db",
        help="look after the database without a window: “blogadmin db --help”",
        description="Look after the database of --database-url, or else your private one.",
    )
    _add_database_commands(database, config_file)
    return top


def _add_database_commands(database: argparse.ArgumentParser, config_file: Path) -> None:
    actions = database.add_subparsers(dest="database_command", required=True, metavar="COMMAND")
    for name, words in (
        ("status", "say which database it is and whether its schema fits this program"),
        ("upgrade", "make the tables, or bring them up to date: all of it or nothing"),
        ("sample", "fill an empty database with a small sample blog"),
        ("generate", "add made-up users, posts and comments, in any number"),
        ("adopt", "take over a database that the blog's own application made"),
        ("search-language", "say or change the language in which the words of posts are read for searching"),
        ("history", "say which months of the history are kept, or drop old ones for ever"),
    ):
        action = actions.add_parser(name, help=words, description=f"{words[0].upper()}{words[1:]}.")
        _add_common(action, config_file, again=True)
        if name == "generate":
            _add_generate(action)
        elif name == "adopt":
            _add_adopt(action)
        elif name == "search-language":
            action.add_argument(
                "language",
                nargs="?",
                metavar="NAME",
                help="a text search configuration such as english, german or simple; all posts are read anew",
            )
        elif name == "history":
            action.add_argument(
                "--drop-before",
                metavar="YYYY-MM",
                help="drop every month before this one; it cannot be undone, and only the tables’ owner can",
            )


def _add_common(options: argparse.ArgumentParser, config_file: Path, *, again: bool = False) -> None:
    """The options of every command. Given ``again`` after it, they must not undo those given before."""
    default = argparse.SUPPRESS if again else None

    def add(name: str, metavar: str, words: str, kind: type = str) -> None:
        options.add_argument(name, type=kind, default=default, metavar=metavar, help=words)

    add(
        "--database-url",
        "URL",
        "the database, as postgresql://user@host/name; without it a private one [BLOGADMIN_DATABASE_URL]",
    )
    add("--data-dir", "DIR", "where the private PostgreSQL keeps its data [BLOGADMIN_DATA_DIR]")
    add("--config", "FILE", f"the settings file, in TOML (otherwise {config_file})", Path)
    add(
        "--theme",
        "NAME",
        "system, light or dark; system also means what was chosen in the window [BLOGADMIN_THEME]",
    )
    add(
        "--log-level",
        "LEVEL",
        "what goes to the log file: debug, info, warning or error [BLOGADMIN_LOG_LEVEL]",
    )


def _add_generate(action: argparse.ArgumentParser) -> None:
    for noun, count in (("users", 100), ("posts", 1_000), ("comments", 3_000)):
        action.add_argument(
            f"--{noun}", type=int, default=count, metavar="N", help=f"how many {noun} ({count:,} unless said)"
        )
    action.add_argument(
        "--seed", type=int, default=1, metavar="S", help="the same seed makes the same rows (1 unless said)"
    )
    action.add_argument("--short", action="store_true", help="make bodies of about 0.5 kB instead of 0.9")


def _add_adopt(action: argparse.ArgumentParser) -> None:
    action.add_argument(
        "--assume-timezone",
        metavar="ZONE",
        help="the zone of stored times that do not say theirs, such as Europe/Berlin or UTC",
    )
    action.add_argument(
        "--dry-run",
        action="store_true",
        help="try it, print it as SQL, and undo it: nothing is changed",
    )

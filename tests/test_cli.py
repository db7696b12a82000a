"""The command line: what it explains, what it does to databases, and how it ends when it cannot."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url

from blogadmin import __version__, cli
from blogadmin.settings import Settings

Sql = Callable[..., list[tuple[Any, ...]]]
ROOT = Path(__file__).parents[1]
RUST_BLOG = ROOT.parent / "shared" / "data" / "rust-blog.sql.gz"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A person's folders of the test's own, and none of the settings of who runs the tests."""
    for name in ("HOME", "USERPROFILE", "LOCALAPPDATA", "APPDATA"):
        monkeypatch.setenv(name, str(tmp_path))
    for name in ("XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    for field in Settings._fields:
        monkeypatch.delenv(f"BLOGADMIN_{field.upper()}", raising=False)
    return tmp_path


def blogadmin(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The program as a person starts it."""
    return subprocess.run(
        [sys.executable, "-m", "blogadmin", *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONUTF8": "1", **environment},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def test_help_explains_every_option_and_names_every_variable(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["--help"]) == 0

    words = capsys.readouterr().out
    for option in ("--database-url", "--data-dir", "--config", "--theme", "--log-level", "--screenshot"):
        assert option in words
    for field in Settings._fields:
        assert f"BLOGADMIN_{field.upper()}" in words


@pytest.mark.parametrize(
    "command", ["status", "upgrade", "sample", "generate", "adopt", "search-language", "history"]
)
def test_each_command_has_a_help_of_its_own(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["db", command, "--help"]) == 0

    words = capsys.readouterr().out
    assert f"blogadmin db {command}" in words
    assert "BLOGADMIN_DATABASE_URL" in words


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["--version"]) == 0
    assert capsys.readouterr().out == f"blogadmin {__version__}\n"


def test_help_loads_neither_the_window_nor_the_database() -> None:
    code = (
        "import sys\nfrom blogadmin import cli\ncli.run(['db', 'generate', '--help'])\n"
        "heavy = {'PySide6', 'sqlalchemy', 'psycopg2', 'alembic'} & set(sys.modules)\nassert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_database_command_loads_no_window(database_url: str) -> None:
    code = (
        f"import sys\nfrom blogadmin import cli\nassert cli.run(['--database-url', {database_url!r},"
        " 'db', 'status']) == 0\nassert 'PySide6' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--databse-url=x", "db", "status"], "unrecognized arguments"),
        (["db"], "COMMAND"),
        (["db", "bake"], "invalid choice"),
        (["db", "generate", "--posts", "many"], "invalid int value"),
        (["--theme", "pink", "db", "status"], "--theme: "),
        (["--database-url", "mysql://localhost/blog", "db", "status"], "--database-url: "),
        (["--config", "nowhere.toml", "db", "status"], "there is no such file"),
    ],
)
def test_what_cannot_be_understood_ends_with_2(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(arguments) == cli.USAGE

    said = capsys.readouterr()
    assert words in said.err
    assert said.out == ""


def test_a_wrong_variable_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BLOGADMIN_POOL_SIZE", "many")

    assert cli.run(["db", "status"]) == cli.USAGE

    assert "BLOGADMIN_POOL_SIZE" in capsys.readouterr().err


def test_a_server_that_is_not_there_is_told_without_a_trace() -> None:
    done = blogadmin("--database-url", "postgresql://nobody@127.0.0.1:1/blog", "db", "status")

    assert done.returncode == cli.FAILED
    assert done.stderr.startswith("blogadmin: The server cannot be reached")
    assert "Traceback" not in done.stderr


def test_the_url_may_stand_before_or_after_the_command(
    database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for arguments in (
        ["--database-url", database_url, "db", "status"],
        ["db", "status", "--database-url", database_url],
    ):
        assert cli.run(arguments) == cli.OK
        assert "up to date" in capsys.readouterr().out


def test_the_command_line_wins_over_the_environment_and_that_over_the_file(
    database_url: str, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = home / "mine.toml"
    file.write_text('database_url = "postgresql://nobody@127.0.0.1:1/file"\n', "utf-8")
    assert cli.run(["--config", str(file), "db", "status"]) == cli.FAILED

    monkeypatch.setenv("BLOGADMIN_DATABASE_URL", database_url)
    assert cli.run(["--config", str(file), "db", "status"]) == cli.OK

    monkeypatch.setenv("BLOGADMIN_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/environment")
    assert cli.run(["--config", str(file), "db", "status"]) == cli.FAILED
    assert cli.run(["--config", str(file), "--database-url", database_url, "db", "status"]) == cli.OK
    assert "password" not in capsys.readouterr().out


def test_upgrade_makes_the_tables_and_then_has_nothing_to_do(
    empty_database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["--database-url", empty_database_url, "db"]

    assert cli.run([*command, "status"]) == cli.OK
    assert "empty" in capsys.readouterr().out
    assert cli.run([*command, "upgrade"]) == cli.OK
    assert "The schema is at" in capsys.readouterr().out
    assert cli.run([*command, "upgrade"]) == cli.OK
    assert "Nothing to do" in capsys.readouterr().out


def test_sample_fills_an_empty_database_once(
    empty_database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["--database-url", empty_database_url, "db", "sample"]

    assert cli.run(command) == cli.OK
    assert capsys.readouterr().out.startswith("Made 16 users, ")
    assert cli.run(command) == cli.FAILED
    assert "Nothing was added" in capsys.readouterr().err


def test_generate_makes_what_is_asked_for(
    database_url: str, sql: Sql, capsys: pytest.CaptureFixture[str]
) -> None:
    numbers = ["--users", "3", "--posts", "20", "--comments", "7", "--seed", "5"]

    assert cli.run(["--database-url", database_url, "db", "generate", *numbers]) == cli.OK

    assert capsys.readouterr().out == "Made 3 users, 20 posts, 7 comments.\n"
    assert sql("SELECT (SELECT count(*) FROM users), (SELECT count(*) FROM posts)") == [(3, 20)]


def test_generate_keeps_one_line_of_a_terminal_true(
    database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    numbers = ["--users", "3", "--posts", "1500", "--comments", "0"]

    assert cli.run(["--database-url", database_url, "db", "generate", *numbers]) == cli.OK

    lines = capsys.readouterr().out.splitlines()
    assert "posts: 512 of 1,500 (34 %)" in lines
    assert "posts: 1,500 of 1,500 (100 %)" in lines


def test_generate_says_what_it_cannot_do(database_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    numbers = ["--users", "0", "--posts", "5"]

    assert cli.run(["--database-url", database_url, "db", "generate", *numbers]) == cli.FAILED

    assert capsys.readouterr().err.startswith("blogadmin: users cannot be 0")


def test_the_language_of_the_search_is_told_and_changed(
    database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["--database-url", database_url, "db", "search-language"]

    assert cli.run(command) == cli.OK
    told = capsys.readouterr().out
    assert "pg_catalog.english" in told
    assert "german" in told
    assert cli.run([*command, "german"]) == cli.OK
    assert "pg_catalog.german" in capsys.readouterr().out
    assert cli.run([*command, "germann"]) == cli.FAILED
    assert "Did you mean german?" in capsys.readouterr().err


@pytest.fixture
def adoptable(empty_database_url: str) -> str:
    """A database that the blog's own application made: one user, naive times."""
    from tests.conftest import connect

    connection = connect(empty_database_url)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE users (id serial PRIMARY KEY, email varchar(320) NOT NULL UNIQUE,"
            " name varchar(100) NOT NULL, password_hash text NOT NULL, role varchar(20) NOT NULL,"
            " is_active boolean NOT NULL, created_at timestamp NOT NULL DEFAULT now(),"
            " updated_at timestamp NOT NULL DEFAULT now());"
            "INSERT INTO users (email, name, password_hash, role, is_active)"
            " VALUES ('a@example.org', 'A', '!', 'user', true)"
        )
    connection.close()
    return empty_database_url


def test_the_history_is_told_by_month_and_aged(
    database_url: str, sql: Sql, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["--database-url", database_url, "db", "history"]
    ((this,),) = sql("SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM')")

    assert cli.run(command) == 0
    told = capsys.readouterr().out.splitlines()
    assert len(told) == 4
    assert told[0].startswith(f"{this}: about 0 changes")
    assert cli.run([*command, "--drop-before", str(this)]) == 0
    assert capsys.readouterr().out == "Dropped nothing: there is none.\n"
    for wrong, words in (("November", "no month"), ("2026-13", "no month"), ("9999-01", "not begun")):
        assert cli.run([*command, "--drop-before", wrong]) == 1
        assert words in capsys.readouterr().err


def test_adopt_is_shown_tried_and_done(adoptable: str, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["--database-url", adoptable, "db"]
    adopt = [*command, "adopt", "--assume-timezone", "Europe/Berlin"]

    assert cli.run([*adopt, "--dry-run"]) == cli.OK
    shown, notes = capsys.readouterr()
    assert "AT TIME ZONE 'Europe/Berlin'" in shown
    assert "nothing was changed" in shown
    assert "note: From now on times come with their zone" in notes
    assert "From now on" not in shown, "what is printed there is SQL"
    assert cli.run([*command, "status"]) == cli.OK
    assert "another application" in capsys.readouterr().out

    assert cli.run(adopt) == cli.OK
    assert "CREATE TABLE comments" in capsys.readouterr().out
    assert cli.run([*command, "status"]) == cli.OK
    assert "up to date" in capsys.readouterr().out
    assert cli.run([*command, "adopt"]) == cli.OK
    assert "Nothing to do" in capsys.readouterr().out


@pytest.mark.parametrize("dry", [[], ["--dry-run"]])
def test_adopt_without_a_needed_zone_fails(
    adoptable: str, dry: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["--database-url", adoptable, "db", "adopt", *dry]) == cli.FAILED

    said = capsys.readouterr()
    assert "users.created_at" in said.err
    assert "nothing" in said.err
    assert said.out == ""


@pytest.mark.parametrize("dry", [[], ["--dry-run"]])
def test_adopt_names_what_does_not_fit(
    adoptable: str, dry: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    from tests.conftest import connect

    connection = connect(adoptable)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE users SET role = 'boss'")
    connection.close()

    assert (
        cli.run(["--database-url", adoptable, "db", "adopt", "--assume-timezone", "UTC", *dry]) == cli.FAILED
    )

    said = capsys.readouterr()
    assert "users.role is none of user, editor, moderator and admin, for example id 1 (1 row)" in said.err
    assert "Traceback" not in said.err


@pytest.mark.parametrize("command", ["sample", "generate", "upgrade"])
def test_a_strange_database_is_not_filled(
    adoptable: str, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["--database-url", adoptable, "db", command]) == cli.FAILED

    assert "made by another application" in capsys.readouterr().err


def test_the_real_blog_is_adopted_from_the_command_line(empty_database_url: str) -> None:
    if not RUST_BLOG.exists():
        pytest.skip("needs ../shared/data/rust-blog.sql.gz beside the checkout")
    from tests.conftest import connect
    from tests.core.database.test_adopt import load_dump

    connection = connect(empty_database_url)
    load_dump(connection, RUST_BLOG)

    done = blogadmin("--database-url", empty_database_url, "db", "adopt", "--assume-timezone", "UTC")

    assert done.returncode == cli.OK, done.stderr
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), min(version), max(version) FROM posts")
        assert cursor.fetchall() == [(750, 1, 1)]
    connection.close()


def test_the_private_server_is_started_used_and_stopped(home: Path) -> None:
    data = str(home / "data dir")

    made = blogadmin("--data-dir", data, "db", "sample")
    told = blogadmin("db", "status", BLOGADMIN_DATA_DIR=data)

    assert made.returncode == cli.OK, made.stderr
    assert told.returncode == cli.OK, told.stderr
    assert "this computer" in told.stdout
    assert "up to date" in told.stdout
    assert not list((home / "data dir").rglob("postmaster.pid"))


def test_a_person_who_has_seen_enough_is_no_failure_to_report(adoptable: str) -> None:
    """As in ``blogadmin db adopt --dry-run | head -1``."""
    adopt = ["--database-url", adoptable, "db", "adopt", "--dry-run", "--assume-timezone", "UTC"]
    process = subprocess.Popen(
        [sys.executable, "-m", "blogadmin", *adopt],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    with process.stderr:
        assert process.stderr.read() == b""
    assert process.wait(60) == cli.FAILED


def test_a_window_program_without_a_console_prints_nothing(
    monkeypatch: pytest.MonkeyPatch, database_url: str
) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)

    assert cli.run(["--database-url", database_url, "db", "status"]) == cli.OK
    assert (
        cli.run(["--database-url", database_url, "db", "generate", "--users", "1", "--posts", "1"]) == cli.OK
    )
    assert cli.run(["--theme", "pink"]) == cli.USAGE


def test_a_console_of_an_old_code_page_gets_question_marks(adoptable: str) -> None:
    done = blogadmin("--database-url", adoptable, "db", "status", PYTHONUTF8="0", PYTHONIOENCODING="ascii")

    assert done.returncode == cli.OK, done.stderr
    assert "?blogadmin db adopt --dry-run?" in done.stdout


def test_a_password_is_never_printed(database_url: str) -> None:
    secret = make_url(database_url).set(password="hush-hush", port=1)
    address = secret.render_as_string(hide_password=False)

    done = blogadmin("--database-url", address, "db", "status", "--log-level", "debug")

    assert done.returncode == cli.FAILED
    assert "hush-hush" not in done.stdout + done.stderr


def test_the_window_gets_the_settings_and_the_folder_for_pictures(
    monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    given: list[tuple[Settings, Path | None]] = []

    class Window:
        """Stands for the module that opens the window."""

        @staticmethod
        def run(settings: Settings, screenshots: Path | None) -> int:
            given.append((settings, screenshots))
            return 7

    import blogadmin

    monkeypatch.setitem(sys.modules, "blogadmin.app", Window)
    monkeypatch.setattr(blogadmin, "app", Window, raising=False)

    assert cli.run(["--theme", "dark", "--data-dir", str(home), "--screenshot", "shots"]) == 7

    ((settings, screenshots),) = given
    assert (settings.theme, settings.data_dir, screenshots) == ("dark", home, Path("shots"))


def test_main_ends_with_the_exit_code(monkeypatch: pytest.MonkeyPatch) -> None:
    from blogadmin.__main__ import main

    monkeypatch.setattr(sys, "argv", ["blogadmin", "--theme", "pink"])

    with pytest.raises(SystemExit) as ended:
        main()

    assert ended.value.code == cli.USAGE


def test_without_qt_the_window_is_refused_in_words() -> None:
    code = (
        "import sys\nsys.modules['PySide6.QtCore'] = None\nfrom blogadmin import cli\n"
        "sys.exit(cli.run(['--theme', 'dark']))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == cli.FAILED
    assert done.stderr.startswith("blogadmin: no window can be opened here, because Qt does not load")


def test_a_command_that_is_interrupted_says_so(
    database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("blogadmin.core.transfer.generate.generate", interrupted)

    assert cli.run(["--database-url", database_url, "db", "generate"]) == cli.FAILED
    assert capsys.readouterr().err == "blogadmin: stopped.\n"


def test_a_data_folder_that_cannot_be_made_is_named(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    in_the_way = home / "file"
    in_the_way.write_text("not a folder", "utf-8")

    assert cli.run(["--data-dir", str(in_the_way / "data"), "db", "status"]) == cli.FAILED

    assert str(in_the_way) in capsys.readouterr().err

"""The log: nothing secret in it, not too large, nobody else's to read."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import textwrap
import threading
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg2
import pytest
from sqlalchemy import create_engine, text

from blogadmin import log

pytestmark = pytest.mark.expects_log

CANARY = "s3cret-canary"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "blogadmin.log"


@pytest.fixture
def file(path: Path) -> Iterator[log.LogFile]:
    former = logging.getLogger("blogadmin").level
    handler = log.setup(path, "debug", faults=False)
    yield handler
    logging.getLogger().removeHandler(handler)
    handler.close()
    logging.getLogger("blogadmin").setLevel(former)
    logging.captureWarnings(False)


def lines(path: Path) -> list[str]:
    return path.read_text("utf-8").splitlines()


# What is hidden


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("postgresql://anna:pa@ss/w:ord@db.example.org/blog", "postgresql://anna:***@db.example.org/blog"),
        ("host=x password=hunter2 dbname=y", "host=x password=*** dbname=y"),
        ("password='two \\' words' x", "password=*** x"),
        ('"password": "two words", "b": 1', '"password": ***, "b": 1'),
        ("{'password_hash': '$argon2id$v=19$m=65536$abc$def', 'a': 1}", "{'password_hash': ***, 'a': 1}"),
        ("got $argon2id$v=19$m=1,t=1$c2Fs+dA$aGF/aA here", "got <hash> here"),
        ("got $2b$12$abcdefghijklmnopqrstuv here", "got <hash> here"),
        ("SCRAM-SHA-256$4096:abc=$def:ghi=", "<hash>"),
        ("PGPASSWORD=x psql", "PGPASSWORD=*** psql"),
        ("token: abc", "token: ***"),
        ("Key (email)=(anna.berg+x@example.org) exists", "Key (email)=(<email>) exists"),
        ("mail to jörg@bücher.example, now", "mail to <email>, now"),
        ("nothing to hide: a@b, 3 @ 4, $5", "nothing to hide: a@b, 3 @ 4, $5"),
        ("password authentication failed", "password authentication failed"),
    ],
)
def test_secrets_are_hidden_and_the_rest_is_kept(text: str, expected: str) -> None:
    assert log.redact(text) == expected


def test_a_long_text_is_redacted_in_no_time() -> None:
    """Each pattern is bounded, so that a row's megabyte cannot hold the program up."""
    for run in ("a" * 300_000, "a@" * 100_000, "password" * 40_000, "://a:" * 60_000, "'" * 300_000):
        assert log.redact(run)


# Traces


def caught(act: Callable[[], object]) -> BaseException:
    try:
        act()
    except BaseException as exc:  # noqa: BLE001 - whatever the test raises
        return exc
    raise AssertionError("nothing was raised")


def chain() -> None:
    try:
        raise ValueError(f"password={CANARY}")
    except ValueError as exc:
        raise KeyError("anna@example.org") from exc


def test_a_trace_tells_how_it_came_and_hides_what_it_held() -> None:
    words = log.trace_text(caught(chain))
    assert words.index("ValueError: password=***") < words.index("which caused:") < words.index("KeyError")
    assert 'test_log.py", line' in words
    assert CANARY not in words
    assert "anna@" not in words


def test_a_trace_tells_what_happened_while_an_error_was_handled() -> None:
    def act() -> None:
        try:
            raise ValueError("first")
        except ValueError:
            int("x")

    assert "ValueError: first\n\nand then:\n\nTraceback" in log.trace_text(caught(act))


def test_a_cause_that_was_hidden_on_purpose_stays_hidden() -> None:
    def act() -> None:
        try:
            raise ValueError("first")
        except ValueError:
            raise KeyError("second") from None

    assert "first" not in log.trace_text(caught(act)).partition("KeyError: ")[2]
    assert "ValueError: first" not in log.trace_text(caught(act))


def test_errors_that_cause_each_other_are_told_once() -> None:
    one, two = ValueError("one"), ValueError("two")
    one.__cause__, two.__cause__ = two, one
    assert log.trace_text(one).count("ValueError: one") == 1


def test_an_error_that_cannot_be_printed_is_still_told() -> None:
    class Broken(Exception):
        def __str__(self) -> str:
            raise ZeroDivisionError

    assert log.trace_text(Broken()).endswith("Broken: <cannot be shown>")
    assert log.trace_text(KeyError()) == "KeyError"


def test_a_deep_trace_is_cut() -> None:
    def deeper(n: int) -> int:
        return deeper(n + 1) + 1

    assert len(log.trace_text(caught(lambda: deeper(0))).splitlines()) < 200


def test_a_database_error_is_told_without_its_words(database_url: str) -> None:
    engine = create_engine(database_url.replace("postgresql:", "postgresql+psycopg2:"))

    def twice() -> None:
        with engine.begin() as connection:
            for _ in range(2):
                connection.execute(
                    text("INSERT INTO users (email, name, password_hash) VALUES (:email, 'A', :secret)"),
                    {"email": "anna@example.org", "secret": CANARY},
                )

    words = log.trace_text(caught(twice))
    engine.dispose()
    assert "23505 ix_users_email" in words
    assert "anna" not in words
    assert CANARY not in words


# The file


def test_the_file_is_this_persons_alone(file: log.LogFile, path: Path) -> None:
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_file_that_was_open_to_others_is_closed_to_them(path: Path) -> None:
    path.touch(0o644)
    log.LogFile(path, faults=False).close()
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_line_has_time_level_and_place(file: log.LogFile, path: Path) -> None:
    logging.getLogger("blogadmin.some.place").info("hello %s", "Anna")
    (line,) = lines(path)
    head = (
        rf"\d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{{3}}Z INFO blogadmin.some.place \[{os.getpid()}:MainThread\] "
    )
    assert __import__("re").fullmatch(head + "hello Anna", line)


def test_no_text_can_pass_for_a_line_of_its_own(file: log.LogFile, path: Path) -> None:
    logging.getLogger("blogadmin").info("title:\n2030-01-01T00:00:00.000Z ERROR forged\r\nx\x85y\u2028z\0")
    first, *others = lines(path)
    assert first.endswith("title:")
    assert others
    assert all(line.startswith("    ") for line in others)


def test_half_a_character_costs_no_line(file: log.LogFile, path: Path) -> None:
    logging.getLogger("blogadmin").info("half \ud800 a character")
    assert lines(path)[0].endswith("half \\ud800 a character")


def test_no_canary_reaches_the_file(file: log.LogFile, path: Path, database_url: str) -> None:
    logger = logging.getLogger("blogadmin.test")
    url = f"postgresql://anna:{CANARY}@db.example.org/blog"
    logger.info("connecting to %s", url)
    logger.error("failed", exc_info=caught(chain))
    logger.warning("row %r", {"password_hash": f"$argon2id$v=19$m=65536,t=3,p=4${CANARY}"})
    cannot = psycopg2.OperationalError(f'connection to "{CANARY}" failed')
    logger.error("no connection", exc_info=cannot)
    log.report(caught(chain))
    echo = logging.getLogger("sqlalchemy.engine.Engine")
    level = echo.level
    echo.setLevel(logging.INFO)
    echo.info("[generated in 0.00011s] %r", {"title": CANARY})
    echo.info("SELECT 1")
    echo.setLevel(level)
    written = path.read_text("utf-8")
    assert "[generated in 0.00011s]\n" in written
    assert "SELECT 1" in written
    assert CANARY not in written
    assert "anna@" not in written


def test_another_handlers_unredacted_trace_is_not_taken_over(file: log.LogFile, path: Path) -> None:
    record = logging.LogRecord("blogadmin", logging.ERROR, "", 0, "failed", (), None)
    record.exc_text = CANARY
    file.handle(record)
    assert CANARY not in path.read_text("utf-8")


def test_a_bug_is_reported_once(file: log.LogFile, path: Path) -> None:
    bug = caught(lambda: int("x"))
    log.report(bug)
    log.report(bug)
    assert sum("Unexpected ValueError" in line for line in lines(path)) == 1


def test_a_bug_that_takes_no_mark_is_reported_all_the_same(file: log.LogFile, path: Path) -> None:
    class Bare(Exception):
        def __setattr__(self, name: str, value: object) -> None:
            raise AttributeError(name)

    log.report(Bare())
    assert "Unexpected" in path.read_text("utf-8")


def test_warnings_of_python_are_logged(file: log.LogFile, path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(True)
        warnings.warn("old habit", stacklevel=1)
    assert "old habit" in path.read_text("utf-8")


def test_a_second_setup_replaces_the_first(file: log.LogFile, path: Path) -> None:
    other = path.with_name("other.log")
    second = log.setup(other, logging.INFO, faults=False)
    logging.getLogger("blogadmin").info("hello")
    assert lines(path) == []
    assert len(lines(other)) == 1
    logging.getLogger().removeHandler(second)
    second.close()


def test_a_folder_that_is_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        log.setup(tmp_path / "missing" / "blogadmin.log")


# Rotation


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "LARGEST", 300)


@pytest.mark.usefixtures("small")
def test_old_files_are_kept_but_not_for_ever(file: log.LogFile, path: Path) -> None:
    for number in range(60):
        logging.getLogger("blogadmin").info("line %d", number)
    kept = sorted(p.name for p in path.parent.iterdir())
    assert kept == ["blogadmin.log", *(f"blogadmin.log.{n}" for n in range(1, log.FILES))]
    assert all(p.stat().st_size <= 300 and p.stat().st_mode & 0o777 == 0o600 for p in path.parent.iterdir())
    assert lines(path)[-1].endswith("line 59")


@pytest.mark.usefixtures("small")
def test_two_programs_share_one_file(file: log.LogFile, path: Path) -> None:
    other = log.LogFile(path, faults=False)
    for number in range(30):
        for handler in (file, other):
            handler.handle(logging.LogRecord("x", logging.INFO, "", 0, f"line {number}", (), None))
    other.close()
    last = "".join(p.read_text("utf-8") for p in sorted(path.parent.iterdir()))
    assert last.count("line 29") == 2
    assert all(p.stat().st_size < 500 for p in path.parent.iterdir())


@pytest.mark.usefixtures("small")
def test_a_file_that_cannot_be_renamed_goes_on(
    file: log.LogFile, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_args: object) -> None:
        raise PermissionError

    monkeypatch.setattr(file, "rotate", refuse)
    for number in range(20):
        logging.getLogger("blogadmin").info("line %d", number)
    assert len(lines(path)) == 20


def test_a_file_that_was_removed_is_begun_anew(file: log.LogFile, path: Path) -> None:
    path.unlink()
    logging.getLogger("blogadmin").info("hello")
    assert len(lines(path)) == 1


def test_a_full_disk_costs_the_line_and_nothing_is_printed(
    file: log.LogFile, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_record: object) -> bool:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(file, "shouldRollover", full)
    logging.getLogger("blogadmin").info("password=%s", CANARY)
    assert CANARY not in capsys.readouterr().err


def test_threads_do_not_tear_each_others_lines(file: log.LogFile, path: Path) -> None:
    def write() -> None:
        for _ in range(100):
            logging.getLogger("blogadmin").info("x" * 200)

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {line[-200:] for line in lines(path)} == {"x" * 200}
    assert len(lines(path)) == 400


def run(program: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", program]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)


def test_a_crash_of_the_interpreter_leaves_its_stack_in_the_file(path: Path) -> None:
    program = textwrap.dedent(f"""
        import faulthandler, logging, signal, os
        from pathlib import Path
        from blogadmin import log
        log.LARGEST = 300
        log.setup(Path({str(path)!r}))
        for n in range(10):
            logging.getLogger("blogadmin").info("line %d", n)
        def falls_over():
            os.kill(os.getpid(), signal.SIGSEGV)
        falls_over()
    """)
    done = run(program)
    assert done.returncode != 0
    assert "in falls_over" in path.read_text("utf-8")


def test_after_closing_faults_are_written_nowhere(path: Path) -> None:
    program = textwrap.dedent(f"""
        import faulthandler
        from pathlib import Path
        from blogadmin import log
        handler = log.setup(Path({str(path)!r}))
        assert faulthandler.is_enabled()
        handler.close()
        assert not faulthandler.is_enabled()
    """)
    done = run(program)
    assert (done.returncode, done.stderr) == (0, "")

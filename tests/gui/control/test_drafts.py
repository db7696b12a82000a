"""What is typed lies in a file of this person's own: exactly, whole, and in one program's hands at a time."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from blogadmin.core.database.engine import Database
from blogadmin.gui.control.draft import Broken, Draft, Newer, encoded, read, written
from blogadmin.gui.control.drafts import Drafts, Free, Kept, put_in_place
from blogadmin.gui.control.tasks import Tasks
from tests.gui.recorder import Recorder

BLNS = Path(__file__).parents[3].parent / "shared" / "data" / "blns.json"
AT = datetime(2026, 11, 12, 10, 42, 7, tzinfo=UTC)
ROOT = Path(__file__).parents[3]


def draft(body: str = "typed", row_id: int | None = 12, noun: str = "posts") -> Draft:
    return Draft(
        noun, row_id, 3, "Slow queries", AT, {"body": "was\r\nthere"}, {"title": "T"}, {"body": body}
    )


def through_a_file(one: Draft) -> Draft:
    return read(b"".join(written(one, b"".join(encoded(one.base)))))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "home" / "drafts"


@pytest.fixture
def program(tasks: Tasks, messages: Recorder, folder: Path, qtbot: QtBot) -> Drafts:
    """The drafts of a program that has opened the test's database."""
    return ready(Drafts(tasks, messages, lambda: folder), qtbot)


@pytest.fixture
def other_program(tasks: Tasks, messages: Recorder, folder: Path, qtbot: QtBot) -> Drafts:
    """Another one on the same database."""
    return ready(Drafts(tasks, messages, lambda: folder), qtbot)


def ready(drafts: Drafts, qtbot: QtBot) -> Drafts:
    qtbot.waitUntil(lambda: drafts.ready)
    return drafts


def keep(drafts: Drafts, one: Draft, qtbot: QtBot) -> Kept:
    """Put a draft into a file of its own and wait until it is there."""
    kept = drafts.begin()
    assert kept is not None
    put(kept, one, qtbot)
    return kept


def put(kept: Kept, one: Draft, qtbot: QtBot) -> tuple[datetime | None, str]:
    told: list[tuple[datetime | None, str]] = []
    kept.told = lambda when, problem: told.append((when, problem))
    kept.put(one)
    qtbot.waitUntil(lambda: bool(told))
    return told[0]


def files(folder: Path, kind: str = "json") -> list[Path]:
    return sorted(folder.rglob(f"*.{kind}"))


def offered(drafts: Drafts, qtbot: QtBot) -> tuple[Free, ...]:
    with qtbot.waitSignal(drafts.offered) as waiting:
        drafts.look()
    assert waiting.args is not None
    return waiting.args[0]


# The format


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a\x00b",
        "one\u2028two\u2029three",
        "CR\r\nLF\nCR\r",
        "half \ud83d",
        "\ud83d\ude00",
        "\udfff",
        '"\\/\b',
    ],
    ids=ascii,
)
def test_a_text_comes_back_code_point_by_code_point(text: str) -> None:
    back = through_a_file(Draft("posts", None, 0, text, AT, {"a": text}, {"b": text}, {"c": text * 9_000}))
    assert (back.caption, back.base["a"], back.values["b"]) == (text, text, text)
    assert back.texts["c"] == text * 9_000


@pytest.mark.skipif(not BLNS.exists(), reason=f"{BLNS} is missing")
def test_naughty_strings_come_back() -> None:
    strings = json.loads(BLNS.read_text("utf-8"))
    one = Draft("posts", 1, 1, "", AT, values={str(n): text for n, text in enumerate(strings)})
    assert len(strings) > 500
    assert through_a_file(one).values == one.values


def test_every_kind_of_value_comes_back() -> None:
    values = {"none": None, "yes": True, "n": 2**62, "x": 1.5, "json": {"tags": ["é", {"a": []}], "b": {}}}
    back = through_a_file(Draft("posts", None, 0, "", AT, values, values, secrets=True))
    assert (back.base, back.values, back.secrets, back.typed_at) == (values, values, True, AT)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"blogadmin": "view"}',
        b"\xff\xfe",
        b'{"blogadmin": "draft", "format": 1}',
        b"[" * 100_000,
    ],
    ids=range(8),
)
def test_what_is_no_draft_is_broken(data: bytes) -> None:
    with pytest.raises(Broken):
        read(data)


def test_a_draft_cut_anywhere_is_broken() -> None:
    one = draft()
    whole = b"".join(written(one, b"".join(encoded(one.base)))).rstrip()
    for end in range(len(whole)):
        with pytest.raises(Broken):
            read(whole[:end])


def test_a_later_format_is_told_apart() -> None:
    one = draft()
    data = b"".join(written(one, b"{}")).replace(b'"format":1', b'"format":2')
    with pytest.raises(Newer):
        read(data)


def test_the_words_of_a_broken_draft_are_not_in_the_error() -> None:
    with pytest.raises(Broken) as failure:
        read(b'{"blogadmin": "draft", "format": "my secret text"}')
    assert "secret" not in str(failure.value)
    assert failure.value.__cause__ is None


# The file


@pytest.mark.skipif(os.name == "nt", reason="Windows has other permissions")
def test_nobody_else_can_read_it_whatever_the_umask(program: Drafts, folder: Path, qtbot: QtBot) -> None:
    before = os.umask(0)
    try:
        keep(program, draft(), qtbot)
    finally:
        os.umask(before)
    (file,) = files(folder)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


@pytest.mark.skipif(os.name == "nt", reason="Windows has other permissions")
def test_it_is_closed_to_others_before_there_is_anything_in_it(tmp_path: Path) -> None:
    seen: list[int] = []

    def pieces() -> Iterator[bytes]:
        seen.extend(stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir())
        yield b"text"

    before = os.umask(0)
    try:
        put_in_place(tmp_path / "one.json", pieces())
    finally:
        os.umask(before)
    assert seen == [0o600]


def test_a_write_that_breaks_off_leaves_the_former_file_alone(tmp_path: Path) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"half"
        raise OSError(28, "No space left on device")

    put_in_place(tmp_path / "one.json", [b"whole"])
    with pytest.raises(OSError, match="No space"):
        put_in_place(tmp_path / "one.json", pieces())
    assert [(file.name, file.read_bytes()) for file in tmp_path.iterdir()] == [("one.json", b"whole")]


def test_the_newest_of_many_wins(program: Drafts, folder: Path, qtbot: QtBot) -> None:
    kept = keep(program, draft("0"), qtbot)
    for number in range(1, 200):
        kept.put(draft(str(number)))
    qtbot.waitUntil(lambda: read(files(folder)[0].read_bytes()).texts["body"] == "199")
    qtbot.waitUntil(lambda: program.tasks.outstanding == 0)
    assert read(files(folder)[0].read_bytes()).texts["body"] == "199"


def test_nothing_is_left_of_it_though_writes_were_under_way(
    program: Drafts, folder: Path, qtbot: QtBot
) -> None:
    for _ in range(30):
        kept = program.begin()
        assert kept is not None
        kept.put(draft("x" * 200_000))
        kept.put(draft("y" * 200_000))
        kept.remove()
    qtbot.waitUntil(lambda: program.tasks.outstanding == 0)
    assert [path for path in folder.rglob("*") if path.is_file()] == []


def test_nothing_is_left_of_it_when_it_is_removed_in_the_middle_of_a_write(
    program: Drafts, folder: Path, messages: Recorder, qtbot: QtBot
) -> None:
    kept = program.begin()
    assert kept is not None
    kept.put(draft("x" * 20_000_000))
    qtbot.waitUntil(lambda: bool(files(folder, "new")))
    kept.remove()
    assert program.tasks.outstanding == 1, "it was still being written"
    qtbot.waitUntil(lambda: program.tasks.outstanding == 0)
    assert [path for path in folder.rglob("*") if path.is_file()] == []
    assert messages.statuses == []


def test_it_goes_also_when_the_program_ends_right_after(program: Drafts, folder: Path, qtbot: QtBot) -> None:
    kept = keep(program, draft(), qtbot)
    kept.put(draft("more"))
    kept.remove()
    program.tasks.close()
    assert files(folder) == []


def test_a_row_that_became_a_new_one_has_one_file(program: Drafts, folder: Path, qtbot: QtBot) -> None:
    kept = keep(program, draft(row_id=12), qtbot)
    put(kept, draft(row_id=None), qtbot)
    assert [read(file.read_bytes()).row_id for file in files(folder)] == [None]


# Who has it


def test_two_programs_never_share_one(
    program: Drafts, other_program: Drafts, folder: Path, qtbot: QtBot
) -> None:
    mine = keep(program, draft("mine"), qtbot)
    assert other_program.take("posts", 12) is None
    assert offered(other_program, qtbot) == ()
    theirs = keep(other_program, draft("theirs"), qtbot)
    assert len(files(folder)) == 2
    mine.release()
    found = other_program.take("posts", 12)
    assert found is not None
    assert found[1].texts["body"] == "mine"
    theirs.remove()
    assert [read(file.read_bytes()).texts["body"] for file in files(folder)] == ["mine"]


def test_one_that_was_taken_meanwhile_cannot_be_taken_or_discarded(
    program: Drafts, other_program: Drafts, folder: Path, qtbot: QtBot
) -> None:
    keep(program, draft(), qtbot).release()
    (free,) = offered(other_program, qtbot)
    taken = program.take("posts", 12)
    assert taken is not None
    assert other_program.take_free(free) is None
    other_program.discard(free)
    assert len(files(folder)) == 1


def test_one_that_was_saved_meanwhile_is_gone(program: Drafts, other_program: Drafts, qtbot: QtBot) -> None:
    kept = keep(program, draft(), qtbot)
    kept.release()
    (free,) = offered(other_program, qtbot)
    program.discard(free)
    assert other_program.take_free(free) is None


def test_a_killed_program_gives_its_draft_away_and_its_remains_go(
    program: Drafts, folder: Path, qtbot: QtBot
) -> None:
    keep(program, draft(), qtbot).release()
    (file,) = files(folder)
    held_by_a_killed_program(file)
    file.with_suffix(".new").write_bytes(b'{"half')
    (free,) = offered(program, qtbot)
    assert free.draft == draft()
    assert files(folder, "new") == files(folder, "lock") == []
    assert program.take("posts", 12) is not None


def held_by_a_killed_program(file: Path) -> None:
    token = file.stem.rpartition("-")[2]
    code = (
        "import sys\n"
        "from PySide6.QtCore import QLockFile\n"
        "lock = QLockFile(sys.argv[1])\n"
        "assert lock.tryLock(0)\n"
        "print('held', flush=True)\n"
        "sys.stdin.read()\n"
    )
    lock = str(file.parent / f"{token}.lock")
    with subprocess.Popen(
        [sys.executable, "-c", code, lock], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        holder.kill()
    assert Path(lock).exists()


def test_a_row_has_its_own_drafts_only_and_the_newest_first(program: Drafts, qtbot: QtBot) -> None:
    for number, (row_id, noun) in enumerate([(1, "posts"), (12, "users"), (12, "posts"), (12, "posts")]):
        keep(program, draft(str(number), row_id, noun), qtbot).release()
    found = [program.take("posts", 12), program.take("posts", 12), program.take("posts", 12)]
    assert [each and each[1].texts["body"] for each in found] == ["3", "2", None]
    assert program.take("posts", 2) is None


def test_drafts_of_another_database_are_not_offered(
    program: Drafts, database_url: str, make_database: Callable[[str | None], str], qtbot: QtBot
) -> None:
    keep(program, draft(), qtbot).release()
    here = program.tasks.database
    with closing(Database(make_database(None))) as other:
        with qtbot.waitSignal(program.offered) as waiting:
            program.tasks.set_database(other)
        assert waiting.args == [()]
        assert program.take("posts", 12) is None
        with qtbot.waitSignal(program.offered) as waiting:
            program.tasks.set_database(here)
    assert waiting.args is not None
    assert [free.draft for free in waiting.args[0]] == [draft()]


# What can be wrong with files


@pytest.mark.expects_log
def test_a_broken_file_is_put_aside(
    program: Drafts, folder: Path, qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    keep(program, draft(), qtbot).release()
    keep(program, draft("whole", 13), qtbot).release()
    broken = next(file for file in files(folder) if "-12-" in file.name)
    broken.write_bytes(b'{"blogadmin": "draft", my secret words')
    assert program.take("posts", 12) is None
    assert [free.draft.row_id for free in offered(program, qtbot)] == [13]
    assert [file.read_bytes()[-5:] for file in files(folder, "broken")] == [b"words"]
    assert "secret" not in caplog.text


def test_a_file_of_a_later_program_is_left_alone(program: Drafts, folder: Path, qtbot: QtBot) -> None:
    keep(program, draft(), qtbot).release()
    (file,) = files(folder)
    file.write_bytes(file.read_bytes().replace(b'"format":1', b'"format":99'))
    assert program.take("posts", 12) is None
    assert offered(program, qtbot) == ()
    assert files(folder) == [file]


def test_a_folder_that_cannot_be_made_is_told_once_until_it_can(
    program: Drafts, folder: Path, messages: Recorder, qtbot: QtBot
) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.write_text("in the way")
    kept = program.begin()
    assert kept is not None
    for text in ("a", "b"):
        when, problem = put(kept, draft(text), qtbot)
        assert when is None
        assert problem
    assert len(messages.statuses) == 1
    assert "cannot be kept on this computer" in messages.statuses[0]
    folder.unlink()
    assert put(kept, draft("c"), qtbot) == (AT, "")
    assert read(files(folder)[0].read_bytes()).texts["body"] == "c"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such limit")
def test_a_full_disk_is_told_and_keeps_what_was_there(
    program: Drafts, folder: Path, messages: Recorder, qtbot: QtBot
) -> None:
    kept = keep(program, draft("before"), qtbot)
    with largest_file(100_000):
        when, problem = put(kept, draft("x" * 1_000_000), qtbot)
    assert when is None
    assert problem
    assert messages.statuses == [f"What you type cannot be kept on this computer: {problem}."]
    assert read(files(folder)[0].read_bytes()).texts["body"] == "before"
    assert files(folder, "new") == []


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """Let no file of this process grow beyond ``size``, as on a disk without room."""
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)

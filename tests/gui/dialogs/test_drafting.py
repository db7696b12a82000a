"""What is typed into a dialog is in a file soon, comes back with the row, and goes when it is saved."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from blogadmin.core.database.errors import OutcomeUnknown
from blogadmin.gui.control.draft import Draft, read
from blogadmin.gui.control.drafts import Drafts
from blogadmin.gui.control.services import Services
from blogadmin.gui.control.tasks import Tasks
from blogadmin.gui.dialogs import drafting
from blogadmin.gui.dialogs.edit_dialog import EditDialog
from blogadmin.gui.dialogs.edit_state import Phase
from blogadmin.gui.dialogs.post import PostDialog
from blogadmin.gui.dialogs.user import UserDialog
from tests.gui.dialogs.conftest import add_post, click, field, ready, retype, words
from tests.gui.recorder import Recorder

Sql = Callable[..., list[tuple[Any, ...]]]
Make = Callable[[type[Any]], Any]
BLNS = Path(__file__).parents[3].parent / "shared" / "data" / "blns.json"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "drafts"


@pytest.fixture
def services(services: Services, folder: Path, qtbot: QtBot) -> Services:
    drafts = Drafts(services.tasks, services.messages, lambda: folder)
    qtbot.waitUntil(lambda: drafts.ready)
    return replace(services, drafts=drafts)


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not wait a second each time."""
    monkeypatch.setattr(drafting, "SOON", 10)


@pytest.fixture
def dialog(make: Make, post: int, soon: None, qtbot: QtBot) -> PostDialog:
    """The post "Slow queries", open."""
    return opened(make, PostDialog, post, qtbot)


def opened(make: Make, kind: type[EditDialog], row_id: int, qtbot: QtBot) -> Any:
    dialog = make(kind)
    dialog.open_for(row_id)
    ready(dialog, qtbot)
    return dialog


def kept(folder: Path) -> list[Draft]:
    found = []
    for file in sorted(folder.rglob("*.json")):
        # The program may take one away meanwhile, on a worker.
        with contextlib.suppress(FileNotFoundError):
            found.append(read(file.read_bytes()))
    return found


def kept_text(folder: Path, name: str) -> str | None:
    found = kept(folder)
    return found[0].texts.get(name, found[0].values.get(name)) if found else None


def add(dialog: QWidget, name: str, text: str) -> None:
    """Type at the end of a field."""
    widget = field(dialog, name)
    widget.setFocus()
    QTest.keyClick(widget, Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(widget, text)


def killed(dialog: EditDialog, folder: Path, qtbot: QtBot) -> None:
    """As if the program had been killed: nobody holds the file, and nothing was tidied up."""
    qtbot.waitUntil(lambda: dialog.services.tasks.outstanding == 0)
    contents = {file: file.read_bytes() for file in folder.rglob("*.json")}
    dialog.finish()
    for file, content in contents.items():
        file.write_bytes(content)


# Typed, saved, discarded


def test_what_is_typed_is_in_a_file_with_what_it_began_from(
    dialog: PostDialog, folder: Path, post: int, qtbot: QtBot
) -> None:
    retype(dialog, "title", "Quick queries")
    add(dialog, "body", " and more")
    qtbot.waitUntil(lambda: kept_text(folder, "body") == "First line\nsecond line and more")
    (draft,) = kept(folder)
    assert (draft.noun, draft.row_id, draft.version) == ("posts", post, 1)
    assert draft.caption == "Quick queries"
    assert draft.base["title"] == "Slow queries"
    assert draft.base["metadata"] == {"tags": ["a"]}
    assert draft.values == {"title": "Quick queries"}
    assert list(draft.texts) == ["body"]


def test_whoever_types_without_a_pause_is_kept_too(make: Make, post: int, folder: Path, qtbot: QtBot) -> None:
    dialog = opened(make, PostDialog, post, qtbot)
    typing = QTimer(interval=20)
    typing.timeout.connect(lambda: QTest.keyClick(field(dialog, "body"), Qt.Key.Key_X))
    typing.start()
    qtbot.waitUntil(lambda: bool(kept(folder)))
    typing.stop()


def test_it_is_gone_once_it_is_saved(
    dialog: PostDialog, folder: Path, post: int, sql: Sql, qtbot: QtBot
) -> None:
    retype(dialog, "title", "Quick queries")
    qtbot.waitUntil(lambda: bool(kept(folder)))
    with qtbot.waitSignal(dialog.finished):
        click(dialog, "saveButton")
    assert sql("SELECT title FROM posts WHERE id = %s", (post,)) == [("Quick queries",)]
    assert [path for path in folder.rglob("*") if path.is_file()] == []


def test_it_is_gone_once_a_new_row_is_saved(
    make: Make, anna: int, folder: Path, soon: None, qtbot: QtBot
) -> None:
    dialog = make(PostDialog)
    dialog.open_new(author_id=anna)
    QTest.keyClicks(field(dialog, "title"), "Brand new")
    qtbot.waitUntil(lambda: kept_text(folder, "slug") == "brand-new")
    assert kept(folder)[0].row_id is None
    with qtbot.waitSignal(dialog.finished):
        click(dialog, "saveButton")
    assert kept(folder) == []


def test_it_is_gone_once_it_is_discarded(
    dialog: PostDialog, folder: Path, messages: Recorder, qtbot: QtBot
) -> None:
    retype(dialog, "title", "Quick queries")
    qtbot.waitUntil(lambda: bool(kept(folder)))
    messages.answer_with("discard")
    with qtbot.waitSignal(dialog.finished):
        QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert kept(folder) == []


def test_it_stays_when_the_person_stays(
    dialog: PostDialog, folder: Path, messages: Recorder, qtbot: QtBot
) -> None:
    retype(dialog, "title", "Quick queries")
    qtbot.waitUntil(lambda: bool(kept(folder)))
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    messages.asks[-1].answer("cancel")
    assert kept_text(folder, "title") == "Quick queries"


def test_it_is_gone_once_all_is_undone(dialog: PostDialog, folder: Path, qtbot: QtBot) -> None:
    retype(dialog, "title", "Quick queries")
    qtbot.waitUntil(lambda: bool(kept(folder)))
    retype(dialog, "title", "Slow queries")
    qtbot.waitUntil(lambda: kept(folder) == [])
    assert dialog.drafting.line.message() == ""


def test_walking_to_another_row_after_discarding_leaves_nothing(
    dialog: PostDialog, folder: Path, anna: int, sql: Sql, messages: Recorder, qtbot: QtBot
) -> None:
    other = add_post(sql, anna, "Other", "other")
    retype(dialog, "title", "Quick queries")
    qtbot.waitUntil(lambda: bool(kept(folder)))
    messages.answer_with("discard")
    dialog.go_to(other)
    qtbot.waitUntil(lambda: dialog.state.id == other and dialog.state.phase is Phase.READY)
    assert kept(folder) == []
    retype(dialog, "title", "Another")
    qtbot.waitUntil(lambda: [draft.row_id for draft in kept(folder)] == [other])


def test_nothing_is_written_for_a_row_that_is_only_looked_at(
    dialog: PostDialog, folder: Path, qtbot: QtBot
) -> None:
    dialog.reload()
    ready(dialog, qtbot)
    QTest.keyClick(field(dialog, "body"), Qt.Key.Key_Down)
    with qtbot.waitSignal(dialog.finished):
        QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert [path for path in folder.rglob("*") if path.is_file()] == []


def test_it_stays_while_nobody_knows_whether_it_was_saved(
    dialog: PostDialog, folder: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    def lost(_work: object, _done: object, failed: Callable[[Exception], object], **_more: object) -> None:
        QTimer.singleShot(0, lambda: failed(OutcomeUnknown("Lost.")))

    monkeypatch.setattr(Tasks, "write", lambda _self, *given, **more: lost(*given, **more))
    retype(dialog, "title", "Quick queries")
    click(dialog, "saveButton")
    qtbot.waitUntil(lambda: "Nobody can tell" in words(dialog, "errorMessage"))
    qtbot.waitUntil(lambda: kept_text(folder, "title") == "Quick queries")


# Never a password


def test_a_password_is_in_no_file(make: Make, anna: int, folder: Path, soon: None, qtbot: QtBot) -> None:
    dialog = opened(make, UserDialog, anna, qtbot)
    retype(dialog, "password", "horse-battery")
    dialog.form["password"].qt.actions()[0].trigger()
    retype(dialog, "passwordAgain", "horse-battery")
    retype(dialog, "name", "Anna K.")
    qtbot.waitUntil(lambda: kept_text(folder, "name") == "Anna K.")
    qtbot.waitUntil(lambda: dialog.services.tasks.outstanding == 0)
    everything = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    assert len(everything) == 2, "the draft and its lock"
    assert not [one for one in everything if b"horse" in one or b"password" in one]
    killed(dialog, folder, qtbot)
    again = opened(make, UserDialog, anna, qtbot)
    assert "password has to be typed again" in words(again, "errorMessage")
    assert field(again, "password").text() == ""


def test_a_password_alone_makes_no_file(
    make: Make, anna: int, folder: Path, soon: None, qtbot: QtBot
) -> None:
    dialog = opened(make, UserDialog, anna, qtbot)
    retype(dialog, "password", "horse-battery")
    line = dialog.drafting.line
    qtbot.waitUntil(lambda: line.message() == "Unsaved changes")
    retype(dialog, "name", "Anna K.")
    qtbot.waitUntil(lambda: bool(kept(folder)))
    retype(dialog, "name", "Anna Kowalczyk")
    qtbot.waitUntil(lambda: kept(folder) == [])


# Put back


def test_it_comes_back_into_the_form_as_unsaved(
    dialog: PostDialog, make: Make, post: int, folder: Path, sql: Sql, qtbot: QtBot
) -> None:
    retype(dialog, "title", "Quick queries")
    add(dialog, "body", "!")
    retype(dialog, "metadata", '{"half": ')
    qtbot.waitUntil(lambda: kept_text(folder, "metadata") == '{"half": ')
    killed(dialog, folder, qtbot)
    again = opened(make, PostDialog, post, qtbot)
    assert again.is_dirty()
    assert again.isWindowModified()
    assert field(again, "title").text() == "Quick queries"
    assert field(again, "body").toPlainText() == "First line\nsecond line!"
    assert field(again, "metadata").toPlainText() == '{"half": '
    assert words(again, "errorMessage").startswith("Restored what was typed on ")
    assert "kept on this computer" in again.drafting.line.message()
    retype(again, "metadata", "{}")
    with qtbot.waitSignal(again.finished):
        click(again, "saveButton")
    assert sql("SELECT title, body FROM posts") == [("Quick queries", "First line\nsecond line!")]
    assert kept(folder) == []


def test_half_a_name_and_a_choice_come_back(
    make: Make, folder: Path, soon: None, services: Services, qtbot: QtBot
) -> None:
    dialog = make(PostDialog)
    dialog.open_new()
    QTest.keyClicks(field(dialog, "title"), "Brand new")
    field(dialog, "status").setCurrentIndex(field(dialog, "status").findData("published"))
    retype(dialog, "author_id", "Ann")
    qtbot.waitUntil(lambda: kept_text(folder, "author_id") == "Ann")
    killed(dialog, folder, qtbot)
    assert services.drafts is not None
    with qtbot.waitSignal(services.drafts.offered) as offer:
        services.drafts.look()
    assert offer.args is not None
    again = make(PostDialog)
    again.open_new()
    assert again.drafting.take_over(offer.args[0][0])
    assert field(again, "author_id").text() == "Ann"
    assert field(again, "title").text() == "Brand new"
    assert again.form["status"].widget.value() == "published"
    retype(again, "title", "Another title")
    assert field(again, "slug").text() == "brand-new", "it was restored, so it is a person's own"


def test_a_body_keeps_its_line_breaks_by_way_of_a_draft(
    make: Make, anna: int, folder: Path, soon: None, sql: Sql, qtbot: QtBot
) -> None:
    row = add_post(sql, anna, "Web", "web", "one\r\ntwo\u2028half\r\nthree")
    dialog = opened(make, PostDialog, row, qtbot)
    add(dialog, "body", "!")
    qtbot.waitUntil(lambda: bool(kept(folder)))
    killed(dialog, folder, qtbot)
    again = opened(make, PostDialog, row, qtbot)
    with qtbot.waitSignal(again.finished):
        click(again, "saveButton")
    assert sql("SELECT body FROM posts") == [("one\r\ntwo\u2028half\r\nthree!",)]


@pytest.mark.skipif(not BLNS.exists(), reason=f"{BLNS} is missing")
def test_naughty_strings_come_back_into_the_fields(
    dialog: PostDialog, make: Make, post: int, folder: Path, qtbot: QtBot
) -> None:
    text = "\n".join(json.loads(BLNS.read_text("utf-8")))
    dialog.form["body"].widget.propose(text)
    dialog.form["title"].widget.propose(text.replace("\n", " "))
    body, title = (dialog.form[name].widget.value() for name in ("body", "title"))
    qtbot.waitUntil(lambda: bool(kept(folder)))
    killed(dialog, folder, qtbot)
    again = opened(make, PostDialog, post, qtbot)
    assert again.form["body"].widget.value() == body
    assert again.form["title"].widget.value() == title


def test_a_row_that_moved_meanwhile_goes_through_the_usual_merge(
    dialog: PostDialog, make: Make, post: int, folder: Path, sql: Sql, qtbot: QtBot
) -> None:
    retype(dialog, "title", "Quick queries")
    qtbot.waitUntil(lambda: bool(kept(folder)))
    killed(dialog, folder, qtbot)
    sql("UPDATE posts SET slug = 'theirs' WHERE id = %s", (post,))
    again = opened(make, PostDialog, post, qtbot)
    assert "Someone changed this post since" in words(again, "errorMessage")
    assert again.state.version == 1
    with qtbot.waitSignal(again.finished):
        click(again, "saveButton")
    assert sql("SELECT title, slug FROM posts") == [("Quick queries", "theirs")]


def test_the_same_field_changed_elsewhere_is_not_overwritten(
    dialog: PostDialog, make: Make, post: int, folder: Path, sql: Sql, qtbot: QtBot
) -> None:
    retype(dialog, "title", "Quick queries")
    qtbot.waitUntil(lambda: bool(kept(folder)))
    killed(dialog, folder, qtbot)
    sql("UPDATE posts SET title = 'Theirs' WHERE id = %s", (post,))
    again = opened(make, PostDialog, post, qtbot)
    click(again, "saveButton")
    qtbot.waitUntil(lambda: again.state.phase is Phase.SAVING)
    ready(again, qtbot)
    assert sql("SELECT title FROM posts") == [("Theirs",)]
    assert kept_text(folder, "title") == "Quick queries"


def test_the_databases_version_can_be_taken_instead(
    dialog: PostDialog, make: Make, post: int, folder: Path, messages: Recorder, qtbot: QtBot
) -> None:
    retype(dialog, "title", "Quick queries")
    qtbot.waitUntil(lambda: bool(kept(folder)))
    killed(dialog, folder, qtbot)
    again = opened(make, PostDialog, post, qtbot)
    click(again, "takeDatabaseButton")
    messages.asks[-1].answer("cancel")
    assert field(again, "title").text() == "Quick queries"
    click(again, "takeDatabaseButton")
    messages.asks[-1].answer("discard")
    qtbot.waitUntil(lambda: field(again, "title").text() == "Slow queries")
    qtbot.waitUntil(lambda: kept(folder) == [])
    assert not again.is_dirty()


def test_what_had_been_saved_after_all_is_not_restored(
    dialog: PostDialog, make: Make, post: int, folder: Path, sql: Sql, qtbot: QtBot
) -> None:
    retype(dialog, "title", "Quick queries")
    add(dialog, "body", "!")
    qtbot.waitUntil(lambda: kept_text(folder, "body") == "First line\nsecond line!")
    killed(dialog, folder, qtbot)
    sql("UPDATE posts SET title = 'Quick queries', body = body || '!' WHERE id = %s", (post,))
    again = opened(make, PostDialog, post, qtbot)
    ready(again, qtbot)
    assert not again.is_dirty()
    assert words(again, "errorMessage") == ""
    assert kept(folder) == []


def test_a_row_deleted_meanwhile_can_be_made_again(
    dialog: PostDialog, make: Make, post: int, folder: Path, sql: Sql, qtbot: QtBot
) -> None:
    retype(dialog, "title", "Quick queries")
    qtbot.waitUntil(lambda: bool(kept(folder)))
    killed(dialog, folder, qtbot)
    sql("DELETE FROM posts")
    again = make(PostDialog)
    again.open_for(post)
    qtbot.waitUntil(lambda: "still kept" in words(again, "errorMessage"))
    click(again, "createAgainButton")
    assert field(again, "slug").text() == "slow-queries"
    qtbot.waitUntil(lambda: [draft.row_id for draft in kept(folder)] == [None])
    with qtbot.waitSignal(again.finished):
        click(again, "saveButton")
    assert sql("SELECT title, slug, body FROM posts") == [
        ("Quick queries", "slow-queries", "First line\nsecond line")
    ]
    assert kept(folder) == []


def test_it_stays_when_nobody_makes_the_deleted_row_again(
    dialog: PostDialog, make: Make, post: int, folder: Path, sql: Sql, services: Services, qtbot: QtBot
) -> None:
    retype(dialog, "title", "Quick queries")
    qtbot.waitUntil(lambda: bool(kept(folder)))
    killed(dialog, folder, qtbot)
    sql("DELETE FROM posts")
    again = make(PostDialog)
    again.open_for(post)
    qtbot.waitUntil(lambda: "still kept" in words(again, "errorMessage"))
    again.finish()
    assert services.drafts is not None
    with qtbot.waitSignal(services.drafts.offered) as offer:
        services.drafts.look()
    assert offer.args is not None
    assert [free.draft.values for free in offer.args[0]] == [{"title": "Quick queries"}]


@pytest.mark.expects_log
def test_a_row_that_cannot_be_read_leaves_its_draft_alone(
    dialog: PostDialog, make: Make, post: int, folder: Path, sql: Sql, qtbot: QtBot
) -> None:
    retype(dialog, "title", "Quick queries")
    qtbot.waitUntil(lambda: bool(kept(folder)))
    killed(dialog, folder, qtbot)
    sql("ALTER TABLE comments RENAME TO elsewhere")
    again = make(PostDialog)
    again.open_for(post)
    qtbot.waitUntil(lambda: again.state.phase is Phase.FAILED)
    again.finish()
    assert kept_text(folder, "title") == "Quick queries"


def test_two_windows_on_one_row_have_a_draft_each(
    dialog: PostDialog, make: Make, post: int, folder: Path, qtbot: QtBot
) -> None:
    retype(dialog, "title", "Mine")
    qtbot.waitUntil(lambda: kept_text(folder, "title") == "Mine")
    other = opened(make, PostDialog, post, qtbot)
    assert field(other, "title").text() == "Slow queries"
    retype(other, "title", "Theirs")
    qtbot.waitUntil(lambda: sorted(draft.values["title"] for draft in kept(folder)) == ["Mine", "Theirs"])
    other.finish()
    assert [draft.values["title"] for draft in kept(folder)] == ["Mine"]


# The line, and what it costs


def test_the_line_says_since_when_and_takes_the_same_room(
    dialog: PostDialog, folder: Path, qtbot: QtBot
) -> None:
    line = dialog.drafting.line
    before = line.geometry()
    assert line.message() == ""
    retype(dialog, "title", "Quick queries")
    assert line.message() == "Unsaved changes"
    qtbot.waitUntil(lambda: "kept on this computer" in line.message())
    assert line.accessibleName() == line.message()
    assert line.geometry() == before


def test_the_line_says_when_nothing_can_be_kept(
    dialog: PostDialog, folder: Path, messages: Recorder, qtbot: QtBot
) -> None:
    for path in folder.rglob("*"):
        path.unlink()
    if folder.exists():
        folder.rmdir()
    folder.write_text("in the way")
    retype(dialog, "title", "Quick queries")
    qtbot.waitUntil(lambda: "not kept" in dialog.drafting.line.message())
    add(dialog, "body", "!")
    assert field(dialog, "body").toPlainText().endswith("!")
    folder.unlink()
    add(dialog, "body", "!")
    qtbot.waitUntil(lambda: dialog.drafting.line.message().startswith("Unsaved changes · kept"))
    assert len(messages.statuses) == 1


def test_a_megabyte_is_kept_whole(
    make: Make, anna: int, folder: Path, soon: None, sql: Sql, qtbot: QtBot
) -> None:
    row = add_post(sql, anna, "Long", "long", "lorem ipsum dolor\n" * 56_000)
    dialog = opened(make, PostDialog, row, qtbot)
    add(dialog, "body", "the end")
    qtbot.waitUntil(lambda: (kept_text(folder, "body") or "").endswith("the end"))
    assert len(kept_text(folder, "body") or "") > 1_000_000

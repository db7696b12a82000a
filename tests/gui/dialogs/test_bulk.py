"""Many rows at once: nothing happens before it is known what would, and every row is accounted for after."""

from __future__ import annotations

import csv
from array import array
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from blogadmin.core import operations
from blogadmin.gui.control.services import Services
from blogadmin.gui.dialogs.bulk import BulkDialog, BulkRequest
from tests.gui.dialogs.conftest import Sql, click, field
from tests.gui.recorder import Recorder

Ask = Callable[..., BulkDialog]


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[QWidget]:
    window = QWidget()
    window.setObjectName("window")
    qtbot.addWidget(window)
    window.show()
    yield window
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def posts(sql: Sql, anna: int) -> array[int]:
    """1,200 drafts of Anna's, each with the tag "old"."""
    rows = sql(
        "INSERT INTO posts (public_id, title, slug, body, status, author_id, metadata)"
        " SELECT gen_random_uuid(), 'Post ' || i, 'post-' || i, 'Body', 'draft', %s, '{\"tags\": [\"old\"]}'"
        " FROM generate_series(1, 1200) i RETURNING id",
        (anna,),
    )
    return array("q", [row[0] for row in rows])


@pytest.fixture
def ask(services: Services, window: QWidget, posts: array[int]) -> Iterator[Ask]:
    """Open the dialog: ``ask(change, asked, ids=…)``."""
    made: list[BulkDialog] = []

    def open_one(change: Callable[[Any], Any], asked: Any = "", ids: array[int] = posts) -> BulkDialog:
        dialog = BulkDialog(services, BulkRequest("post", "Publish", ids, change, asked), window)
        made.append(dialog)
        dialog.open()
        return dialog

    yield open_one
    for dialog in made:
        if shiboken6.isValid(dialog):
            dialog.hide()
            dialog.deleteLater()


def publish(_nothing: object) -> Any:
    return operations.bulk_run.SetColumn("posts", "status", "published")


def told(dialog: BulkDialog, name: str = "report") -> str:
    report = field(dialog, name)
    return report.text() if report.isVisible() else ""


def done(dialog: BulkDialog, qtbot: QtBot) -> str:
    """Wait for the report, and give its words."""
    qtbot.waitUntil(lambda: told(dialog, "bulkOutcome") != "")
    return told(dialog, "bulkOutcome")


def test_first_it_says_what_it_would_do_and_wants_the_number_typed(
    ask: Ask, sql: Sql, posts: array[int], qtbot: QtBot
) -> None:
    sql("UPDATE posts SET status = 'published' WHERE id = %s", (posts[0],))
    sql("DELETE FROM posts WHERE id = %s", (posts[1],))
    dialog = ask(publish)
    start = field(dialog, "startButton")
    assert not start.isEnabled()
    qtbot.waitUntil(lambda: told(dialog) != "")
    assert told(dialog).splitlines()[0] == "1,198 posts. to change"
    assert "1 post. already as wanted" in told(dialog)
    assert "1 post. deleted meanwhile" in told(dialog)
    assert field(dialog, "bulkReason").text().startswith("Type the number 1200")
    QTest.keyClicks(field(dialog, "confirmNumber"), "1,200")
    assert start.isEnabled()
    assert sql("SELECT count(*) FROM posts WHERE status = 'published'") == [(1,)]


def test_it_changes_all_of_them_and_undo_takes_it_back(
    ask: Ask, sql: Sql, services: Services, messages: Recorder, qtbot: QtBot
) -> None:
    dialog = ask(publish)
    QTest.keyClicks(field(dialog, "confirmNumber"), "1200")
    qtbot.waitUntil(field(dialog, "startButton").isEnabled)
    click(dialog, "startButton")
    assert field(dialog, "bulkProgress").isVisible()
    assert done(dialog, qtbot) == "1,200 posts. done"
    assert field(dialog, "bulkTitle").text() == "Publish: done"
    assert sql("SELECT count(*) FROM posts WHERE status = 'published'") == [(1200,)]
    assert messages.toasts == []
    click(dialog, "cancelButton")
    assert [(toast.text, toast.action) for toast in messages.toasts] == [("1,200 posts published", "Undo")]
    services.undo.undo()
    qtbot.waitUntil(lambda: sql("SELECT count(*) FROM posts WHERE status = 'draft'") == [(1200,)])
    qtbot.waitUntil(lambda: services.undo.can_redo)


def test_a_few_rows_need_no_number(ask: Ask, posts: array[int], qtbot: QtBot) -> None:
    dialog = ask(publish, ids=posts[:3])
    qtbot.waitUntil(field(dialog, "startButton").isEnabled)
    assert not field(dialog, "confirmNumber").isVisible()
    assert field(dialog, "startButton").text() == "Change 3 posts"


def test_enter_changes_nothing_unless_the_button_was_chosen(
    ask: Ask, sql: Sql, posts: array[int], qtbot: QtBot
) -> None:
    dialog = ask(publish, ids=posts[:3])
    qtbot.waitUntil(field(dialog, "startButton").isEnabled)
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not (shiboken6.isValid(dialog) and dialog.isVisible()))
    assert sql("SELECT count(*) FROM posts WHERE status = 'published'") == [(0,)]


def test_what_others_changed_meanwhile_is_told_and_can_be_left_out(
    ask: Ask, sql: Sql, posts: array[int], services: Services, window: QWidget, qtbot: QtBot
) -> None:
    # Without the trigger that dates every change.
    sql("SET session_replication_role = replica")
    sql("UPDATE posts SET updated_at = now() - interval '1 hour'")
    sql("RESET session_replication_role")
    ids = ",".join(map(str, posts[:2]))
    sql(f"UPDATE posts SET title = 'Mine' WHERE id IN ({ids})")
    request = BulkRequest("post", "Publish", posts[:10], publish, age=600)
    dialog = BulkDialog(services, request, window)
    dialog.open()
    qtbot.waitUntil(lambda: told(dialog) != "")
    assert "2 posts. changed since the list was read, here or elsewhere" in told(dialog)
    spare = field(dialog, "spareChanged")
    assert spare.isVisible()
    spare.setChecked(True)
    click(dialog, "startButton")
    words = done(dialog, qtbot)
    assert words.splitlines()[0] == "8 posts. done"
    assert "2 posts. changed meanwhile; left alone" in words
    assert sql("SELECT count(*) FROM posts WHERE status = 'published'") == [(8,)]
    dialog.reject()


def test_cancel_stops_and_says_what_is_done_and_stays(
    ask: Ask, sql: Sql, services: Services, qtbot: QtBot
) -> None:
    dialog = ask(publish)
    QTest.keyClicks(field(dialog, "confirmNumber"), "1200")
    qtbot.waitUntil(field(dialog, "startButton").isEnabled)
    click(dialog, "startButton")
    # Before the first chunk has come back.
    click(dialog, "cancelButton")
    assert dialog.isVisible()
    assert not field(dialog, "cancelButton").isEnabled()
    words = done(dialog, qtbot)
    ((published,),) = sql("SELECT count(*) FROM posts WHERE status = 'published'")
    assert published < 1200
    assert words.splitlines()[0] == f"{published:,} post{'' if published == 1 else 's'}. done, and stays so"
    assert f"{1200 - published:,} posts. not reached; they are as before" in words
    assert field(dialog, "bulkTitle").text() == "Publish: cancelled"
    assert field(dialog, "cancelButton").text() == "Close"


def test_the_report_leaves_no_room_of_the_question_and_enter_closes_it(
    ask: Ask, posts: array[int], qtbot: QtBot
) -> None:
    dialog = ask(lambda tags: operations.bulk_run.AddTags(tags), "tags")
    field(dialog, "tags").setText("new")
    QTest.keyClicks(field(dialog, "confirmNumber"), "1200")
    qtbot.waitUntil(field(dialog, "startButton").isEnabled)
    before = dialog.height()
    click(dialog, "startButton")
    running = dialog.height()
    assert running < before
    done(dialog, qtbot)
    assert dialog.height() == running
    assert dialog.focusWidget() is field(dialog, "cancelButton")


def test_while_it_runs_closing_the_window_only_cancels(ask: Ask, sql: Sql, qtbot: QtBot) -> None:
    dialog = ask(publish)
    QTest.keyClicks(field(dialog, "confirmNumber"), "1200")
    qtbot.waitUntil(field(dialog, "startButton").isEnabled)
    click(dialog, "startButton")
    dialog.close()
    assert dialog.isVisible()
    done(dialog, qtbot)
    dialog.close()
    assert not dialog.isVisible()


def test_the_report_tells_of_every_row_and_can_be_kept(
    ask: Ask, posts: array[int], tmp_path: Path, qtbot: QtBot
) -> None:
    dialog = ask(publish, ids=posts[:5])
    qtbot.waitUntil(field(dialog, "startButton").isEnabled)
    assert not field(dialog, "exportButton").isVisible()
    click(dialog, "startButton")
    done(dialog, qtbot)
    click(dialog, "exportButton")
    chooser = dialog.findChild(QFileDialog, "exportDialog")
    assert chooser is not None
    assert chooser.selectedFiles()[0].endswith("publish-report.csv")
    chooser.reject()
    target = tmp_path / "what became of it.csv"
    dialog.write_report(str(target))
    qtbot.waitUntil(lambda: str(target) in field(dialog, "errorMessage").text())
    with target.open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.reader(file))
    assert lines[0][:2] == ["id", "result"]
    assert sorted(int(line[0]) for line in lines[1:]) == sorted(posts[:5])
    assert {line[1] for line in lines[1:]} == {"done"}


def test_a_report_that_cannot_be_written_says_why(
    ask: Ask, posts: array[int], tmp_path: Path, qtbot: QtBot
) -> None:
    dialog = ask(publish, ids=posts[:2])
    qtbot.waitUntil(field(dialog, "startButton").isEnabled)
    click(dialog, "startButton")
    done(dialog, qtbot)
    dialog.write_report(str(tmp_path / "nowhere" / "report.csv"))
    qtbot.waitUntil(lambda: "could not be written" in field(dialog, "errorMessage").text())
    assert "No such file" in field(dialog, "errorMessage").text()
    assert field(dialog, "exportButton").isEnabled()


def test_tags_are_typed_looked_up_and_added(ask: Ask, sql: Sql, posts: array[int], qtbot: QtBot) -> None:
    dialog = ask(lambda tags: operations.bulk_run.AddTags(tags), "tags", ids=posts[:4])
    assert field(dialog, "bulkReason").text() == "Type at least one tag."
    QTest.keyClicks(field(dialog, "tags"), "new,  old , new")
    qtbot.waitUntil(field(dialog, "startButton").isEnabled)
    click(dialog, "startButton")
    assert done(dialog, qtbot) == "4 posts. done"
    rows = sql("SELECT DISTINCT metadata FROM posts WHERE id = ANY(%s)", (posts[:4].tolist(),))
    assert rows == [({"tags": ["old", "new"]},)]


def test_tags_that_all_have_already_change_nothing(ask: Ask, posts: array[int], qtbot: QtBot) -> None:
    dialog = ask(lambda tags: operations.bulk_run.AddTags(tags), "tags", ids=posts[:4])
    QTest.keyClicks(field(dialog, "tags"), "old")
    qtbot.waitUntil(lambda: field(dialog, "bulkReason").text() == "There is nothing to change.")
    assert not field(dialog, "startButton").isEnabled()


def test_a_word_that_cannot_be_a_tag_is_told_at_the_field(ask: Ask, posts: array[int], qtbot: QtBot) -> None:
    dialog = ask(lambda tags: operations.bulk_run.AddTags(tags), "tags", ids=posts[:4])
    field(dialog, "tags").setText("x" * 500)
    qtbot.waitUntil(lambda: field(dialog, "tagsError").text() != "")
    assert not field(dialog, "startButton").isEnabled()
    field(dialog, "tags").setText("short")
    qtbot.waitUntil(field(dialog, "startButton").isEnabled)
    assert field(dialog, "tagsError").text() == ""


def test_the_new_author_is_typed(ask: Ask, sql: Sql, marta: int, posts: array[int], qtbot: QtBot) -> None:
    def give(author_id: int) -> Any:
        return operations.bulk_run.SetColumn("posts", "author_id", author_id)

    dialog = ask(give, "author", ids=posts[:4])
    assert field(dialog, "bulkReason").text() == "Choose an author first."
    field(dialog, "author_id").propose(marta)
    qtbot.waitUntil(field(dialog, "startButton").isEnabled)
    click(dialog, "startButton")
    assert done(dialog, qtbot) == "4 posts. done"
    assert sql("SELECT count(*) FROM posts WHERE author_id = %s", (marta,)) == [(4,)]

"""Rows are deleted only when it is known, and decided, what becomes of what hangs on them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing

import pytest
import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from blogadmin.core import operations
from blogadmin.core.database.changes import Changes
from blogadmin.core.database.engine import Database
from blogadmin.core.database.errors import OutcomeUnknown
from blogadmin.core.operations.operation import Outcome
from blogadmin.gui.control.services import Services
from blogadmin.gui.dialogs.delete import DeleteDialog
from tests.conftest import connect
from tests.gui.dialogs.conftest import Sql, add_post, click, field, words
from tests.gui.recorder import Recorder

Ask = Callable[[str, Sequence[int]], DeleteDialog]


@pytest.fixture
def ask(services: Services, qtbot: QtBot) -> Iterator[Ask]:
    """Open the dialog and wait until it knows what hangs on the rows: ``ask("users", ids)``."""
    made: list[DeleteDialog] = []
    window = QWidget()
    window.setObjectName("window")
    qtbot.addWidget(window)

    def open_one(key: str, ids: Sequence[int]) -> DeleteDialog:
        dialog = DeleteDialog(services, key, ids, window)
        made.append(dialog)
        dialog.open()
        qtbot.waitUntil(lambda: not words(dialog, "dependents").startswith("Looking"))
        return dialog

    yield open_one
    for dialog in made:
        if shiboken6.isValid(dialog):
            dialog.reject()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def add_comments(sql: Sql, post: int, author: int, number: int) -> None:
    sql(
        "INSERT INTO comments (post_id, author_id, body) SELECT %s, %s, 'c' FROM generate_series(1, %s)",
        (post, author, number),
    )


def count(sql: Sql, table: str) -> int:
    return sql(f"SELECT count(*) FROM {table}")[0][0]


def test_its_lines_stand_together_where_there_is_room_to_spare(ask: Ask, post: int) -> None:
    dialog = ask("posts", [post])
    title, found = field(dialog, "deleteTitle"), field(dialog, "dependents")
    assert found.y() - title.geometry().bottom() < title.fontMetrics().height() * 2
    assert found.height() < 2 * found.fontMetrics().height()


def test_a_user_on_whom_nothing_hangs_goes_and_can_come_back(
    ask: Ask, anna: int, sql: Sql, messages: Recorder, qtbot: QtBot
) -> None:
    dialog = ask("users", [anna])
    assert words(dialog, "dependents") == "Nothing hangs on it."
    with qtbot.waitSignal(dialog.deleted):
        click(dialog, "deleteButton")
    assert count(sql, "users") == 0
    messages.toasts[-1].act()
    qtbot.waitUntil(lambda: count(sql, "users") == 1)


def test_enter_cancels(ask: Ask, anna: int, sql: Sql, qtbot: QtBot) -> None:
    dialog = ask("users", [anna])
    assert dialog.focusWidget() is field(dialog, "cancelButton")
    with qtbot.waitSignal(dialog.finished):
        QTest.keyClick(dialog, Qt.Key.Key_Return)
    assert count(sql, "users") == 1


def test_what_a_user_wrote_is_given_to_another(
    ask: Ask, anna: int, marta: int, post: int, sql: Sql, qtbot: QtBot
) -> None:
    add_comments(sql, post, anna, 3)
    dialog = ask("users", [anna])
    assert words(dialog, "dependents") == "“Anna Kowalczyk” has 1 post and 3 comments."
    assert not field(dialog, "deleteButton").isEnabled()
    assert words(dialog, "deleteReason").startswith("Choose who shall own what they wrote")
    heir = field(dialog, "reassign_to")
    heir.setFocus()
    QTest.keyClicks(heir, "lindq")
    qtbot.waitUntil(field(dialog, "authorOffers").isVisible)
    QTest.keyClick(heir, Qt.Key.Key_Return)
    assert words(dialog, "deleteReason") == ""
    with qtbot.waitSignal(dialog.deleted):
        click(dialog, "deleteButton")
    assert sql("SELECT name FROM users") == [("Marta Lindqvist",)]
    assert sql("SELECT DISTINCT author_id FROM posts UNION SELECT author_id FROM comments") == [(marta,)]


def test_the_new_owner_is_not_one_of_those_who_go(
    ask: Ask, anna: int, marta: int, post: int, qtbot: QtBot
) -> None:
    dialog = ask("users", [anna, marta])
    assert words(dialog, "dependents") == "These 2 users together have 1 post."
    heir = field(dialog, "reassign_to")
    heir.setFocus()
    QTest.keyClicks(heir, "marta")
    qtbot.waitUntil(field(dialog, "authorOffers").isVisible)
    QTest.keyClick(heir, Qt.Key.Key_Return)
    assert words(dialog, "deleteReason").startswith("The new owner is among the users to delete")
    assert not field(dialog, "deleteButton").isEnabled()


def test_a_new_owner_who_is_gone_by_then_is_told_at_the_field(
    ask: Ask, anna: int, marta: int, post: int, sql: Sql, qtbot: QtBot
) -> None:
    dialog = ask("users", [anna])
    field(dialog, "reassign_to").propose(marta)
    qtbot.waitUntil(lambda: "Marta" in field(dialog, "reassign_to").text())
    sql("DELETE FROM users WHERE id = %s", (marta,))
    click(dialog, "deleteButton")
    qtbot.waitUntil(lambda: words(dialog, "reassign_toError") != "")
    assert words(dialog, "reassign_toError").startswith("The new owner was deleted meanwhile.")
    assert count(sql, "users") == 1


def test_comments_go_with_their_post_only_when_told(
    ask: Ask, anna: int, post: int, sql: Sql, qtbot: QtBot
) -> None:
    add_comments(sql, post, anna, 12)
    dialog = ask("posts", [post])
    assert words(dialog, "dependents") == "“Slow queries” has 12 comments."
    tick = field(dialog, "with_comments")
    assert tick.text() == "Delete the 12 comments under it, too"
    assert not field(dialog, "deleteButton").isEnabled()
    assert words(dialog, "deleteReason").startswith("The comments cannot stay without their post.")
    QTest.keyClick(tick, Qt.Key.Key_Space)
    with qtbot.waitSignal(dialog.deleted):
        click(dialog, "deleteButton")
    assert (count(sql, "posts"), count(sql, "comments")) == (0, 0)


def test_a_comment_that_came_meanwhile_stops_it(
    ask: Ask, anna: int, post: int, sql: Sql, qtbot: QtBot
) -> None:
    dialog = ask("posts", [post])
    add_comments(sql, post, anna, 1)
    click(dialog, "deleteButton")
    qtbot.waitUntil(lambda: words(dialog, "dependents") == "“Slow queries” has 1 comment.")
    assert words(dialog, "errorMessage").startswith("Nothing was deleted. ")
    assert not field(dialog, "deleteButton").isEnabled()
    assert count(sql, "posts") == 1


def test_very_many_rows_want_their_number_typed(ask: Ask, anna: int, sql: Sql, qtbot: QtBot) -> None:
    ids = [
        row[0]
        for row in sql(
            "INSERT INTO posts (public_id, title, slug, body, author_id)"
            " SELECT gen_random_uuid(), 't', 's' || n, '', %s FROM generate_series(1, 1001) AS n"
            " RETURNING id",
            (anna,),
        )
    ]
    dialog = ask("posts", ids)
    assert field(dialog, "deleteButton").text() == "Delete 1,001 posts"
    assert not field(dialog, "deleteButton").isEnabled()
    QTest.keyClicks(field(dialog, "confirmNumber"), "1,00")
    assert not field(dialog, "deleteButton").isEnabled()
    QTest.keyClicks(field(dialog, "confirmNumber"), "1")
    qtbot.waitUntil(field(dialog, "deleteButton").isEnabled)


def test_a_locked_row_is_told_and_can_be_tried_again(
    ask: Ask, anna: int, database_url: str, database: Database, sql: Sql, qtbot: QtBot
) -> None:
    dialog = ask("users", [anna])
    with closing(connect(database_url)) as other, other.cursor() as cursor:
        cursor.execute("BEGIN; SELECT 1 FROM users WHERE id = %s FOR UPDATE", (anna,))
        click(dialog, "deleteButton")
        qtbot.waitUntil(lambda: words(dialog, "errorMessage") != "")
        cursor.execute("ROLLBACK")
    assert "is changing the same thing right now" in words(dialog, "errorMessage")
    with qtbot.waitSignal(dialog.deleted):
        click(dialog, "retryButton")
    assert count(sql, "users") == 0


def test_nobody_says_that_nothing_was_deleted_before_it_is_known(
    ask: Ask, services: Services, anna: int, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    deleted = Outcome(Changes.of("users", deleted=[anna]), "1 user deleted")

    def lost(_self: object, _session: object) -> Outcome:
        error = OutcomeUnknown("Lost.")
        error.later = lambda: deleted
        raise error

    monkeypatch.setattr(operations.users.DeleteUsers, "apply", lost)
    dialog = ask("users", [anna])
    qtbot.waitUntil(field(dialog, "deleteButton").isEnabled)
    click(dialog, "deleteButton")
    qtbot.waitUntil(lambda: words(dialog, "errorMessage").startswith("The connection broke while deleting."))
    with qtbot.waitSignal(dialog.accepted):
        services.tasks.connection_restored.emit()


def test_without_knowing_what_hangs_on_it_nothing_is_deleted(
    services: Services, anna: int, qtbot: QtBot
) -> None:
    database = services.tasks.database
    services.tasks.set_database(None)
    dialog = DeleteDialog(services, "users", [anna])
    qtbot.addWidget(dialog)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    dialog.open()
    qtbot.waitUntil(lambda: words(dialog, "errorMessage").startswith("What belongs to it could not be read."))
    assert not field(dialog, "deleteButton").isEnabled()
    services.tasks.set_database(database)
    click(dialog, "retryButton")
    qtbot.waitUntil(field(dialog, "deleteButton").isEnabled)


def test_many_rows_go_bit_by_bit_and_every_one_is_accounted_for(
    ask: Ask, anna: int, sql: Sql, qtbot: QtBot
) -> None:
    ids = [
        row[0]
        for row in sql(
            "INSERT INTO posts (public_id, title, slug, body, author_id)"
            " SELECT gen_random_uuid(), 't', 's' || n, '', %s FROM generate_series(1, 1100) AS n"
            " RETURNING id",
            (anna,),
        )
    ]
    sql("DELETE FROM posts WHERE id = %s", (ids[0],))
    dialog = ask("posts", ids)
    qtbot.waitUntil(lambda: "cannot be brought back" in field(dialog, "dependents").text())
    QTest.keyClicks(field(dialog, "confirmNumber"), "1100")
    click(dialog, "deleteButton")
    (run,) = (w for w in QApplication.topLevelWidgets() if w.objectName() == "bulkDialog")
    assert run.isVisible()
    qtbot.waitUntil(lambda: field(run, "bulkOutcome").isVisible())
    words = field(run, "bulkOutcome").text()
    assert words.splitlines() == ["1,099 posts. done", "1 post. deleted meanwhile"]
    assert sql("SELECT count(*) FROM posts") == [(0,)]
    run.close()


def test_two_posts_of_two_titles_are_named_by_number(
    ask: Ask, anna: int, post: int, sql: Sql, qtbot: QtBot
) -> None:
    dialog = ask("posts", [post, add_post(sql, anna, "Second", "second")])
    assert words(dialog, "dependents") == "Nothing hangs on them."
    with qtbot.waitSignal(dialog.deleted) as deleted:
        click(dialog, "deleteButton")
    assert deleted.args[0].message == "2 posts deleted"  # pyright: ignore[reportOptionalSubscript]

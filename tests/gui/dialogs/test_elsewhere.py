"""A dialog knows who else has its row open, and finds out what it was not told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from blogadmin.gui.control.live import OWN_LOGIN, Live
from blogadmin.gui.control.services import Services
from blogadmin.gui.dialogs.edit_dialog import EditDialog
from blogadmin.gui.dialogs.post import PostDialog
from blogadmin.gui.dialogs.user import UserDialog
from tests.core.database.feeding import Told, feeding
from tests.gui.dialogs.conftest import Sql, field, ready, retype, words

Make = Callable[[type[EditDialog]], EditDialog]


@pytest.fixture
def services(services: Services) -> Iterator[Services]:
    """The services, with somebody who listens."""
    live = Live(services.tasks, services.hub)
    live.begin()
    yield replace(services, live=live)
    live.close()


def rows(told: Told) -> list[tuple[str, int]]:
    return [(editor.noun, editor.row_id) for editor in told.editors()]


@pytest.mark.parametrize("kind", [PostDialog, UserDialog])
def test_others_learn_that_a_row_is_edited_here(
    make: Make, kind: type[EditDialog], post: int, anna: int, database_url: str, qtbot: QtBot
) -> None:
    row_id = post if kind is PostDialog else anna
    with feeding(database_url) as (_database, _feed, told):
        told.live()
        dialog = make(kind)
        dialog.open_for(row_id)
        ready(dialog, qtbot)
        qtbot.waitUntil(lambda: rows(told) == [(kind.key, row_id)])
        dialog.reload()
        ready(dialog, qtbot)
        dialog.set_writable(False)
        qtbot.waitUntil(lambda: rows(told) == [])
        dialog.set_writable(True)
        qtbot.waitUntil(lambda: rows(told) == [(kind.key, row_id)])
        dialog.finish()
        qtbot.waitUntil(lambda: rows(told) == [])


def test_the_dialog_says_who_edits_the_row_too(
    make: Make, post: int, database_url: str, qtbot: QtBot
) -> None:
    dialog = make(PostDialog)
    dialog.open_for(post)
    ready(dialog, qtbot)
    assert words(dialog, "editorsLabel") == ""
    with feeding(database_url) as (_database, feed, _told):
        feed.hold("posts", post)
        qtbot.waitUntil(lambda: words(dialog, "editorsLabel") == f"{OWN_LOGIN} is editing this post, too.")
    qtbot.waitUntil(lambda: words(dialog, "editorsLabel") == "")


def test_a_row_that_moved_unnoticed_is_read_again(
    make: Make, post: int, services: Services, sql: Sql, qtbot: QtBot
) -> None:
    dialog = make(PostDialog)
    dialog.open_for(post)
    ready(dialog, qtbot)
    services.hub.lose_track("users")
    sql("UPDATE posts SET title = 'Moved' WHERE id = %s", [post])
    services.hub.lose_track()
    qtbot.waitUntil(lambda: field(dialog, "title").text() == "Moved")


def test_what_is_typed_stays_when_messages_were_missed(
    make: Make, post: int, services: Services, sql: Sql, qtbot: QtBot
) -> None:
    dialog = make(PostDialog)
    dialog.open_for(post)
    ready(dialog, qtbot)
    retype(dialog, "title", "Mine")
    sql("UPDATE posts SET slug = 'moved' WHERE id = %s", [post])
    services.hub.lose_track("posts")
    qtbot.waitUntil(lambda: field(dialog, "slug").text() == "moved")
    assert field(dialog, "title").text() == "Mine"

"""What is changed in this window shows at once; what others change waits until the person asks for it."""

from __future__ import annotations

from array import array

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from blogadmin.core import operations
from blogadmin.core.database.changes import Changes
from blogadmin.gui.control.services import Services
from blogadmin.gui.dialogs.bulk import BulkDialog
from blogadmin.gui.pages.main_window import MainWindow
from blogadmin.gui.pages.page import ListPage
from tests.gui.pages.conftest import OpenWindow, Sql, is_loaded, page_of
from tests.gui.recorder import Recorder

FORTY_MORE = (
    "INSERT INTO posts (public_id, title, slug, body, author_id)"
    " SELECT gen_random_uuid(), 'More ' || i, 'more-' || i, 'Body', (SELECT min(id) FROM users)"
    " FROM generate_series(1, 40) i"
)


def create(services: Services, sql: Sql, title: str) -> None:
    ((author,),) = sql("SELECT min(id) FROM users")
    services.controller.commit(
        operations.posts.CreatePost(title, title.lower().replace(" ", "-"), "Body", "draft", author)
    )


def titles(page: ListPage) -> list[str]:
    return [str(page.model.index(row, 0).data()) for row in range(page.model.rowCount())]


def selected_titles(page: ListPage) -> list[str]:
    rows = (page.model.row_of(row_id) for row_id in page.view.selected_ids())
    return [str(page.model.index(row, 0).data()) for row in rows if row is not None]


def test_a_new_post_is_in_the_list_selected_and_in_view(
    blog: None, open_window: OpenWindow, services: Services, sql: Sql, qtbot: QtBot
) -> None:
    sql(FORTY_MORE)
    page = page_of(open_window(), "posts")
    qtbot.waitUntil(lambda: page.status.text() == "43 posts")
    page.view.scrollToBottom()
    create(services, sql, "Brand new")
    qtbot.waitUntil(lambda: page.status.text() == "44 posts, 1 selected")
    qtbot.waitUntil(lambda: selected_titles(page) == ["Brand new"])
    index = page.view.currentIndex()
    assert index.data() == "Brand new"
    assert page.view.viewport().rect().intersects(page.view.visualRect(index))
    assert not page.news.isVisible()


def test_a_new_post_that_the_search_leaves_out_changes_no_selection(
    window: MainWindow, services: Services, sql: Sql, qtbot: QtBot
) -> None:
    page = page_of(window, "posts")
    QTest.keyClicks(page.search, "Post 2")
    qtbot.waitUntil(lambda: page.status.text() == "1 post")
    page.view.selectRow(0)
    create(services, sql, "Brand new")
    qtbot.waitUntil(lambda: sql("SELECT count(*) FROM posts") == [(4,)])
    qtbot.waitUntil(lambda: services.tasks.outstanding == 0)
    assert page.status.text() == "1 post, 1 selected"
    assert selected_titles(page) == ["Post 2"]
    assert not page.news.isVisible()


def test_deleted_rows_leave_the_list_and_come_back_with_undo(
    window: MainWindow, services: Services, sql: Sql, qtbot: QtBot
) -> None:
    page = page_of(window, "posts")
    before = titles(page)
    first = page.model.id_at(0)
    assert first is not None
    page.view.selectRow(2)
    keeps = page.view.selected_ids()
    services.controller.commit(operations.posts.DeletePosts((first,), with_comments=True))
    qtbot.waitUntil(lambda: page.status.text() == "2 posts, 1 selected")
    assert page.view.selected_ids() == keeps
    window.menus.undo.trigger()
    qtbot.waitUntil(lambda: page.status.text().startswith("3 posts"))
    qtbot.waitUntil(lambda: titles(page) == before)
    assert not page.news.isVisible()


def test_the_comments_that_went_with_a_post_leave_their_list(
    window: MainWindow, services: Services, sql: Sql, qtbot: QtBot
) -> None:
    comments = page_of(window, "comments")
    ((post,),) = sql("SELECT post_id FROM comments")
    services.controller.commit(operations.posts.DeletePosts((post,), with_comments=True))
    qtbot.waitUntil(lambda: comments.status.text() == "0 comments")


def test_rows_of_others_are_only_counted_until_the_person_reloads(
    window: MainWindow, services: Services, sql: Sql, qtbot: QtBot
) -> None:
    page = page_of(window, "posts")
    sql(FORTY_MORE)
    new = [row_id for (row_id,) in sql("SELECT id FROM posts WHERE title LIKE 'More%%'")]
    services.hub.announce(Changes.of("posts", created=new))
    assert page.news.isVisible()
    assert page.news.message() == "40 new posts"
    assert page.status.text() == "3 posts"
    button = page.news.findChild(QPushButton, "bannerAction")
    assert button is not None
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: is_loaded(page) and page.status.text() == "43 posts")
    assert not page.news.isVisible()


# Many rows


SIX_HUNDRED_MORE = FORTY_MORE.replace("40", "600")


def bulk_dialog() -> BulkDialog | None:
    found = (w for w in QApplication.topLevelWidgets() if isinstance(w, BulkDialog) and w.isVisible())
    return next(found, None)


def button(dialog: QWidget, name: str) -> QPushButton:
    found = dialog.findChild(QPushButton, name)
    assert found is not None
    return found


def test_over_many_rows_a_verb_asks_first_and_the_selection_survives(
    blog: None, open_window: OpenWindow, services: Services, messages: Recorder, sql: Sql, qtbot: QtBot
) -> None:
    sql(SIX_HUNDRED_MORE)
    page = page_of(open_window(), "posts")
    qtbot.waitUntil(lambda: page.status.text() == "603 posts")
    page.view.selectAll()
    page.verbs.all["archivedStatusAction"].trigger()
    dialog = bulk_dialog()
    assert dialog is not None
    assert dialog.windowTitle() == "Archive: 603 posts – blogadmin"
    start = button(dialog, "startButton")
    qtbot.waitUntil(start.isEnabled)
    assert sql("SELECT count(*) FROM posts WHERE status = 'archived'") == [(0,)]
    start.click()
    qtbot.waitUntil(lambda: button(dialog, "cancelButton").text() == "Close")
    assert sql("SELECT count(*) FROM posts WHERE status = 'archived'") == [(603,)]
    dialog.close()
    assert page.view.selected_count() == 603
    messages.statuses.clear()
    services.undo.undo()
    qtbot.waitUntil(lambda: services.undo.can_redo)
    assert sql("SELECT count(*) FROM posts WHERE status = 'archived'") == [(0,)]
    assert "603 of 603 rows" in messages.statuses
    qtbot.waitUntil(lambda: services.tasks.outstanding == 0)


def test_over_a_few_rows_a_verb_acts_at_once(window: MainWindow, sql: Sql, qtbot: QtBot) -> None:
    page = page_of(window, "posts")
    page.view.selectAll()
    page.verbs.all["archivedStatusAction"].trigger()
    assert bulk_dialog() is None
    qtbot.waitUntil(lambda: sql("SELECT count(*) FROM posts WHERE status = 'archived'") == [(3,)])
    qtbot.waitUntil(window.menus.undo.isEnabled)


def test_tags_are_asked_for_even_for_one_post(window: MainWindow, sql: Sql, qtbot: QtBot) -> None:
    page = page_of(window, "posts")
    page.view.selectRow(0)
    page.verbs.all["removeTagsAction"].trigger()
    dialog = bulk_dialog()
    assert dialog is not None
    tags = dialog.findChild(QLineEdit, "tags")
    assert tags is not None
    QTest.keyClicks(tags, "a")
    qtbot.waitUntil(button(dialog, "startButton").isEnabled)
    button(dialog, "startButton").click()
    qtbot.waitUntil(lambda: button(dialog, "cancelButton").text() == "Close")
    assert sql('SELECT count(*) FROM posts WHERE metadata = \'{"tags": ["b"]}\'') == [(1,)]
    dialog.close()


def test_a_list_is_loaded_once_when_many_rows_have_been_deleted(
    blog: None, open_window: OpenWindow, services: Services, sql: Sql, qtbot: QtBot
) -> None:
    sql(SIX_HUNDRED_MORE)
    page = page_of(open_window(), "posts")
    qtbot.waitUntil(lambda: page.status.text() == "603 posts")
    loads: list[object] = []
    page.model.began.connect(loads.append)
    ids = array("q", [row_id for (row_id,) in sql("SELECT id FROM posts WHERE title LIKE 'More%%'")])
    run = services.controller.run_bulk(operations.bulk_run.DeleteMany("posts"), ids)
    services.hub.announce(Changes.of("posts", deleted=ids[:5]), services)
    with qtbot.waitSignal(run.finished, timeout=30_000):
        assert loads == []
    qtbot.waitUntil(lambda: page.status.text() == "3 posts")
    assert len(loads) == 1

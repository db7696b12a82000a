"""Two people edit the same row: what differs merges, what clashes is asked about, and nothing is lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPlainTextEdit
from pytestqt.qtbot import QtBot

from blogadmin.core import operations
from blogadmin.gui.control.services import Services
from blogadmin.gui.dialogs import merge_saving
from blogadmin.gui.dialogs.edit_dialog import EditDialog
from blogadmin.gui.dialogs.edit_state import Phase
from blogadmin.gui.dialogs.merge import MergeDialog
from blogadmin.gui.dialogs.post import PostDialog
from blogadmin.gui.dialogs.user import UserDialog
from tests.gui.dialogs.conftest import Sql, add_post, click, field, ready, retype, words
from tests.gui.recorder import Recorder

Make = Callable[[type[EditDialog]], EditDialog]
MINE = (Qt.Key.Key_Right, Qt.Key.Key_Space)
"""From theirs, where the keyboard stands at first, to mine."""
BODY = "one\n\ntwo\n\nthree\n\nfour"


@pytest.fixture
def post(sql: Sql, anna: int) -> int:
    """A post of four paragraphs."""
    return add_post(sql, anna, "Slow queries", "slow-queries", BODY)


@pytest.fixture
def dialog(make: Make, post: int, qtbot: QtBot) -> EditDialog:
    dialog = make(PostDialog)
    dialog.open_for(post)
    ready(dialog, qtbot)
    return dialog


def stored(sql: Sql, *columns: str) -> tuple[Any, ...]:
    return sql(f"SELECT {', '.join(columns)} FROM posts")[0]


def body(dialog: EditDialog, text: str) -> None:
    field(dialog, "body").type_over(text)


def conflict(dialog: EditDialog, qtbot: QtBot) -> MergeDialog:
    """Save, and wait for the window."""
    click(dialog, "saveButton")
    return window(dialog, qtbot)


def window(dialog: EditDialog, qtbot: QtBot) -> MergeDialog:
    def there() -> bool:
        found = dialog.findChildren(MergeDialog, "mergeDialog")
        return any(one.isVisible() for one in found)

    qtbot.waitUntil(there)
    assert dialog.state.phase is Phase.READY
    return next(one for one in dialog.findChildren(MergeDialog) if one.isVisible())


def press(merge: MergeDialog, *keys: Qt.Key) -> None:
    """Press keys where the keyboard is."""
    for key in keys:
        target = merge.focusWidget()
        assert target is not None
        QTest.keyClick(target, key)


def left(merge: MergeDialog) -> str:
    return words(merge, "openConflicts")


def closes(dialog: EditDialog, qtbot: QtBot, act: Callable[[], object]) -> None:
    with qtbot.waitSignal(dialog.finished):
        act()


# Without a question


def test_other_fields_merge_and_it_is_told(
    dialog: EditDialog, sql: Sql, messages: Recorder, qtbot: QtBot
) -> None:
    retype(dialog, "title", "Mine")
    sql("UPDATE posts SET status = 'archived', slug = 'new'")
    closes(dialog, qtbot, lambda: click(dialog, "saveButton"))
    assert stored(sql, "title", "slug", "status") == ("Mine", "new", "archived")
    assert messages.toasts[-1].text == "Saved. Merged with someone’s change of slug and status."
    assert messages.toasts[-1].action == "Undo"


def test_who_it_was_is_told_where_somebody_knows(
    dialog: EditDialog, post: int, sql: Sql, messages: Recorder, qtbot: QtBot
) -> None:
    asked: list[tuple[str, int, int]] = []

    def who(noun: str, row: int, since: int, tell: merge_saving.Tell) -> None:
        asked.append((noun, row, since))
        tell("Anna")

    since = dialog.state.version
    dialog.saving.merging.who_changed = who
    retype(dialog, "title", "Mine")
    sql("UPDATE posts SET status = 'archived'")
    closes(dialog, qtbot, lambda: click(dialog, "saveButton"))
    assert messages.toasts[-1].text == "Saved. Merged with Anna’s change of status."
    assert asked == [("posts", post, since)]


@pytest.mark.parametrize("at_once", [True, False], ids=["here", "on a worker"])
def test_different_paragraphs_merge(
    dialog: EditDialog,
    sql: Sql,
    messages: Recorder,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    at_once: bool,
) -> None:
    if not at_once:
        monkeypatch.setattr(merge_saving, "AT_ONCE", 0)
    body(dialog, BODY.replace("one", "ONE"))
    sql("UPDATE posts SET body = replace(body, 'four', E'FOUR\n\nfive\n')")
    closes(dialog, qtbot, lambda: click(dialog, "saveButton"))
    assert stored(sql, "body") == ("ONE\n\ntwo\n\nthree\n\nFOUR\n\nfive\n",)
    assert messages.toasts[-1].text == "Saved. Merged with someone’s change of text."


def test_line_breaks_of_the_web_form_survive_a_merge(dialog: EditDialog, sql: Sql, qtbot: QtBot) -> None:
    body(dialog, BODY.replace("one", "ONE"))
    sql(r"UPDATE posts SET body = replace(replace(body, 'four', 'FOUR'), E'\n', E'\r\n')")
    closes(dialog, qtbot, lambda: click(dialog, "saveButton"))
    assert stored(sql, "body") == ("ONE\r\n\r\ntwo\r\n\r\nthree\r\n\r\nFOUR",)


def test_metadata_merges_by_key(dialog: EditDialog, sql: Sql, qtbot: QtBot) -> None:
    field(dialog, "metadata").type_over('{"tags": ["a", "mine"], "x": 1}')
    sql('UPDATE posts SET metadata = \'{"tags": ["theirs", "a"], "y": 2}\'')
    closes(dialog, qtbot, lambda: click(dialog, "saveButton"))
    assert stored(sql, "metadata") == ({"tags": ["theirs", "a", "mine"], "x": 1, "y": 2},)


def test_both_did_the_same(dialog: EditDialog, sql: Sql, messages: Recorder, qtbot: QtBot) -> None:
    retype(dialog, "title", "Same")
    retype(dialog, "slug", "mine")
    sql("UPDATE posts SET title = 'Same', status = 'archived'")
    closes(dialog, qtbot, lambda: click(dialog, "saveButton"))
    assert stored(sql, "title", "slug", "status") == ("Same", "mine", "archived")


@pytest.mark.parametrize(
    "statement",
    ["UPDATE posts SET view_count = 7", "UPDATE posts SET created_at = created_at + '1 day'"],
    ids=["a page view", "a time"],
)
def test_what_nobody_edits_is_no_conflict(
    dialog: EditDialog, sql: Sql, messages: Recorder, qtbot: QtBot, statement: str
) -> None:
    retype(dialog, "title", "Mine")
    sql(statement)
    closes(dialog, qtbot, lambda: click(dialog, "saveButton"))
    assert stored(sql, "title") == ("Mine",)
    assert "Merged" not in messages.toasts[-1].text


def test_saving_twice_is_no_conflict(dialog: EditDialog, sql: Sql, qtbot: QtBot) -> None:
    retype(dialog, "title", "Mine")
    stay: list[bool] = []
    dialog.save(lambda: stay.append(True))
    dialog.save(lambda: stay.append(False))
    qtbot.waitUntil(lambda: stay == [True])
    dialog.reload()
    ready(dialog, qtbot)
    retype(dialog, "title", "Mine again")
    closes(dialog, qtbot, lambda: click(dialog, "saveButton"))
    assert stored(sql, "title") == ("Mine again",)


def test_a_bulk_action_of_our_own_is_no_conflict(
    dialog: EditDialog, post: int, services: Services, sql: Sql, qtbot: QtBot
) -> None:
    retype(dialog, "title", "Mine")
    services.controller.commit(operations.posts.SetStatus((post,), "archived"))
    qtbot.waitUntil(lambda: field(dialog, "status").value() == "archived")
    assert field(dialog, "title").text() == "Mine"
    assert words(dialog, "errorMessage") == ""
    assert dialog.state.version == sql("SELECT version FROM posts")[0][0]
    closes(dialog, qtbot, lambda: click(dialog, "saveButton"))
    assert stored(sql, "title", "status") == ("Mine", "archived")


def test_who_types_on_learns_that_the_same_field_moved(
    dialog: EditDialog, post: int, services: Services, sql: Sql, qtbot: QtBot
) -> None:
    retype(dialog, "title", "Mine")
    before = dialog.state.version
    edit = operations.posts.EditPost(
        post, before, {"title": "Slow queries", "slug": "slow-queries"}, {"title": "Theirs", "slug": "new"}
    )
    services.controller.commit(edit)
    qtbot.waitUntil(lambda: words(dialog, "errorMessage").startswith("Someone changed this post meanwhile"))
    assert (field(dialog, "title").text(), field(dialog, "slug").text()) == ("Mine", "new")
    assert dialog.state.version == before
    merge = conflict(dialog, qtbot)
    assert left(merge) == "1 of 1 conflict open"


# With a question


@pytest.fixture
def merge(dialog: EditDialog, sql: Sql, qtbot: QtBot) -> MergeDialog:
    """The window after both changed the title, and the other one the status, too."""
    retype(dialog, "title", "Mine")
    sql("UPDATE posts SET title = 'Theirs', status = 'archived'")
    merge = conflict(dialog, qtbot)
    assert words(dialog, "errorMessage") == (
        "Someone changed this post meanwhile: title and status. Nothing was saved."
    )
    assert stored(sql, "title", "status") == ("Theirs", "archived")
    return merge


def test_the_window_shows_all_three_and_what_merged(merge: MergeDialog) -> None:
    shown = [field(merge, f"title{side}Text").toPlainText() for side in ("Base", "Theirs", "Mine")]
    assert shown == ["Slow queries", "Theirs", "Mine"]
    assert left(merge) == "1 of 1 conflict open"
    assert words(merge, "titleState") == "choose one"
    assert not field(merge, "saveMergedButton").isEnabled()
    assert words(merge, "mergedFields") == "1 field merged without conflict: Status"
    click(merge, "showMergedButton")
    labels = field(merge, "conflictTable").findChildren(QLabel)
    told = [label.text() for label in labels if label.text()]
    assert told == ["Field", "Base", "Theirs", "Mine", "Status", "Published", "Archived", "not changed here"]


def test_mine_is_kept_by_keyboard(
    merge: MergeDialog, dialog: EditDialog, sql: Sql, messages: Recorder, qtbot: QtBot
) -> None:
    assert merge.focusWidget() is field(merge, "titleTheirsRadio")
    press(merge, *MINE)
    assert words(merge, "titleState") == "chosen: mine"
    assert left(merge) == "All conflicts decided"
    closes(
        dialog,
        qtbot,
        lambda: QTest.keyClick(merge, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier),
    )
    assert stored(sql, "title", "status") == ("Mine", "archived")
    assert messages.toasts[-1].text == "Saved. Merged with someone’s change of title and status."


def test_theirs_is_kept_by_keyboard_and_nothing_is_written(
    merge: MergeDialog, dialog: EditDialog, sql: Sql, qtbot: QtBot
) -> None:
    version = stored(sql, "version")
    press(merge, Qt.Key.Key_Space)
    closes(dialog, qtbot, lambda: click(merge, "saveMergedButton"))
    assert stored(sql, "title", "status") == ("Theirs", "archived")
    assert stored(sql, "version") == version


def test_a_title_is_edited_by_hand(merge: MergeDialog, dialog: EditDialog, sql: Sql, qtbot: QtBot) -> None:
    click(merge, "titleEditRadio")
    assert field(merge, "titleResult").text() == "Mine"
    retype(merge, "titleResult", "")
    assert words(merge, "titleMergeError") == "Title is required."
    assert not field(merge, "saveMergedButton").isEnabled()
    retype(merge, "titleResult", "Ours")
    assert words(merge, "titleMergeError") == ""
    closes(dialog, qtbot, lambda: click(merge, "saveMergedButton"))
    assert stored(sql, "title") == ("Ours",)


def test_keep_editing_loses_nothing(merge: MergeDialog, dialog: EditDialog, sql: Sql, qtbot: QtBot) -> None:
    click(merge, "titleEditRadio")
    retype(merge, "titleResult", "Ours")
    with qtbot.waitSignal(merge.finished):
        press(merge, Qt.Key.Key_Escape)
    assert dialog.isVisible()
    assert field(dialog, "title").text() == "Mine"
    assert dialog.is_dirty()
    assert stored(sql, "title") == ("Theirs",)
    click(dialog, "mergeButton")
    again = window(dialog, qtbot)
    assert left(again) == "All conflicts decided"
    closes(dialog, qtbot, lambda: click(again, "saveMergedButton"))
    assert stored(sql, "title") == ("Ours",)


def test_discarding_mine_asks_first(
    merge: MergeDialog, dialog: EditDialog, messages: Recorder, qtbot: QtBot
) -> None:
    click(merge, "discardMineButton")
    messages.asks[-1].answer("cancel")
    assert merge.isVisible()
    assert field(dialog, "title").text() == "Mine"
    click(merge, "discardMineButton")
    messages.asks[-1].answer("discard")
    qtbot.waitUntil(lambda: field(dialog, "title").text() == "Theirs")
    ready(dialog, qtbot)
    assert not dialog.is_dirty()
    assert words(dialog, "errorMessage") == ""


def test_paragraphs_are_decided_one_by_one_by_keyboard(dialog: EditDialog, sql: Sql, qtbot: QtBot) -> None:
    body(dialog, "mine 1\n\ntwo\n\nmine 3\n\nmine 4")
    theirs = "theirs 1\n\nTWO\n\ntheirs 3\n\ntheirs 4"
    sql("UPDATE posts SET body = %s", (theirs,))
    merge = conflict(dialog, qtbot)
    assert left(merge) == "3 of 3 conflicts open"
    assert words(merge, "bodyPlace") == "Conflict 1 of 3, line 1"
    press(merge, Qt.Key.Key_Space, Qt.Key.Key_F8)
    assert words(merge, "bodyPlace") == "Conflict 2 of 3, line 5"
    press(merge, Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Space)
    assert words(merge, "bodyState") == "2 of 3 decided"
    press(merge, Qt.Key.Key_F8)
    click(merge, "bodyEditRadio")
    field(merge, "bodyResult").type_over("ours 4\nand more")
    assert left(merge) == "All conflicts decided"
    closes(dialog, qtbot, lambda: click(merge, "saveMergedButton"))
    assert stored(sql, "body") == ("theirs 1\n\nTWO\n\ntheirs 3\nmine 3\n\nours 4\nand more",)


def test_the_words_that_changed_are_marked(dialog: EditDialog, sql: Sql, qtbot: QtBot) -> None:
    body(dialog, "\U0001f600 one of mine\n\ntwo\n\nthree\n\nfour")
    sql("UPDATE posts SET body = replace(body, 'one', 'the one')")
    merge = conflict(dialog, qtbot)
    assert marked(field(merge, "bodyTheirsText")) == ["the"]
    assert marked(field(merge, "bodyMineText")) == ["\U0001f600", "of mine"]


def marked(text: QPlainTextEdit) -> list[str]:
    fragments = []
    block = text.document().begin()
    while block.isValid():
        parts = block.begin()
        while not parts.atEnd():
            if parts.fragment().charFormat().fontUnderline():
                fragments.append(parts.fragment().text())
            parts += 1
        block = block.next()
    return fragments


def test_a_key_of_the_metadata_is_decided(dialog: EditDialog, sql: Sql, qtbot: QtBot) -> None:
    field(dialog, "metadata").type_over('{"tags": ["a"], "lang": "en", "n": 1}')
    sql('UPDATE posts SET metadata = \'{"tags": ["a", "b"], "lang": "pl"}\'')
    merge = conflict(dialog, qtbot)
    assert words(merge, "metadataPlace") == "“lang”"
    assert field(merge, "metadataBaseText").placeholderText() == "Nothing"
    press(merge, *MINE)
    closes(dialog, qtbot, lambda: click(merge, "saveMergedButton"))
    assert stored(sql, "metadata") == ({"tags": ["a", "b"], "lang": "en", "n": 1},)


def test_markup_in_a_row_is_shown_and_not_obeyed(dialog: EditDialog, sql: Sql, qtbot: QtBot) -> None:
    retype(dialog, "title", "<b>mine</b>")
    sql("UPDATE posts SET title = '<i>theirs</i>', slug = 'x<u>y'")
    merge = conflict(dialog, qtbot)
    assert field(merge, "titleTheirsText").toPlainText() == "<i>theirs</i>"
    assert field(merge, "titleMineText").toPlainText() == "<b>mine</b>"


def test_their_author_is_shown_by_name(make: Make, post: int, marta: int, sql: Sql, qtbot: QtBot) -> None:
    noor = sql("INSERT INTO users (email, name, password_hash) VALUES ('noor@x', 'Noor', 'x') RETURNING id")
    dialog = make(PostDialog)
    dialog.open_for(post)
    ready(dialog, qtbot)
    retype(dialog, "author_id", "marta")
    qtbot.waitUntil(field(dialog, "authorOffers").isVisible)
    QTest.keyClick(field(dialog, "author_id"), Qt.Key.Key_Return)
    sql("UPDATE posts SET author_id = %s", noor[0])
    merge = conflict(dialog, qtbot)
    assert field(merge, "author_idTheirsText").toPlainText() == "Noor <noor@x>"
    assert field(merge, "author_idMineText").toPlainText() == "Marta Lindqvist <marta@example.org>"
    press(merge, *MINE)
    closes(dialog, qtbot, lambda: click(merge, "saveMergedButton"))
    assert stored(sql, "author_id") == (marta,)


def test_a_password_is_never_shown(make: Make, anna: int, sql: Sql, qtbot: QtBot) -> None:
    dialog = make(UserDialog)
    dialog.open_for(anna)
    ready(dialog, qtbot)
    retype(dialog, "name", "Mine")
    for name in ("password", "passwordAgain"):
        retype(dialog, name, "correct horse")
    sql("UPDATE users SET name = 'Theirs'")
    merge = conflict(dialog, qtbot)
    shown = [one.text() for one in merge.findChildren(QLabel)]
    shown += [one.toPlainText() for one in merge.findChildren(QPlainTextEdit)]
    assert not any("horse" in text for text in shown)
    press(merge, *MINE)
    closes(dialog, qtbot, lambda: click(merge, "saveMergedButton"))
    name, hashed = sql("SELECT name, password_hash FROM users")[0]
    assert name == "Mine"
    assert hashed.startswith("$argon2id$")


# Again and again


def test_the_row_moves_elsewhere_while_the_window_is_open(
    merge: MergeDialog, dialog: EditDialog, sql: Sql, qtbot: QtBot
) -> None:
    sql("UPDATE posts SET slug = 'new-slug'")
    press(merge, *MINE)
    closes(dialog, qtbot, lambda: click(merge, "saveMergedButton"))
    assert stored(sql, "title", "slug", "status") == ("Mine", "new-slug", "archived")


def test_the_same_field_moves_again_while_the_window_is_open(
    merge: MergeDialog, dialog: EditDialog, sql: Sql, qtbot: QtBot
) -> None:
    sql("UPDATE posts SET title = 'Theirs, newer'")
    press(merge, *MINE)
    with qtbot.waitSignal(merge.finished):
        click(merge, "saveMergedButton")
    again = window(dialog, qtbot)
    assert stored(sql, "title") == ("Theirs, newer",)
    shown = [field(again, f"title{side}Text").toPlainText() for side in ("Base", "Theirs", "Mine")]
    assert shown == ["Theirs", "Theirs, newer", "Mine"]
    press(again, Qt.Key.Key_Space)
    closes(dialog, qtbot, lambda: click(again, "saveMergedButton"))
    assert stored(sql, "title", "status") == ("Theirs, newer", "archived")


def test_decisions_about_other_paragraphs_are_not_asked_for_again(
    dialog: EditDialog, sql: Sql, qtbot: QtBot
) -> None:
    body(dialog, "mine 1\n\ntwo\n\nthree\n\nmine 4")
    sql("UPDATE posts SET body = E'theirs 1\\n\\ntwo\\n\\nthree\\n\\ntheirs 4'")
    merge = conflict(dialog, qtbot)
    press(merge, *MINE, Qt.Key.Key_F8, *MINE)
    sql("UPDATE posts SET body = E'theirs 1\\n\\ntwo\\n\\nthree\\n\\nnewer 4'")
    with qtbot.waitSignal(merge.finished):
        click(merge, "saveMergedButton")
    again = window(dialog, qtbot)
    assert left(again) == "1 of 1 conflict open"
    assert field(again, "bodyTheirsText").toPlainText() == "newer 4"
    press(again, Qt.Key.Key_Space)
    closes(dialog, qtbot, lambda: click(again, "saveMergedButton"))
    assert stored(sql, "body") == ("mine 1\n\ntwo\n\nthree\n\nnewer 4",)


def test_a_row_that_never_rests_is_not_saved_for_ever(
    dialog: EditDialog, sql: Sql, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(merge_saving, "MERGES", 0)
    retype(dialog, "title", "Mine")
    sql("UPDATE posts SET slug = 'new'")
    click(dialog, "saveButton")
    qtbot.waitUntil(lambda: words(dialog, "errorMessage").startswith("Others keep changing this post."))
    assert field(dialog, "title").text() == "Mine"
    monkeypatch.undo()
    closes(dialog, qtbot, lambda: click(dialog, "retryButton"))
    assert stored(sql, "title", "slug") == ("Mine", "new")


def test_the_row_is_deleted_while_the_window_is_open(
    merge: MergeDialog, dialog: EditDialog, sql: Sql, qtbot: QtBot
) -> None:
    sql("DELETE FROM posts")
    press(merge, *MINE)
    click(merge, "saveMergedButton")
    qtbot.waitUntil(lambda: words(dialog, "errorMessage").startswith("This post was deleted meanwhile."))
    click(dialog, "createAgainButton")
    closes(dialog, qtbot, lambda: click(dialog, "saveButton"))
    assert stored(sql, "title", "slug", "body") == ("Mine", "slow-queries", BODY)


def test_a_merged_save_that_is_refused_says_why_at_its_field(
    dialog: EditDialog, anna: int, sql: Sql, qtbot: QtBot
) -> None:
    add_post(sql, anna, "Fast queries", "fast-queries")
    retype(dialog, "slug", "fast-queries")
    sql("UPDATE posts SET status = 'archived' WHERE slug = 'slow-queries'")
    click(dialog, "saveButton")
    qtbot.waitUntil(lambda: "already belongs to “Fast queries”" in words(dialog, "slugError"))
    assert field(dialog, "slug").text() == "fast-queries"
    assert field(dialog, "status").value() == "archived"

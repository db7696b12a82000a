"""What is looked for on a page: words, conditions and order, and what it says meanwhile."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QLineEdit, QListView, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from blogadmin.core.queries.facets import Facets
from blogadmin.core.queries.spec import Condition, Field, Group, Kind, ListSpec, Sort
from blogadmin.gui.pages.finding import count_words
from blogadmin.gui.pages.finding_words import about
from blogadmin.gui.pages.main_window import MainWindow
from blogadmin.gui.pages.page import ListPage
from blogadmin.gui.pages.posts import POSTS
from blogadmin.gui.tables.list_model import State
from tests.gui.pages.conftest import Sql, child, focused, is_loaded, page_of, press, said

Key, Modifier = Qt.Key, Qt.KeyboardModifier
DRAFT = Condition("status", "is", "draft")
PUBLISHED = Condition("status", "is", "published")


@pytest.fixture
def page(window: MainWindow, sql: Sql, qtbot: QtBot) -> ListPage:
    """The posts: two drafts and "Post 1", published, with the tag "moon" and eight comments."""
    sql("UPDATE posts SET status = 'published', metadata = '{\"tags\": [\"moon\"]}' WHERE slug = 'post-1'")
    with qtbot.waitActive(window):
        window.activateWindow()
    page = page_of(window, "posts")
    page.model.reload()
    qtbot.waitUntil(lambda: is_loaded(page))
    return page


def has(page: ListPage, count: str) -> bool:
    return page.status.text() == count and is_loaded(page)


def test_a_filter_is_added_by_keys_alone(window: MainWindow, page: ListPage, qtbot: QtBot) -> None:
    page.view.setFocus()
    press(Key.Key_F, modifier=Modifier.ControlModifier | Modifier.ShiftModifier)
    assert focused() == "filterFields"
    press(Key.Key_Return)
    assert focused() == "value_draft"
    press(Key.Key_Down, Key.Key_Down, Key.Key_Down, Key.Key_Space)
    press(Key.Key_Return)
    assert said(page) == ["Status: Published"]
    qtbot.waitUntil(lambda: has(page, "1 post"))


def test_counts_stand_beside_the_values(window: MainWindow, page: ListPage, qtbot: QtBot) -> None:
    page.verbs.all["addFilterAction"].trigger()
    press(Key.Key_Return)
    counts = {name: child(window, QLabel, f"count_{name}") for name in ("draft", "published", "archived")}
    qtbot.waitUntil(lambda: counts["draft"].text() != "")
    assert {name: label.text() for name, label in counts.items()} == {
        "draft": "2",
        "published": "1",
        "archived": "0",
    }


def test_counts_that_were_cut_short_say_so() -> None:
    field = Field(Kind.CHOICE, ("draft", "published"))
    assert count_words(Facets((("draft", 1200),), exact=False), field) == {
        "draft": "≥ 1,200",
        "published": "",
    }
    assert count_words(Facets(((True, 3),), exact=True), Field(Kind.FLAG)) == {True: "3", False: "0"}


def test_two_ticks_mean_either_and_nothing_ticked_is_told(
    window: MainWindow, page: ListPage, qtbot: QtBot
) -> None:
    page.verbs.all["addFilterAction"].trigger()
    press(Key.Key_Return)
    press(Key.Key_Return)
    assert child(window, QLabel, "filterProblem").text() == "Tick one or more."
    assert focused() == "value_draft"
    press(Key.Key_Space, Key.Key_Down, Key.Key_Space, Key.Key_Return)
    assert said(page) == ["Status: Draft or In review"]
    qtbot.waitUntil(lambda: has(page, "2 posts"))


def test_escape_leaves_everything_as_it_was(page: ListPage) -> None:
    page.view.setFocus()
    page.verbs.all["addFilterAction"].trigger()
    press(Key.Key_Return, Key.Key_Space, Key.Key_Escape)
    assert said(page) == []
    assert focused() == "table"


def test_one_can_go_back_to_the_fields(window: MainWindow, page: ListPage) -> None:
    page.verbs.all["addFilterAction"].trigger()
    press(Key.Key_Return)
    press(Key.Key_Left, modifier=Modifier.AltModifier)
    assert focused() == "filterFields"


def test_an_author_is_typed_and_never_chosen_among_all(
    window: MainWindow, page: ListPage, qtbot: QtBot
) -> None:
    page.verbs.all["addFilterAction"].trigger()
    press(Key.Key_Down, Key.Key_Return)
    field = child(window, QLineEdit, "filterPerson")
    assert field.hasFocus()
    qtbot.keyClicks(field, "anna")
    qtbot.waitUntil(lambda: any(v.isVisible() for v in _views("authorOffers")))
    press(Key.Key_Return)
    press(Key.Key_Return)
    assert said(page) == ["Author: Anna Kowalczyk"]
    qtbot.waitUntil(lambda: has(page, "3 posts"))


def _views(name: str) -> list[QListView]:
    return [w for w in QApplication.allWidgets() if isinstance(w, QListView) and w.objectName() == name]


def test_a_period_is_chosen_and_can_be_changed_to_dates(
    window: MainWindow, page: ListPage, qtbot: QtBot
) -> None:
    page.finding.show(ListSpec(where=Group((Condition("updated_at", "within", "7d"),))))
    qtbot.waitUntil(lambda: has(page, "3 posts"))
    qtbot.mouseClick(page.filter_bar.chips()[0], Qt.MouseButton.LeftButton)
    assert child(window, QComboBox, "filterPeriod").currentData() == "7d"
    operator = child(window, QComboBox, "filterOperator")
    operator.setCurrentIndex(operator.findData("before"))
    press(Key.Key_Return)
    assert said(page)[0].startswith("Updated: before ")
    qtbot.waitUntil(lambda: page.model.spec.where is not None and is_loaded(page))


@pytest.mark.parametrize(
    "condition",
    [
        DRAFT,
        Condition("status", "any_of", ("draft", "review")),
        Condition("status", "is_not", "draft"),
        Condition("author_id", "is", 1),
        Condition("updated_at", "within", "this_month"),
        Condition("updated_at", "within", "6w"),
        Condition("updated_at", "between", ("2026-10-01", "2026-10-12")),
        Condition("created_at", "after", "2026-10-01"),
        Condition("tags", "contains", "moon"),
        Condition("tags", "is_not", "moon"),
        Condition("metadata", "has_key", "tags"),
        Condition("metadata", "key_is", ("lang", "en")),
        Condition("comments", "at_least", 1),
        Condition("view_count", "between", (1, 2000)),
    ],
)
def test_what_a_chip_says_comes_back_unchanged_from_its_form(
    page: ListPage, condition: Condition, qtbot: QtBot
) -> None:
    page.finding.show(ListSpec(where=Group((condition,))))
    qtbot.waitUntil(lambda: is_loaded(page))
    page.filter_bar.chips()[0].click()
    press(Key.Key_Return)
    qtbot.waitUntil(lambda: is_loaded(page))
    assert page.finding.spec().where == Group((condition,))


def test_words_and_filters_work_together_and_each_can_go(page: ListPage, qtbot: QtBot) -> None:
    page.finding.show(ListSpec(where=Group((DRAFT,))))
    qtbot.waitUntil(lambda: has(page, "2 posts"))
    qtbot.keyClicks(page.search, "Post 2")
    qtbot.waitUntil(lambda: has(page, "1 post"))
    page.filter_bar.chips()[0].setFocus()
    press(Key.Key_Delete)
    assert page.filter_bar.isHidden()
    page.search.clear_and_search()
    qtbot.waitUntil(lambda: has(page, "3 posts"))


def test_delete_in_a_chip_never_deletes_posts(page: ListPage, qtbot: QtBot) -> None:
    page.finding.show(ListSpec(where=Group((DRAFT,))))
    qtbot.waitUntil(lambda: has(page, "2 posts"))
    page.view.selectAll()
    page.filter_bar.chips()[0].setFocus()
    press(Key.Key_Delete)
    assert not [
        w for w in QApplication.topLevelWidgets() if w.objectName() == "deleteDialog" and w.isVisible()
    ]
    qtbot.waitUntil(lambda: is_loaded(page))


def test_filters_are_taken_away_by_keys_from_anywhere(page: ListPage, qtbot: QtBot) -> None:
    remove, clear = page.verbs.all["removeFilterAction"], page.verbs.all["clearFiltersAction"]
    assert not remove.isEnabled()
    page.finding.show(ListSpec(where=Group((DRAFT, Condition("tags", "contains", "a")))))
    assert remove.isEnabled()
    page.view.setFocus()
    press(Key.Key_Backspace, modifier=Modifier.AltModifier)
    assert said(page) == ["Status: Draft"]
    press(Key.Key_Backspace, modifier=Modifier.ControlModifier | Modifier.ShiftModifier)
    assert said(page) == []
    assert not clear.isEnabled()
    qtbot.waitUntil(lambda: has(page, "3 posts"))


def test_an_alternative_stands_beside_its_chip(page: ListPage, qtbot: QtBot) -> None:
    page.finding.show(ListSpec(where=Group((PUBLISHED, Condition("comments", "at_least", 0)))))
    page.filter_bar.alternative_wanted.emit((0,))
    press(Key.Key_Return, Key.Key_Space, Key.Key_Return)
    assert page.finding.spec().where == Group(
        (Group((PUBLISHED, DRAFT), any=True), Condition("comments", "at_least", 0))
    )
    qtbot.waitUntil(lambda: has(page, "3 posts"))


def test_filters_that_match_nothing_say_what_was_wanted_and_lead_back(page: ListPage, qtbot: QtBot) -> None:
    page.finding.show(ListSpec(where=Group((Condition("tags", "contains", "sun"),))))
    title, text = (page.empty.findChild(QLabel, name) for name in ("emptyStateTitle", "emptyStateText"))
    assert title is not None
    assert text is not None
    qtbot.waitUntil(lambda: title.text() == "No posts match these filters")
    assert text.text() == "Tags: sun"
    (way,) = page.empty.buttons()
    assert way.text() == "Clear filters"
    way.click()
    qtbot.waitUntil(lambda: has(page, "3 posts"))


def test_words_and_filters_that_match_nothing_offer_both_ways(page: ListPage, qtbot: QtBot) -> None:
    page.finding.show(ListSpec("nowhere", where=Group((DRAFT,))))
    qtbot.waitUntil(lambda: has(page, "0 posts"))
    assert [way.text() for way in page.empty.buttons()] == ["Clear filters", "Clear all"]
    page.empty.buttons()[1].click()
    qtbot.waitUntil(lambda: has(page, "3 posts"))
    assert page.search.text() == ""


def test_searching_in_bodies_finds_by_text_and_gives_the_order_back(page: ListPage, qtbot: QtBot) -> None:
    page.finding.load(ListSpec(sort=(Sort("title"),)))
    qtbot.waitUntil(lambda: has(page, "3 posts"))
    qtbot.keyClicks(page.search, "Body")
    qtbot.waitUntil(lambda: has(page, "0 posts"))
    press_on = page.finding_row.bodies
    page.verbs.all["bodiesAction"].trigger()
    assert press_on.isChecked()
    qtbot.waitUntil(lambda: has(page, "3 posts"))
    assert page.model.spec.sort == page.model.order == ()
    press_on.click()
    qtbot.waitUntil(lambda: has(page, "0 posts"))
    assert page.model.spec.sort == (Sort("title"),)


def test_only_a_noun_with_bodies_offers_to_search_in_them(window: MainWindow) -> None:
    users = page_of(window, "users")
    assert not users.finding_row.bodies.isVisible()
    assert "bodiesAction" not in users.verbs.all


def test_a_list_that_takes_long_says_so_beforehand_and_can_be_given_up(page: ListPage, qtbot: QtBot) -> None:
    page.finding.load(ListSpec(sort=(Sort("comments"),)))
    assert page.slow.isVisible()
    assert page.slow.message().startswith("This takes a while. No index keeps the order by comments")
    cancel = page.slow.findChild(QPushButton, "bannerAction")
    assert cancel is not None
    cancel.click()
    assert not page.slow.isVisible()
    assert page.model.spec.sort == ()
    qtbot.waitUntil(lambda: has(page, "3 posts"))
    page.finding.load(ListSpec(sort=(Sort("comments"),)))
    qtbot.waitUntil(lambda: has(page, "3 posts"))
    assert not page.slow.isVisible()


def test_an_estimate_is_rounded_and_called_one() -> None:
    assert about(POSTS, 1_203_987) == "about 1,204,000 posts"
    assert about(POSTS, 1_204) == "about 1,204 posts"


def test_many_rows_are_estimated_until_they_are_counted(page: ListPage, qtbot: QtBot) -> None:
    page.finding.notes._take_estimate(1_203_987)
    page.model.row_count_exact = False
    page._forget_count()
    assert page.status.text() == "about 1,204,000 posts"
    page.finding.notes._take_estimate(3)
    assert page.status.text() == "Loading…"
    page.model.reload()
    qtbot.waitUntil(lambda: has(page, "3 posts"))


def test_the_number_of_rows_stands_still_when_only_their_order_changes(page: ListPage, qtbot: QtBot) -> None:
    words: list[str] = []
    page._words_due.setInterval(0)
    page.status_changed.connect(words.append)
    page.finding.load(ListSpec(sort=(Sort("title"),)))
    assert not page.model.row_count_exact
    qtbot.waitUntil(lambda: page.model.state is State.READY)
    assert words == []
    page.finding.load(ListSpec("Post 2"))
    qtbot.waitUntil(lambda: has(page, "1 post"))
    assert words[0] == "Loading…"
    page.finding.load(ListSpec("Post 2", sort=(Sort("slug"),)))
    qtbot.waitUntil(lambda: page.model.state is State.READY)
    assert words[-1] == "1 post"
    assert words.count("Loading…") == 1


def test_what_is_loaded_soon_is_not_said_to_be_loading(page: ListPage, qtbot: QtBot) -> None:
    words: list[str] = []
    page._words_due.setInterval(60_000)
    page.status_changed.connect(words.append)
    page.finding.load(ListSpec("Post 2"))
    assert page.status.text() == "3 posts"
    qtbot.waitUntil(lambda: has(page, "1 post"))
    page.view.selectAll()
    page.finding.load(ListSpec("Post"))
    qtbot.waitUntil(lambda: page.model.state is State.READY)
    assert words == ["1 post", "1 post, 1 selected", "3 posts, 1 selected"]
    assert not page._words_due.isActive()


def test_what_the_database_has_is_asked_after_first_rows(page: ListPage, qtbot: QtBot) -> None:
    notes = page.finding.notes
    qtbot.waitUntil(lambda: notes._able is not None)
    notes._forget()
    page.finding.load(ListSpec("Post 2"))
    assert not notes._soon.isActive()
    qtbot.waitUntil(lambda: notes._able is not None)
    page.finding.load(ListSpec("Post"))
    qtbot.waitUntil(lambda: has(page, "3 posts"))
    assert not notes._soon.isActive()


def test_the_sheet_opens_below_what_it_belongs_to(window: MainWindow, page: ListPage) -> None:
    page.verbs.all["addFilterAction"].trigger()
    panel = child(window, QWidget, "filterPanel")
    button = page.finding_row.add
    assert panel.y() >= button.mapTo(window, QPoint(0, 0)).y()

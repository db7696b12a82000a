"""The model between two answers: what it shows, what it asks for, and what it never does."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, tzinfo

import pytest
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester, QSignalSpy
from PySide6.QtWidgets import QApplication

from blogadmin.core.database.changes import Changes
from blogadmin.core.database.errors import Unavailable
from blogadmin.core.queries.spec import ListSpec, Sort
from blogadmin.gui.tables import time_teller
from blogadmin.gui.tables.cells import Entry
from blogadmin.gui.tables.columns import Column
from blogadmin.gui.tables.list_model import ListModel, State
from blogadmin.gui.tables.row_cache import BLOCK, BLOCKS_KEPT
from blogadmin.gui.tables.unseen import News
from tests.gui.tables.doubles import COLUMNS, HugeList, ManualTasks, MemoryList, thing

Make = Callable[[MemoryList], ListModel]
Role = Qt.ItemDataRole
TITLE = 1
SHOWN = (*COLUMNS[:4], COLUMNS[-2], COLUMNS[5])
BY_TITLE = ListSpec(sort=(Sort("title"),))


def title(model: ListModel, row: int) -> str:
    return model.index(row, TITLE).data()


def titles(manual: ManualTasks, model: ListModel, rows: list[int]) -> list[str]:
    """The titles of rows, once they have been read."""
    for row in rows:
        title(model, row)
    manual.run_all()
    return [title(model, row) for row in rows]


@pytest.fixture
def columns() -> tuple[Column, ...]:
    """Fewer than there are: Qt's tester looks at every cell."""
    return SHOWN


@pytest.fixture(autouse=True)
def watch(model: ListModel) -> Iterator[None]:
    """Let Qt's own tester look at every row after every signal."""
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    yield
    tester.deleteLater()


@pytest.fixture
def loaded(model: ListModel, manual: ManualTasks) -> ListModel:
    """``model`` with all ids and its first rows."""
    model.load(ListSpec())
    manual.run_all()
    return model


def test_the_first_rows_show_before_the_ids_are_there(model: ListModel, manual: ManualTasks) -> None:
    first = QSignalSpy(model.first_rows)
    model.load(ListSpec())
    assert model.state is State.LOADING
    manual.run("first")
    assert first.count() == 1
    assert model.state is State.FIRST
    assert not model.row_count_exact
    assert model.rowCount() == BLOCK
    assert title(model, 0) == thing(1).title
    manual.run_all()
    assert model.state is State.READY
    assert model.row_count_exact
    assert model.rowCount() == 1000


def test_growing_never_resets(model: ListModel, manual: ManualTasks, things: MemoryList) -> None:
    things.chunk = 300
    resets, inserted = QSignalSpy(model.modelReset), QSignalSpy(model.rowsInserted)
    model.load(ListSpec())
    manual.run_all()
    assert resets.count() == 0
    assert inserted.count() > 1
    assert titles(manual, model, [0, 299, 300, 999]) == [thing(n).title for n in (1, 300, 301, 1000)]


def test_ids_that_overtake_the_first_rows_are_shown(model: ListModel, manual: ManualTasks) -> None:
    model.load(ListSpec())
    manual.run("ids")
    assert model.rowCount() == 1000
    manual.run("first")
    assert title(model, 0) == thing(1).title
    assert titles(manual, model, [0, 999]) == [thing(1).title, thing(1000).title]
    assert model.state is State.READY


def test_a_list_that_moved_between_the_two_queries_is_put_right(
    model: ListModel, manual: ManualTasks, things: MemoryList
) -> None:
    model.load(ListSpec())
    manual.run("first")
    del things.rows_by_id[2]
    manual.run("ids")
    assert model.rowCount() == 999
    assert titles(manual, model, [0, 1, 2]) == [thing(n).title for n in (1, 3, 4)]


def test_a_short_list_is_known_from_its_first_rows(model: ListModel, manual: ManualTasks) -> None:
    known = QSignalSpy(model.rows_known)
    model.load(ListSpec(search=thing(5).title))
    manual.run("first")
    assert model.row_count_exact
    assert model.rowCount() == 1
    assert known.at(0)[0] == 1


def test_rows_are_read_in_blocks_when_looked_at(
    loaded: ListModel, manual: ManualTasks, things: MemoryList
) -> None:
    things.asked.clear()
    assert title(loaded, 500) == ""
    manual.run_all()
    assert title(loaded, 500) == thing(501).title
    assert [len(ids) for ids in things.asked] == [BLOCK]
    assert 501 in things.asked[0]


def test_rows_that_scrolling_has_passed_are_not_read(
    loaded: ListModel, manual: ManualTasks, things: MemoryList
) -> None:
    things.asked.clear()
    for first in (200, 600, 900):
        loaded.look_at(first, first + 20)
        assert loaded.entry(first) is None
    manual.run_all()
    assert len(things.asked) == 1
    assert 901 in things.asked[0]
    assert 201 not in things.asked[0]


def test_the_cache_keeps_no_more_than_its_blocks(make_model: Make, manual: ManualTasks) -> None:
    model = make_model(HugeList(100_000))
    model.load(ListSpec())
    manual.run_all()
    last = 10 * (BLOCKS_KEPT + 11)
    for block in range(0, last + 1, 10):
        title(model, block * BLOCK)
        manual.run_all()
    assert len(model.cache.blocks) == BLOCKS_KEPT
    assert title(model, last * BLOCK) == thing(last * BLOCK + 1).title


def test_a_hundred_thousand_rows_make_no_object_each(make_model: Make, manual: ManualTasks) -> None:
    model = make_model(HugeList(100_000))
    gc.collect()
    before = sum(isinstance(found, Entry) for found in gc.get_objects())
    model.load(ListSpec())
    manual.run_all()
    assert model.rowCount() == 100_000
    for row in range(0, 100_000, 1000):
        model.flags(model.index(row, 0))
        assert model.index(row, 3).data(Role.UserRole) == row + 1
    made = sum(isinstance(found, Entry) for found in gc.get_objects()) - before
    assert made <= 4 * BLOCK


def test_sorting_shows_the_new_order_and_keeps_what_points_at_a_row(
    loaded: ListModel, manual: ManualTasks
) -> None:
    """What is remembered by index follows its row, as far as the new list knows it already."""
    near, far = QPersistentModelIndex(loaded.index(998, 2)), QPersistentModelIndex(loaded.index(3, 0))
    loaded.load(BY_TITLE)
    assert title(loaded, 0) == thing(1).title
    manual.run("first")
    assert title(loaded, 0) == thing(1000).title
    assert (near.row(), near.column()) == (1, 2)
    manual.run_all()
    assert near.data(Role.UserRole) == 999
    assert not far.isValid()


def test_loading_again_keeps_everything_until_the_new_list_is_whole(
    loaded: ListModel, manual: ManualTasks, things: MemoryList
) -> None:
    kept = QPersistentModelIndex(loaded.index(700, 0))
    del things.rows_by_id[1]
    things.rows_by_id[2000] = thing(2000)
    loaded.reload()
    assert manual.slots() == ["ids"]
    assert loaded.row_count_exact
    assert title(loaded, 0) == thing(1).title
    manual.run_all()
    assert loaded.rowCount() == 1000
    assert kept.row() == 699
    assert titles(manual, loaded, [0, 999]) == [thing(2).title, thing(2000).title]


def test_words_known_from_the_list_before_stand_in_for_rows_to_come(
    loaded: ListModel, manual: ManualTasks, things: MemoryList
) -> None:
    things.rows_by_id[1] = thing(1, title="Changed")
    loaded.reload()
    manual.run("ids")
    assert title(loaded, 0) == thing(1).title
    manual.run_all()
    assert title(loaded, 0) == "Changed"


def test_a_narrower_search_shrinks_the_list(loaded: ListModel, manual: ManualTasks) -> None:
    loaded.load(ListSpec(search="Title 99999900"))
    manual.run_all()
    assert loaded.rowCount() == 10
    loaded.load(ListSpec())
    manual.run_all()
    assert loaded.rowCount() == 1000


def test_answers_to_an_older_request_are_ignored(loaded: ListModel, manual: ManualTasks) -> None:
    loaded.load(ListSpec(search="Title 99999900"))
    late = manual.waiting[0]
    loaded.load(ListSpec())
    manual.run_all()
    late.done(late.work(None))
    assert title(loaded, 0) == thing(1).title
    assert loaded.rowCount() == 1000


def test_an_empty_list_is_ready_with_no_rows(model: ListModel, manual: ManualTasks) -> None:
    model.load(ListSpec(search="nothing has this"))
    assert not model.row_count_exact
    manual.run_all()
    assert (model.state, model.rowCount(), model.row_count_exact) == (State.READY, 0, True)


def test_a_failed_fetch_is_no_empty_list(loaded: ListModel, manual: ManualTasks, things: MemoryList) -> None:
    failed = QSignalSpy(loaded.failed)
    things.error = Unavailable("The server cannot be reached.")
    loaded.load(BY_TITLE)
    manual.run_all()
    assert loaded.state is State.FAILED
    assert loaded.stale
    assert loaded.error is things.error
    assert failed.count() == 1
    assert loaded.rowCount() == 1000
    assert not loaded.row_count_exact
    assert title(loaded, 0) == thing(1).title
    things.error = None
    loaded.retry()
    assert loaded.error is None
    manual.run_all()
    assert title(loaded, 0) == thing(1000).title
    assert loaded.row_count_exact


def test_rows_that_cannot_be_read_are_asked_for_again_only_by_retry(
    loaded: ListModel, manual: ManualTasks, things: MemoryList
) -> None:
    things.error = Unavailable("The server cannot be reached.")
    title(loaded, 500)
    manual.run_all()
    assert loaded.state is State.FAILED
    assert loaded.rowCount() == 1000
    manual.log.clear()
    assert title(loaded, 800) == ""
    manual.run_all()
    assert manual.log == []
    things.error = None
    loaded.retry()
    assert titles(manual, loaded, [500]) == [thing(501).title]
    assert loaded.state is State.READY


def test_a_row_deleted_elsewhere_shows_as_deleted_and_stays(
    loaded: ListModel, manual: ManualTasks, things: MemoryList
) -> None:
    gone = QSignalSpy(loaded.gone)
    del things.rows_by_id[601]
    assert titles(manual, loaded, [600, 601]) == ["Deleted", thing(602).title]
    index = loaded.index(600, TITLE)
    assert not loaded.flags(index) & Qt.ItemFlag.ItemIsEnabled
    assert not loaded.is_usable(600)
    assert index.data(Role.UserRole) == 601
    assert gone.count() == 1
    assert loaded.rowCount() == 1000


def test_a_commit_elsewhere_shows_in_place(
    loaded: ListModel, manual: ManualTasks, things: MemoryList
) -> None:
    news = QSignalSpy(loaded.news_changed)
    titles(manual, loaded, [3, 500])
    del things.rows_by_id[2]
    things.rows_by_id[4] = thing(4, title="Changed")
    things.rows_by_id[501] = thing(501, title="Changed, too")
    changes = Changes.of("things", created=[5001, 5002], updated=[4, 501], deleted=[2])
    loaded.look_at(0, 20)
    loaded.refresh(changes)
    loaded.refresh(changes)
    assert title(loaded, 1) == thing(2).title
    assert not loaded.is_usable(1)
    assert loaded.index(1, TITLE).data(Role.AccessibleTextRole).endswith(", deleted")
    assert titles(manual, loaded, [3, 500]) == ["Changed", "Changed, too"]
    assert loaded.rowCount() == 1000
    assert [news.at(i)[0] for i in range(news.count())] == [News(created=2, gone=1)]


def test_a_change_to_another_noun_reads_the_screen_again(
    loaded: ListModel, manual: ManualTasks, things: MemoryList
) -> None:
    loaded.look_at(0, 20)
    things.rows_by_id[1] = thing(1, author="Married")
    loaded.refresh(Changes.of("users", updated=[77]))
    manual.run_all()
    assert loaded.index(0, 3).data() == "Married"


@pytest.mark.parametrize("noun", ["things", "users"])
def test_a_row_that_changes_while_it_is_read_is_read_once_more(
    loaded: ListModel, manual: ManualTasks, things: MemoryList, noun: str
) -> None:
    title(loaded, 500)
    while "rows" not in manual.slots():
        QApplication.processEvents()
    reading = manual.waiting.popleft()
    answer = reading.work(None)
    things.rows_by_id[501] = thing(501, title="Changed")
    loaded.refresh(Changes.of(noun, updated=[501]))
    reading.done(answer)
    manual.run_all()
    assert title(loaded, 500) == "Changed"


@pytest.mark.parametrize("slots", [("first", "ids"), ("ids", "first")])
def test_a_row_that_changes_while_the_list_comes_is_read_once_more(
    model: ListModel, manual: ManualTasks, things: MemoryList, slots: tuple[str, str]
) -> None:
    model.load(ListSpec())
    first = next(call for call in manual.waiting if call.slot.endswith("first"))
    answer = first.work(None)
    things.rows_by_id[1] = thing(1, title="Changed")
    for slot in slots:
        if slot == "first":
            model.refresh(Changes.of("things", updated=[1]))
            manual.waiting.remove(first)
            first.done(answer)
        else:
            manual.run("ids")
    manual.run_all()
    assert title(model, 0) == "Changed"


def test_a_row_that_cannot_be_represented_says_so_and_the_page_stays(
    model: ListModel, manual: ManualTasks, things: MemoryList
) -> None:
    things.unreadable = {3}
    model.load(ListSpec())
    manual.run_all()
    index = model.index(2, TITLE)
    assert index.data() == "Unreadable: updated_at: the date lies outside the years 1 to 9999"
    assert "outside the years" in index.data(Role.ToolTipRole)
    assert not model.flags(index) & Qt.ItemFlag.ItemIsEnabled
    assert title(model, 3) == thing(4).title


def test_counting_flags_never_touches_rows(
    loaded: ListModel, manual: ManualTasks, things: MemoryList
) -> None:
    things.asked.clear()
    manual.log.clear()
    for row in range(1000):
        assert loaded.flags(loaded.index(row, 2)) & Qt.ItemFlag.ItemIsSelectable
    manual.run_all()
    assert things.asked == []
    assert loaded.flags(QModelIndex()) == Qt.ItemFlag.NoItemFlags


def test_a_list_longer_than_a_view_can_hold_is_cut_and_says_so(model: ListModel, manual: ManualTasks) -> None:
    model.most_rows = 900
    model.load(ListSpec())
    manual.run_all()
    assert (model.rowCount(), model.total) == (900, 1000)


def test_walking_follows_the_lists_own_order(
    loaded: ListModel, manual: ManualTasks, things: MemoryList
) -> None:
    loaded.load(BY_TITLE)
    manual.run_all()
    assert loaded.walk(500, "next") == 499
    assert loaded.walk(500, "previous") == 501
    assert loaded.walk(500, "first") == 1000
    assert loaded.walk(500, "last") == 1
    assert loaded.walk(1, "next") is None
    assert loaded.walk(1000, "previous") is None
    assert loaded.walk(5555, "next") is None
    loaded.refresh(Changes.of("things", deleted=[999]))
    assert loaded.walk(1000, "next") == 998


def test_sort_by_column_number_loads_that_order(loaded: ListModel, manual: ManualTasks) -> None:
    loaded.sort(TITLE, Qt.SortOrder.DescendingOrder)
    manual.run_all()
    assert loaded.order == (Sort("title", descending=True),)
    assert title(loaded, 0) == thing(1).title
    loaded.sort(5)
    assert loaded.order == (Sort("title", descending=True),)
    loaded.load(ListSpec())
    manual.run_all()
    assert loaded.order == MemoryList.default_sort


def test_times_on_the_screen_stay_true(
    loaded: ListModel, manual: ManualTasks, monkeypatch: pytest.MonkeyPatch
) -> None:
    updated = SHOWN.index(COLUMNS[-2])

    class Later(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:
            return thing(1).updated_at + timedelta(days=3)

    loaded.look_at(0, 20)
    before = loaded.index(0, updated).data()
    monkeypatch.setattr(time_teller, "datetime", Later)
    loaded.look_at(0, 20)
    assert loaded.index(0, updated).data() == before
    monkeypatch.setattr(time_teller, "HOLDS", -1.0)
    loaded.look_at(0, 20)
    assert loaded.index(0, updated).data() == "3 days ago"

"""Rows follow what others commit where they stand; what only a reload would show is counted."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester, QSignalSpy

from blogadmin.core.database.changes import Changes
from blogadmin.core.queries.spec import ListSpec, Sort
from blogadmin.gui.tables.columns import Column
from blogadmin.gui.tables.list_model import ListModel
from blogadmin.gui.tables.unseen import News
from tests.gui.tables.doubles import COLUMNS, ManualTasks, MemoryList, thing

Role = Qt.ItemDataRole
TITLE = 1
SHOWN = (*COLUMNS[:4], COLUMNS[-2])


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


def load(model: ListModel, manual: ManualTasks, spec: ListSpec) -> None:
    model.load(spec)
    manual.run_all()
    model.look_at(0, 20)
    for row in range(21):
        model.index(row, TITLE).data()
    manual.run_all()


@pytest.fixture
def by_title(model: ListModel, manual: ManualTasks) -> ListModel:
    """``model``, sorted by title, with the first screen read."""
    load(model, manual, ListSpec(sort=(Sort("title", descending=True),)))
    return model


def told(spy: QSignalSpy) -> list[News]:
    return [spy.at(i)[0] for i in range(spy.count())]


def reads_when_seen(model: ListModel, manual: ManualTasks, things: MemoryList) -> int:
    """How many queries for rows a list makes once somebody looks at it again; it shows the same till then."""
    before, shown = len(things.asked), model.index(1, TITLE).data()
    model.rest(False)
    assert model.index(1, TITLE).data() == shown
    manual.run_all()
    return len(things.asked) - before


def test_rows_that_stand_elsewhere_now_are_counted_once(
    by_title: ListModel, manual: ManualTasks, things: MemoryList
) -> None:
    news = QSignalSpy(by_title.news_changed)
    things.rows_by_id[2] = thing(2, title="A")
    things.rows_by_id[3] = thing(3, status="archived")
    by_title.refresh(Changes.of("things", updated=[2, 3, 900]))
    manual.run_all()
    by_title.refresh(Changes.of("things", updated=[2]))
    manual.run_all()
    assert by_title.index(1, TITLE).data() == "A"
    assert told(news) == [News(moved=1)]
    things.rows_by_id[2] = thing(2)
    by_title.refresh(Changes.of("things", updated=[2]))
    manual.run_all()
    assert told(news)[-1] == News()


def test_an_own_change_is_no_news(by_title: ListModel, manual: ManualTasks, things: MemoryList) -> None:
    news = QSignalSpy(by_title.news_changed)
    things.rows_by_id[2] = thing(2, title="A")
    by_title.refresh(Changes.of("things", updated=[2], created=[5000]), own=True)
    manual.run_all()
    assert by_title.index(1, TITLE).data() == "A"
    assert told(news) == []


def test_a_list_that_nobody_sees_reads_changed_rows_when_it_is_seen_again(
    by_title: ListModel, manual: ManualTasks, things: MemoryList
) -> None:
    before, asked = by_title.index(1, TITLE).data(), len(things.asked)
    by_title.rest(True)
    for title in ("A", "B"):
        things.rows_by_id[2] = thing(2, title=title)
        by_title.refresh(Changes.of("things", updated=[2], deleted=[3]))
        manual.run_all()
    by_title.lose_track()
    manual.run_all()
    assert len(things.asked) == asked
    assert by_title.index(1, TITLE).data() == before
    assert not by_title.is_usable(2)
    assert reads_when_seen(by_title, manual, things) == 1
    assert by_title.index(1, TITLE).data() == "B"
    assert not reads_when_seen(by_title, manual, things)


def test_a_list_that_nobody_sees_reads_what_is_asked_for(
    by_title: ListModel, manual: ManualTasks, things: MemoryList
) -> None:
    by_title.rest(True)
    by_title.refresh(Changes.of("things", updated=[2]))
    assert by_title.index(500, TITLE).data() != thing(501).title
    manual.run_all()
    assert by_title.index(500, TITLE).data() == thing(501).title
    # Loaded anew it owes nothing.
    load(by_title, manual, ListSpec())
    assert not reads_when_seen(by_title, manual, things)


def test_deleted_rows_count_where_the_list_had_them(
    model: ListModel, manual: ManualTasks, things: MemoryList
) -> None:
    news = QSignalSpy(model.news_changed)
    load(model, manual, ListSpec())
    model.refresh(Changes.of("things", created=[5000]))
    model.refresh(Changes.of("things", deleted=[5000, 700, 2]))
    assert told(news)[-1] == News(gone=2)
    load(model, manual, ListSpec(search="Title"))
    assert told(news)[-1] == News()
    model.refresh(Changes.of("things", deleted=[700, 2]))
    assert told(news)[-1] == News(gone=1)


def test_a_row_that_comes_back_is_no_new_one(
    model: ListModel, manual: ManualTasks, things: MemoryList
) -> None:
    load(model, manual, ListSpec())
    news = QSignalSpy(model.news_changed)
    taken = things.rows_by_id.pop(2)
    model.refresh(Changes.of("things", deleted=[2]))
    assert not model.is_usable(1)
    things.rows_by_id[2] = taken
    model.refresh(Changes.of("things", created=[2]))
    manual.run_all()
    assert model.is_usable(1)
    assert told(news) == [News(gone=1), News()]


def test_a_reload_takes_the_news_away(by_title: ListModel, manual: ManualTasks) -> None:
    by_title.refresh(Changes.of("things", created=[5000]))
    news = QSignalSpy(by_title.news_changed)
    by_title.reload()
    assert told(news) == [News()]
    manual.run_all()
    assert told(news) == [News()]


@pytest.mark.parametrize("noun", [None, "things", "users"])
def test_after_messages_were_missed_the_screen_is_read_again(
    by_title: ListModel, manual: ManualTasks, things: MemoryList, noun: str | None
) -> None:
    news = QSignalSpy(by_title.news_changed)
    things.rows_by_id[2] = thing(2, title="A")
    del things.rows_by_id[3]
    things.rows_by_id[5000] = thing(5000)
    by_title.lose_track(noun)
    manual.run_all()
    assert by_title.index(1, TITLE).data() == "A"
    assert not by_title.is_usable(2)
    assert by_title.rowCount() == 1000
    assert told(news)[-1] == News(created=0 if noun == "users" else 1, moved=1, gone=1)


def test_messages_missed_while_loading_count_for_what_is_loaded(
    model: ListModel, manual: ManualTasks, things: MemoryList
) -> None:
    model.load(ListSpec())
    model.lose_track()
    manual.run_all()
    things.rows_by_id[1] = thing(1, title="A")
    asked = len(things.asked)
    model.index(0, TITLE).data()
    manual.run_all()
    assert asked > 0, "the rows that came with the list were read once more"


def test_who_edits_a_row_stands_behind_its_title(
    by_title: ListModel, manual: ManualTasks, things: MemoryList
) -> None:
    def detail(row: int) -> str:
        entry = by_title.entry(row)
        assert entry is not None
        return entry.details[TITLE]

    plain = detail(1)
    by_title.set_editors({2: "anna is editing", 999: "bob is editing"})
    assert detail(1) == "anna is editing"
    assert "anna is editing" in by_title.index(1, TITLE).data(Role.ToolTipRole)
    assert "anna is editing" in by_title.index(1, TITLE).data(Role.AccessibleTextRole)
    by_title.refresh(Changes.of("things", updated=[2]))
    manual.run_all()
    assert detail(1) == "anna is editing"
    load(by_title, manual, ListSpec())
    assert detail(1) == "anna is editing"
    by_title.set_editors({2: "anna and bob are editing"})
    assert detail(1) == "anna and bob are editing"
    by_title.set_editors({})
    assert detail(1) == plain
    assert "editing" not in by_title.index(1, TITLE).data(Role.ToolTipRole)


def test_names_of_editors_are_words_and_no_markup(by_title: ListModel) -> None:
    by_title.set_editors({2: "<b>anna</b> is editing"})
    assert "<b>" not in by_title.index(1, TITLE).data(Role.ToolTipRole)

"""Rows that a list no longer needs go few at a time."""

from __future__ import annotations

import weakref
from array import array
from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from blogadmin.gui.tables.leaving import PORTION, Leaving
from blogadmin.gui.tables.row_cache import BLOCK, RowCache
from blogadmin.gui.tables.row_order import Ids


class Row:
    """Stands for an entry; whether it is still there can be seen."""

    def __init__(self, row_id: int) -> None:
        self.id = row_id


@pytest.fixture
def owner() -> Iterator[QObject]:
    made = QObject()
    yield made
    made.deleteLater()


def cache_of(blocks: int) -> tuple[RowCache, list[weakref.ref[Row]]]:
    """A cache of so many blocks, and a look at each of its rows."""
    ids = range(1, blocks * BLOCK + 1)
    rows: dict[int, Any] = {row_id: Row(row_id) for row_id in ids}
    cache = RowCache(Ids(array("q", ids)))
    for block in range(blocks):
        cache.put(block, rows, lambda _id, _before: pytest.fail("none is lacking"))
    return cache, [weakref.ref(row) for row in rows.values()]


def there(rows: list[weakref.ref[Row]]) -> int:
    return sum(row() is not None for row in rows)


def test_many_rows_go_a_portion_at_a_time(owner: QObject) -> None:
    leaving = Leaving(owner)
    cache, rows = cache_of(3 * PORTION)
    leaving.add(cache)
    del cache
    assert there(rows) == len(rows), "they go later, not while the next list is about to be painted"
    left: list[int] = []
    while leaving._timer.isActive():
        leaving._timer.timeout.emit()
        left.append(there(rows))
    assert left == [2 * PORTION * BLOCK, PORTION * BLOCK, 0]
    assert len(leaving) == 0


def test_nothing_to_give_back_wakes_nobody(owner: QObject) -> None:
    leaving = Leaving(owner)
    leaving.add(RowCache())
    assert not leaving._timer.isActive()


def test_a_second_list_follows_the_first(qtbot: QtBot, owner: QObject) -> None:
    leaving = Leaving(owner)
    (one, rows), (other, more) = cache_of(2), cache_of(PORTION)
    leaving.add(one)
    leaving.add(other)
    del one, other
    qtbot.waitUntil(lambda: there(rows) + there(more) == 0)

"""Rows that follow what is committed, here and elsewhere, without moving under a person's hand."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal

from blogadmin.core.database.changes import Changes
from blogadmin.core.queries.spec import Sort
from blogadmin.gui.tables.cell_roles import full_text, rich_tooltip
from blogadmin.gui.tables.cells import Condition, Entry, gone, main_column
from blogadmin.gui.tables.columns import CellKind, Column
from blogadmin.gui.tables.fetched_rows import FetchedRows
from blogadmin.gui.tables.known_rows import Index, Missing
from blogadmin.gui.tables.row_cache import SHIFT, RowCache
from blogadmin.gui.tables.source import Reads, Source
from blogadmin.gui.tables.unseen import Unseen

NEW_AT_MOST = 1000
"""New rows that are counted after messages were missed."""

_TOOLTIP = int(Qt.ItemDataRole.ToolTipRole)


class FollowedRows(FetchedRows):
    """Reads rows again where they stand, counts what only another loading would show, marks who edits what.

    Signals:
        news_changed(News): what others did since the list was loaded.
    """

    news_changed = Signal(object)

    def __init__(
        self,
        tasks: Reads,
        columns: Sequence[Column],
        listing: Callable[[], Source],
        noun: str,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(tasks, columns, listing, noun, parent)
        self._unseen = Unseen()
        self._told = self._unseen.news
        self._main = main_column(self.columns)
        self._editors: Mapping[int, str] = {}
        self._unmarked: dict[int, str] = {}

    @property
    def order(self) -> tuple[Sort, ...]:
        """The order of the list that is shown."""
        return self.listed.sort

    def refresh(self, changes: Changes, *, own: bool = False) -> None:
        """Take in what a commit changed, here or elsewhere, without moving any row.

        Rows on the screen are read again where they stand, deleted ones show as deleted, new ones are
        only counted. A change to another noun can show here too, as an author's name or a count. Of what a
        person did in this window, ``own``, there is no news to tell.
        """
        touched = changes.touched(self.noun)
        deleted = changes.deleted.get(self.noun, frozenset())
        others = {*changes.created, *changes.updated, *changes.deleted} - {self.noun}
        self._former = {row_id: entry for row_id, entry in self._former.items() if row_id not in touched}
        known = [(row, entry) for row, entry in self.cache.entries() if entry.id in touched]
        if not own:
            self._unseen.watch((entry for _row, entry in known), self._key())
        self._put_rows({row: gone(self.columns, e.id, e) for row, e in known if e.id in deleted})
        still_there = touched - deleted
        stale = {row >> SHIFT for row, e in known if e.id in still_there}
        self._read_again({*self.cache.blocks} if others else stale)
        # What is on its way may have been read before the commit.
        self._reader.want_again(
            block
            for block in self._reader.reading
            if others or not touched.isdisjoint(self.cache.block_ids(block) or touched)
        )
        if not own:
            shown = {entry.id for _row, entry in known}
            self._unseen.note(changes, self.noun, shown | self._listed(changes), narrowed=self._is_narrowed())
            self._tell_news()

    def lose_track(self, noun: str | None = None) -> None:
        """Any row of ``noun``, or of every noun, may have changed: read again what is on the screen.

        The others are read when they come into view. How many rows are new is looked up.
        """
        self._former = {}
        self._unseen.watch((entry for _row, entry in self.cache.entries()), self._key())
        self._read_again({*self.cache.blocks})
        self._reader.want_again(self._reader.reading)
        newest = self.cache.order.newest
        if noun in (None, self.noun) and newest:
            spec, listing = self.listed, self.listing
            self.tasks.read(
                f"{self.noun}.newer",
                lambda session: listing().places.newer(session, spec, newest, NEW_AT_MOST),
                partial(self._take_newer, self.cache),
                # It was only a courtesy; what is wrong shows where rows are read.
                lambda _error: None,
            )

    def set_editors(self, words: Mapping[int, str]) -> None:
        """Mark the rows that somebody edits elsewhere, by id, with ``words`` such as "anna is editing"."""
        former, self._editors = self._editors, words
        if former or words:
            self._mark(row for row, e in self.cache.entries() if e.id in former or e.id in words)
            self._unmarked = {i: plain for i, plain in self._unmarked.items() if i in words}

    # What is new

    def _forget_news(self) -> None:
        self.tasks.cancel(f"{self.noun}.newer")
        self._unseen.clear()
        self._tell_news()

    def _tell_news(self) -> None:
        news = self._unseen.news
        if news != self._told:
            self._told = news
            self.news_changed.emit(news)

    def _take_newer(self, cache: RowCache, ids: Sequence[int]) -> None:
        if cache is self.cache:
            self._unseen.found(ids)
            self._tell_news()

    def _listed(self, changes: Changes) -> set[int]:
        """New rows that the list has already, because they came while it was being read."""
        newest = self.cache.order.newest
        created = changes.created.get(self.noun, frozenset())
        return {i for i in created if i <= newest and self.row_of(i) is not None}

    def _is_narrowed(self) -> bool:
        return bool(self.listed.search or self.listed.where)

    def _key(self) -> Callable[[Entry], tuple[Any, ...]]:
        """What places a row in the list. The words of a time say how long ago it is, and so will not do."""
        places = [place for by in self.order if (place := self.column_of(by.column)) is not None]
        told = [place for place in places if self.columns[place].kind is not CellKind.TIME]
        timed = [place for place in places if self.columns[place].kind is CellKind.TIME]
        return lambda e: (*(e.cells[place] for place in told), *(e.values[place] for place in timed))

    # Who edits what

    def _mark(self, rows: Iterable[int]) -> None:
        changed: dict[int, Entry] = {}
        for row in rows:
            entry = self.cache.entry(row)
            if entry is None:
                continue
            words = self._editors.get(entry.id)
            if words is not None and entry.condition is not Condition.LIVE:
                continue
            shown = entry.details[self._main]
            if words is None:
                shown = self._unmarked.get(entry.id, shown)
            elif shown != words:
                if entry.id not in self._unmarked:
                    self._unmarked[entry.id] = shown
                shown = words
            if shown != entry.details[self._main]:
                details = (*entry.details[: self._main], shown, *entry.details[self._main + 1 :])
                changed[row] = entry._replace(details=details)
        self._put_rows(changed)

    # What becomes known

    def _swap(self, cache: RowCache, places: Mapping[int, int]) -> None:
        super()._swap(cache, places)
        self._unseen.forget_places()
        if self._editors:
            self._mark(row for row, e in cache.entries() if e.id in self._editors)

    def _put_blocks(self, blocks: Collection[int], entries: Mapping[int, Entry], missing: Missing) -> None:
        super()._put_blocks(blocks, entries, missing)
        if self._editors.keys() & entries.keys():
            for row_id in self._editors.keys() & entries.keys():
                self._unmarked.pop(row_id, None)
            self._mark(row for block in blocks for row in range(block << SHIFT, (block + 1) << SHIFT))
        if self._unseen.watching:
            now = [entry for block in blocks for entry in self.cache.blocks[block]]
            lost = {entry.id for entry in now if entry.condition is Condition.DELETED}
            self._unseen.compare(entries, lost, self._key())
            self._tell_news()

    def _answer(self, index: Index, role: int) -> Any:
        answer = super()._answer(index, role)
        if role == _TOOLTIP and self._editors and index.column() == self._main:
            entry = self.cache.entry(index.row())
            words = self._editors.get(entry.id) if entry is not None else None
            if entry is not None and words is not None:
                text = full_text(entry, self.columns[self._main], self._main)
                return answer if words in text else rich_tooltip(f"{text}\n{words}")
        return answer

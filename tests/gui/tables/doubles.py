"""A list in memory and tasks that run when the test says so, to see a model between two answers."""

from __future__ import annotations

import json
from array import array
from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import total_ordering
from typing import Any, NamedTuple

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from blogadmin.core.database.errors import KnownError
from blogadmin.core.queries.places import STRIDE, Key, Part
from blogadmin.core.queries.spec import ListSpec, Sort, Unreadable
from blogadmin.gui.tables.columns import CellKind, Column, field_number, field_text, time_column
from blogadmin.gui.tables.kept import unpack_ids
from blogadmin.gui.tables.list_model import ListModel
from blogadmin.gui.tables.list_view import ListView
from blogadmin.gui.tables.row_order import KEYS_IN_PART

START = datetime(2026, 1, 1, tzinfo=UTC)


class Thing(NamedTuple):
    """A row with something of every kind."""

    id: int
    title: str
    slug: str
    status: str
    role: str
    author: str
    active: bool
    views: int
    updated_at: datetime
    found: str = ""
    version: int = 1


def thing(number: int, **fields: Any) -> Thing:
    """The thing of that number; its title sorts in the opposite direction of its id."""
    made = Thing(
        id=number,
        title=f"Title {10**9 - number}",
        slug=f"slug-{number}",
        status=("draft", "review", "scheduled", "published", "archived")[number % 5],
        role=("user", "editor", "moderator", "admin")[number % 4],
        author=f"Author {number % 7}",
        active=number % 3 != 0,
        views=number * 37 % 5000,
        updated_at=START + timedelta(hours=number),
    )
    return made._replace(**fields)


class MemoryList:
    """Answers as a noun's queries do, from rows in memory; counts what it was asked."""

    default_sort = (Sort("id"),)
    chunk = 65_536

    def __init__(self, rows: Iterable[Thing] = ()) -> None:
        self.places = MemoryPlaces(self)
        self.rows_by_id = {row.id: row for row in rows}
        self.unreadable: set[int] = set()
        self.error: Exception | None = None
        self.asked: list[tuple[int, ...]] = []

    def ordered(self, spec: ListSpec) -> list[int]:
        rows = [row for row in self.rows_by_id.values() if spec.search in row.title]
        rows.sort(key=lambda row: row.id)
        for sort in reversed(spec.sort):
            rows.sort(key=lambda row: getattr(row, sort.column), reverse=sort.descending)
        return [row.id for row in rows]

    def first(self, session: Any, spec: ListSpec, limit: int = 128) -> Sequence[Any]:
        self.may_fail()
        return [self._row(row_id) for row_id in self.ordered(spec)[:limit]]

    def ids(self, session: Any, spec: ListSpec) -> Iterator[bytes]:
        self.may_fail()
        ids = self.ordered(spec)
        for start in range(0, len(ids), self.chunk):
            yield pack(ids[start : start + self.chunk])

    def rows(self, session: Any, ids: Sequence[int], spec: ListSpec | None = None) -> Mapping[int, Any]:
        self.may_fail()
        self.asked.append(tuple(ids))
        return {row_id: self._row(row_id) for row_id in ids if row_id in self.rows_by_id}

    def _row(self, row_id: int) -> Thing | Unreadable:
        if row_id in self.unreadable:
            return Unreadable(row_id, "updated_at: the date lies outside the years 1 to 9999")
        return self.rows_by_id[row_id]

    def may_fail(self) -> None:
        if self.error is not None:
            raise self.error


class MemoryPlaces:
    """Tells where the rows of a list in memory are; a key is the number of what it noted of a row."""

    def __init__(self, things: MemoryList) -> None:
        self._things = things
        self._noted: list[tuple[Any, ...]] = []
        self.asked: list[str] = []
        self.guess: int | None = None
        self.marked: Sequence[int] = ()
        """Places of the marks, in order."""

    def survey(self, session: Any, spec: ListSpec, most: int) -> Generator[Part]:
        self.asked.append("survey")
        parts = list(self._things.ids(session, spec))
        ids = unpack_ids(b"".join(parts))
        newest = max(self._things.rows_by_id, default=len(ids))
        if len(ids) <= most:
            yield from (Part(len(ids), newest, False, part) for part in parts)
            return
        keys = [self._key(row_id, spec) for row_id in ids[::STRIDE]]
        for start in range(0, len(keys), KEYS_IN_PART):
            yield Part(len(ids), newest, True, b"", json.dumps(keys[start : start + KEYS_IN_PART]))

    def between(
        self, session: Any, spec: ListSpec, start: Key, stop: Key | None, newest: int, most: int | None
    ) -> bytes:
        self._things.may_fail()
        self.asked.append("between")
        low, high = self._place(start), None if stop is None else self._place(stop)
        ids = [
            row_id
            for row_id in self._things.ordered(spec)
            if row_id <= newest
            and (here := self._rank(row_id, spec)) >= low
            and (high is None or here < high)
        ]
        return pack(ids[:most])

    def at(self, session: Any, spec: ListSpec, offset: int, count: int, *, backwards: bool) -> bytes:
        self._things.may_fail()
        self.asked.append("from the end" if backwards else "from the start")
        ids = self._things.ordered(spec)
        return pack((ids[::-1] if backwards else ids)[offset : offset + count])

    def marks(self, session: Any, spec: ListSpec) -> tuple[Key, ...]:
        self._things.may_fail()
        self.asked.append("marks")
        ids = self._things.ordered(spec)
        return tuple(tuple(self._key(ids[place], spec)) for place in self.marked if place < len(ids))

    def beside(
        self, session: Any, spec: ListSpec, key: Key, offset: int, count: int, *, backwards: bool
    ) -> bytes:
        self._things.may_fail()
        self.asked.append("beside")
        ids = self._things.ordered(spec)
        place = bisect_left([self._rank(row_id, spec) for row_id in ids], self._place(key))
        found = ids[:place][::-1] if backwards else ids[place:]
        return pack(found[offset : offset + count])

    def locate(
        self, session: Any, spec: ListSpec, ids: Sequence[int], pivots: Sequence[Key]
    ) -> dict[int, int]:
        self.asked.append("locate")
        places = [self._place(key) for key in pivots]
        listed = set(self._things.ordered(spec)).intersection(ids)
        found = {row_id: bisect_right(places, self._rank(row_id, spec)) - 1 for row_id in listed}
        return {row_id: place for row_id, place in found.items() if place >= 0}

    def newer(self, session: Any, spec: ListSpec, newest: int, most: int) -> list[int]:
        return [row_id for row_id in self._things.ordered(spec) if row_id > newest][:most]

    def estimate(self, session: Any, spec: ListSpec) -> int:
        return len(self._things.ordered(spec)) if self.guess is None else self.guess

    def _key(self, row_id: int, spec: ListSpec) -> list[str]:
        self._noted.append(self._rank(row_id, spec))
        return [str(len(self._noted) - 1)]

    def _place(self, key: Key) -> tuple[Any, ...]:
        return self._noted[int(key[0] or 0)]

    def _rank(self, row_id: int, spec: ListSpec) -> tuple[Any, ...]:
        row = self._things.rows_by_id[row_id]
        return (*(_Rank(getattr(row, sort.column), sort.descending) for sort in spec.sort), row_id)


@total_ordering
class _Rank:
    """A value among those of its column, in one direction or the other."""

    def __init__(self, value: Any, descending: bool) -> None:
        self.value = value
        self.descending = descending

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Rank) and self.value == other.value

    def __lt__(self, other: _Rank) -> bool:
        return self.value > other.value if self.descending else self.value < other.value

    def __hash__(self) -> int:
        return hash(self.value)


def pack(ids: Iterable[int]) -> bytes:
    """Ids as the server sends them."""
    return b"".join(row_id.to_bytes(8, "big") for row_id in ids)


class HugeList(MemoryList):
    """As many rows as wanted without one of them in memory: ids are 1 to ``size`` in order."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.size = size
        self.places.guess = size

    def ordered(self, spec: ListSpec) -> list[int]:
        return list(range(1, min(self.size, 128) + 1))

    def ids(self, session: Any, spec: ListSpec) -> Iterator[bytes]:
        for start in range(1, self.size + 1, self.chunk):
            ids = array("q", range(start, min(start + self.chunk, self.size + 1)))
            ids.byteswap()
            yield ids.tobytes()

    def rows(self, session: Any, ids: Sequence[int], spec: ListSpec | None = None) -> Mapping[int, Any]:
        self.asked.append(tuple(ids))
        return {row_id: thing(row_id) for row_id in ids}

    def _row(self, row_id: int) -> Thing:
        return thing(row_id)


class Call(NamedTuple):
    """What was asked of the tasks and has not been done yet."""

    slot: str
    work: Callable[[Any], Any]
    each: Callable[[Any], object] | None
    done: Callable[..., object]
    failed: Callable[[Exception], object] | None

    def hasten(self) -> None:
        """Nothing: here all waits until it is told to run."""


class ManualTasks:
    """Does what is asked when told to; a newer call on a slot replaces an older one."""

    def __init__(self) -> None:
        self.waiting: deque[Call] = deque()
        self.log: list[str] = []

    def read(
        self,
        slot: str,
        work: Callable[[Any], Any],
        done: Callable[[Any], object],
        failed: Callable[[Exception], object] | None = None,
        *,
        limit: float | None = None,
    ) -> None:
        self._add(Call(slot, work, None, done, failed))

    def stream(
        self,
        slot: str,
        work: Callable[[Any], Iterable[Any]],
        each: Callable[[Any], object],
        done: Callable[[], object],
        failed: Callable[[Exception], object] | None = None,
        *,
        limit: float | None = None,
        after: float = 0,
    ) -> Call:
        return self._add(Call(slot, work, each, done, failed))

    def cancel(self, slot: str) -> None:
        self.waiting = deque(call for call in self.waiting if call.slot != slot)

    def slots(self) -> list[str]:
        return [call.slot.partition(".")[2] for call in self.waiting]

    def run(self, slot: str) -> None:
        """Do what waits on the slot."""
        call = next(call for call in self.waiting if call.slot.endswith(f".{slot}"))
        self.waiting.remove(call)
        try:
            result = call.work(None)
            parts = list(result) if call.each is not None else []
        except KnownError as error:
            assert call.failed is not None
            call.failed(error)
            return
        for part in parts:
            assert call.each is not None
            call.each(part)
        call.done() if call.each is not None else call.done(result)

    def run_all(self) -> None:
        """Do everything, also what it brings about, until nothing is left to do."""
        for _ in range(50):
            QApplication.sendPostedEvents()
            QApplication.processEvents()
            if not self.waiting:
                return
            self.run(self.waiting[0].slot.partition(".")[2])
        raise AssertionError("the model never stops asking")

    def _add(self, call: Call) -> Call:
        self.cancel(call.slot)
        self.waiting.append(call)
        self.log.append(call.slot)
        return call


def show_list(model: ListModel, qtbot: QtBot, width: int, height: int) -> ListView:
    """The list of ``model`` on the screen."""
    shown = ListView()
    shown.setObjectName("table")
    shown.setAccessibleName("List of things")
    shown.setModel(model)
    shown.resize(width, height)
    qtbot.addWidget(shown)
    shown.show()
    return shown


COLUMNS = (
    Column(
        "active",
        "Active",
        CellKind.CHECK,
        8,
        lambda t: "Active" if t.active else "Inactive",
        value=lambda t: t.active,
    ),
    Column(
        "title",
        "Title",
        CellKind.TITLE,
        40,
        field_text("title"),
        detail=lambda t: f"/{t.slug}",
        excerpt=lambda t: t.found,
        tooltip=lambda t: f"{t.title}\n<{t.slug}>",
        required=True,
    ),
    Column("status", "Status", CellKind.STATUS, 14, lambda t: t.status.title(), value=lambda t: t.status),
    Column("author", "Author", CellKind.PERSON, 20, field_text("author"), value=lambda t: t.active),
    Column("role", "Role", CellKind.ROLE, 14, lambda t: t.role.title(), value=lambda t: t.role),
    Column("slug", "Slug", CellKind.TEXT, 16, field_text("slug"), sortable=False),
    Column("views", "Views", CellKind.NUMBER, 9, field_number("views", zero="–")),
    time_column("updated_at", "Updated"),
    Column("id", "ID", CellKind.NUMBER, 8, field_number("id"), hidden=True),
)

"""An account of who wrote what, kept by reading the tables, which knows nothing of how the program undoes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

Sql = Callable[..., list[tuple[Any, ...]]]
Key = tuple[str, int]
"""A table and the id of a row."""
Row = Mapping[str, Any]
State = dict[Key, Row]

COUNTED = "view_count"
"""What readers of the blog count. Nobody edits it, and a page view is no change of the post."""
_ALL = """
SELECT 'users', id, version, to_jsonb(t) - 'version' - 'updated_at' FROM users AS t UNION ALL
SELECT 'posts', id, version, to_jsonb(t) - 'version' - 'updated_at' - 'body_search' FROM posts AS t UNION ALL
SELECT 'comments', id, version, to_jsonb(t) - 'version' - 'updated_at' FROM comments AS t
"""


class Mark(NamedTuple):
    """Who wrote a value, and in which turn; the blog was there before turn 1."""

    who: str
    turn: int


class Grave(NamedTuple):
    """A row that was deleted: by whom, what it was, and who had written it."""

    who: str
    row: Row
    marks: dict[str, Mark]


class Ledger:
    """Looks at all rows after each turn, and holds whoever takes a step back or forth to the rules.

    Taking a step may only change values that its taker wrote last. Only rows may go that its taker made or
    brought back, and that nobody else wrote to since; only rows may come that its taker deleted, unchanged.
    """

    def __init__(self, sql: Sql) -> None:
        self._sql = sql
        self.turn = 0
        self.state, self._versions = self._read()
        self._marks = {key: dict.fromkeys(row, Mark("", 0)) for key, row in self.state.items()}
        self._born = dict.fromkeys(self.state, Mark("", 0))
        self._graves: dict[Key, Grave] = {}
        self._contents: dict[tuple[Key, int], Row] = {}
        self._check_versions()

    def rows(self, table: str) -> list[int]:
        """Ids of the rows of a table, in order."""
        return sorted(id_ for noun, id_ in self.state if noun == table)

    def version(self, table: str, id_: int) -> int:
        """The version of a row now."""
        return self._versions[table, id_]

    def settle(self, who: str, *, taking: bool = False) -> bool:
        """A turn of ``who`` is over; ``taking`` a step back or forth. Returns whether anything changed."""
        self.turn += 1
        before = self.state
        self.state, self._versions = self._read()
        for key in before.keys() - self.state.keys():
            self._died(key, before[key], who, taking)
        for key in self.state.keys() - before.keys():
            self._came(key, who, taking)
        for key in self.state.keys() & before.keys():
            self._changed(key, before[key], who, taking)
        self._check_versions()
        return before != self.state

    def _died(self, key: Key, row: Row, who: str, taking: bool) -> None:
        born, marks = self._born.pop(key), self._marks.pop(key)
        self._graves[key] = Grave(who, row, marks)
        if taking:
            assert born.who == who, f"{key} went with a step of {who}, but came from {born.who}"
            theirs = {name: mark for name, mark in marks.items() if mark.turn > born.turn and mark.who != who}
            assert theirs.keys() <= {COUNTED}, f"{key} went with a step of {who}, with {theirs}"

    def _came(self, key: Key, who: str, taking: bool) -> None:
        row, grave = self.state[key], self._graves.pop(key, None)
        self._born[key] = Mark(who, self.turn)
        self._marks[key] = dict.fromkeys(row, Mark(who, self.turn))
        if taking:
            assert grave is not None, f"{key} came with a step, but never was"
            assert grave.who == who, f"{key} was brought back by {who}, but deleted by {grave.who}"
            assert row == grave.row, f"{key} came back as something else"
            self._marks[key] = grave.marks
        else:
            assert grave is None, f"{key} is there twice"

    def _changed(self, key: Key, before: Row, who: str, taking: bool) -> None:
        for name, value in self.state[key].items():
            if value != before[name]:
                mark = self._marks[key][name]
                assert not taking or mark.who == who, f"a step of {who} overwrote {name} of {key}: {mark}"
                self._marks[key][name] = Mark(who, self.turn)

    def _check_versions(self) -> None:
        # Otherwise a save with a version that was seen once could pass over something that never was.
        for key, row in self.state.items():
            content = {name: value for name, value in row.items() if name != COUNTED}
            known = self._contents.setdefault((key, self._versions[key]), content)
            assert known == content, f"version {self._versions[key]} of {key} stands for two contents"

    def _read(self) -> tuple[State, dict[Key, int]]:
        state: State = {}
        versions: dict[Key, int] = {}
        for noun, id_, version, row in self._sql(_ALL):
            assert (noun, id_) not in state, "a row is there twice"
            state[noun, id_], versions[noun, id_] = row, version
        return state, versions

"""What differs between two states of a row, as lines to be shown one below the other. Plain Python.

Every step is bounded: a text of a megabyte is compared in well under a second, and what is shown of it has
at most ``SHOWN_MOST`` changed lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import Final

from blogadmin.core.merge import Spans, changed_lines, word_changes

CONTEXT: Final = 3
"""Unchanged lines that stay beside a change."""
SHOWN_MOST: Final = 3000
"""Changed lines of a field that are shown."""
LINE_MOST: Final = 5000
"""Characters of a line that are shown."""
MARKED_MOST: Final = 20_000
"""Characters of a changed stretch up to which the words in it are compared."""
_ALIKE: Final = 0.25
"""The part of the words that both have, below which marks on all the others would only be noise."""
_WORDS: Final = re.compile(r"\S(?:.*\S)?")


class Kind(StrEnum):
    """What a line is."""

    FIELD = "field"
    SAME = "same"
    GONE = "gone"
    NEW = "new"
    FOLD = "fold"
    NOTE = "note"


CHANGES: Final = frozenset({Kind.GONE, Kind.NEW})


@dataclass(frozen=True, slots=True)
class Line:
    """A line to be shown. ``spans`` are the words in it that changed, ``hidden`` the lines of a fold."""

    kind: Kind
    text: str
    field: str
    spans: Spans = ()
    hidden: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pair:
    """A field before and after; ``None`` where there was no row."""

    name: str
    label: str
    old: str | None
    new: str | None
    note: str = ""
    """What is told in place of a comparison."""


@dataclass(frozen=True, slots=True)
class Compared:
    """Lines of all fields that differ, and how many lines are new and gone."""

    lines: tuple[Line, ...] = ()
    added: int = 0
    removed: int = 0


def compare(pairs: Sequence[Pair]) -> Compared:
    """Compare all fields, in their order; those that are the same are left out."""
    lines: list[Line] = []
    added = removed = 0
    for pair in pairs:
        if pair.old == pair.new and not pair.note:
            continue
        lines.append(Line(Kind.FIELD, pair.label, pair.name))
        if pair.note:
            lines.append(Line(Kind.NOTE, pair.note, pair.name))
            continue
        found, new, gone = _field(pair)
        lines += found
        added, removed = added + new, removed + gone
    return Compared(tuple(lines), added, removed)


def opened(lines: Sequence[Line], at: int) -> list[Line]:
    """The same lines with the fold at that place open."""
    fold = lines[at]
    shown = [Line(Kind.SAME, _cut(text), fold.field) for text in fold.hidden]
    return [*lines[:at], *shown, *lines[at + 1 :]]


def change_starts(lines: Sequence[Line]) -> list[int]:
    """Where each stretch of changed lines begins."""
    kinds = [line.kind in CHANGES for line in lines]
    return [at for at, changed in enumerate(kinds) if changed and (at == 0 or not kinds[at - 1])]


def _field(pair: Pair) -> tuple[list[Line], int, int]:
    old, new = _lines(pair.old), _lines(pair.new)
    gaps = changed_lines(old, new)
    if not gaps:
        return [Line(Kind.NOTE, "Only the kind of line breaks changed.", pair.name)], 0, 0
    lines: list[Line] = []
    room, done = SHOWN_MOST, 0
    for lo, hi, lo2, hi2 in gaps:
        lines += _unchanged(old[done:lo], pair.name, first=done == 0, last=False)
        shown = list(islice(_changed(old[lo:hi], new[lo2:hi2], pair.name), room))
        lines += shown
        room -= len(shown)
        done = hi
        if room <= 0:
            break
    added, removed = sum(gap[3] - gap[2] for gap in gaps), sum(gap[1] - gap[0] for gap in gaps)
    left = added + removed - (SHOWN_MOST - room)
    if left > 0:
        lines.append(Line(Kind.NOTE, f"{left:,} more changed lines are not shown.", pair.name))
    else:
        lines += _unchanged(old[done:], pair.name, first=False, last=True)
    return lines, added, removed


def _lines(text: str | None) -> list[str]:
    if not text:
        return []
    return text.replace("\r\n", "\n").split("\n")


def _unchanged(lines: Sequence[str], field: str, *, first: bool, last: bool) -> Iterator[Line]:
    """A stretch that both have, folded in its middle; at the ends of the text no context is needed."""
    head, tail = (0 if first else CONTEXT), (0 if last else CONTEXT)
    # A fold of one line would take as much room as the line.
    if len(lines) <= head + tail + 1:
        head, tail = len(lines), 0
    hidden = tuple(lines[head : len(lines) - tail])
    for text in lines[:head]:
        yield Line(Kind.SAME, _cut(text), field)
    if hidden:
        yield Line(Kind.FOLD, f"{len(hidden):,} unchanged lines", field, hidden=hidden)
    for text in lines[len(lines) - tail :] if tail else ():
        yield Line(Kind.SAME, _cut(text), field)


def _changed(gone: Sequence[str], new: Sequence[str], field: str) -> Iterator[Line]:
    marked, marked_new = _marks("\n".join(gone), "\n".join(new)) if gone and new else ((), ())
    for kind, lines, spans in ((Kind.GONE, gone, marked), (Kind.NEW, new, marked_new)):
        start, following = 0, 0
        for text in lines:
            end = start + len(text)
            while following < len(spans) and spans[following][1] <= start:
                following += 1
            mine = _in_line(spans, following, start, end)
            yield Line(kind, _cut(text), field, _seen(text, mine))
            start = end + 1


def _marks(old: str, new: str) -> tuple[Spans, Spans]:
    """The words that changed, where so much is the same that marking them helps."""
    if len(old) + len(new) > MARKED_MOST:
        return (), ()
    marks = word_changes(old, new)
    for text, spans in zip((old, new), marks, strict=True):
        same = len("".join(text.split())) - sum(len("".join(text[lo:hi].split())) for lo, hi in spans)
        if same < _ALIKE * len("".join(text.split())):
            return (), ()
    return marks


def _in_line(spans: Spans, at: int, start: int, end: int) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    while at < len(spans) and spans[at][0] < end:
        found.append((max(spans[at][0], start) - start, min(spans[at][1], end) - start))
        at += 1
    return found


def _seen(text: str, spans: Sequence[tuple[int, int]]) -> Spans:
    """The spans without white space at their ends, unless white space is all that changed."""
    seen: list[tuple[int, int]] = []
    for lo, hi in spans:
        found = _WORDS.search(text[lo:hi])
        start, end = (lo + found.start(), lo + found.end()) if found else (lo, hi)
        if start < min(end, LINE_MOST):
            seen.append((start, min(end, LINE_MOST)))
    return tuple(seen)


def _cut(text: str) -> str:
    left = len(text) - LINE_MOST
    return text if left <= 0 else f"{text[:LINE_MOST]} … {left:,} more characters"

"""Bringing together what two people did to the same text or the same metadata. Plain Python.

Three versions go in: ``base`` that both began with, ``theirs`` and ``mine``. What only one side changed is
taken over; what both changed differently is a clash, which only a person can settle. No line that is new on
either side is ever left out of both.

Lines are matched by those that occur once on both sides, and between them by the fewest changes (Myers). The
standard library's matcher is not used: it takes quadratic time on lines that repeat, or skips every blank
line. Here both steps are bounded; a stretch with nothing unique and too many changes counts as replaced,
which is coarser and never wrong.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate, groupby, pairwise

_CHANGES = 200
"""Lines gone and new, together, up to which two stretches without a common anchor are compared."""
_DEPTH = 24
"""How often a stretch is divided by its anchors; more is needed only by texts made to be slow."""
_TOKEN = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff]|(?:(?![\u2e80-\u9fff\uf900-\ufaff])\w)+|\s+|[^\w\s]")

Spans = tuple[tuple[int, int], ...]
"""Stretches of a text as ``(start, end)``, in order, not touching each other."""
_Block = tuple[int, int, int]


class Side(StrEnum):
    """Who a stretch that nobody has to decide about comes from."""

    BASE = "base"
    THEIRS = "theirs"
    MINE = "mine"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Agreed:
    """Lines that stand, without their line breaks, and whose they are."""

    lines: tuple[str, ...]
    by: Side


@dataclass(frozen=True, slots=True)
class Clash:
    """Lines that both sides changed differently, without their line breaks. Any of the three may be empty."""

    base: tuple[str, ...]
    theirs: tuple[str, ...]
    mine: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TextMerge:
    """A text put together from two: its pieces in order, and what separates lines from each other."""

    pieces: tuple[Agreed | Clash, ...]
    line_break: str = "\n"

    @property
    def clashes(self) -> tuple[Clash, ...]:
        """What a person has to decide, in order."""
        return tuple(piece for piece in self.pieces if isinstance(piece, Clash))

    def text(self, chosen: Sequence[Sequence[str]] = ()) -> str:
        """The whole text, with the lines ``chosen`` for each clash. ``ValueError`` unless one for each."""
        if len(chosen) != len(self.clashes):
            raise ValueError(f"{len(chosen)} decisions for {len(self.clashes)} clashes")
        decided = iter(chosen)
        lines: list[str] = []
        for piece in self.pieces:
            lines += piece.lines if isinstance(piece, Agreed) else next(decided)
        return self.line_break.join(lines)

    def line_numbers(self) -> tuple[int, ...]:
        """At which line of my own text each clash stands, counting from 1; exact while clashes are mine."""
        sizes = [len(p.lines if isinstance(p, Agreed) else p.mine) for p in self.pieces]
        starts = accumulate(sizes, initial=1)
        return tuple(at for at, piece in zip(starts, self.pieces, strict=False) if isinstance(piece, Clash))


@dataclass(frozen=True, slots=True)
class _Hunk:
    """Lines ``lo`` to ``hi`` of the base that one side replaced by its own ``start`` to ``end``."""

    lo: int
    hi: int
    start: int
    end: int
    side: Side

    @property
    def grows(self) -> bool:
        return self.end - self.start > self.hi - self.lo


def merge_text(base: str, theirs: str, mine: str) -> TextMerge:
    """Merge by line. Texts that use one kind of line break throughout may differ in it; it is merged, too.

    Neighbouring lines changed by different people merge; lines added by both at one place are a clash,
    because nobody can tell their order, unless they are the same.
    """
    one_kind = all(map(_has_one_break, (base, theirs, mine)))
    kinds = [_break_of(text) if one_kind else "\n" for text in (base, theirs, mine)]
    b, t, m = (text.split(kind or "\n") for text, kind in zip((base, theirs, mine), kinds, strict=True))
    pieces: list[Agreed | Clash] = []
    done = 0
    for group in _groups(_hunks(b, t, Side.THEIRS) + _hunks(b, m, Side.MINE)):
        low, high = min(h.lo for h in group), max(h.hi for h in group)
        pieces += _agreed(b[done:low], Side.BASE)
        pieces += _settle(b[low:high], _lines(group, Side.THEIRS, b, t), _lines(group, Side.MINE, b, m))
        done = high
    pieces += _agreed(b[done:], Side.BASE)
    return TextMerge(tuple(pieces), _one_of(*kinds))


def changed_lines(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int, int, int]]:
    """What became what: lines ``lo`` to ``hi`` of ``old`` and those of ``new`` in their place, in order."""
    return list(_gaps(_matching(old, new), len(old), len(new)))


def word_changes(old: str, new: str) -> tuple[Spans, Spans]:
    """The words of ``old`` that are gone and those of ``new`` that are new, as stretches of each text."""
    one, two = _TOKEN.findall(old), _TOKEN.findall(new)
    blocks = [
        (a, b, size)
        for a, b, size in _matching(one, two)
        # Two changed words with a space between them are one change to whoever reads it.
        if not all(token.isspace() for token in one[a : a + size])
        or (a, b) == (0, 0)
        or (a + size, b + size) == (len(one), len(two))
    ]
    starts_one, starts_two = (list(accumulate(map(len, tokens), initial=0)) for tokens in (one, two))
    gaps = list(_gaps(blocks, len(one), len(two)))
    return (
        tuple((starts_one[lo], starts_one[hi]) for lo, hi, _, _ in gaps if lo < hi),
        tuple((starts_two[lo], starts_two[hi]) for _, _, lo, hi in gaps if lo < hi),
    )


# Line breaks


def _has_one_break(text: str) -> bool:
    return text.count("\r\n") in (0, text.count("\n"))


def _break_of(text: str) -> str | None:
    return "\r\n" if "\r\n" in text else "\n" if "\n" in text else None


def _one_of(base: str | None, theirs: str | None, mine: str | None) -> str:
    """The break of the merged text: the one that was changed to, where somebody did."""
    theirs, mine = theirs or mine or base, mine or theirs or base
    if theirs == mine:
        return theirs or "\n"
    if base is None:
        return "\n"
    return (theirs if mine == base else mine) or "\n"


# From two lists of changes to pieces


def _agreed(lines: Sequence[str], by: Side) -> list[Agreed | Clash]:
    return [Agreed(tuple(lines), by)] if lines else []


def _groups(hunks: list[_Hunk]) -> Iterator[list[_Hunk]]:
    """Hunks in order, those together that cannot be told apart."""
    group: list[_Hunk] = []
    for hunk in sorted(hunks, key=lambda h: (h.lo, h.hi, h.side)):
        if group and not any(_meet(former, hunk) for former in group):
            yield group
            group = []
        group.append(hunk)
    if group:
        yield group


def _meet(former: _Hunk, hunk: _Hunk) -> bool:
    if former.side is hunk.side:
        return False
    if hunk.lo != former.hi:
        return hunk.lo < former.hi
    # They only touch. New lines of both at that place have no order, and where lines are gone nobody knows
    # whether what was put beside them is still wanted.
    both_add = former.grows and hunk.grows
    added_beside_gap = any(
        one.lo == one.hi and other.start == other.end for one, other in ((former, hunk), (hunk, former))
    )
    return both_add or added_beside_gap


def _lines(group: list[_Hunk], side: Side, base: list[str], own: list[str]) -> list[str] | None:
    """One side's lines where ``group`` stands; ``None`` if that side changed nothing there."""
    hunks = [hunk for hunk in group if hunk.side is side]
    if not hunks:
        return None
    low, high = min(h.lo for h in group), max(h.hi for h in group)
    first, last = hunks[0], hunks[-1]
    return base[low : first.lo] + own[first.start : last.end] + base[last.hi : high]


def _settle(base: list[str], theirs: list[str] | None, mine: list[str] | None) -> list[Agreed | Clash]:
    if theirs is None or mine is None:
        return _agreed(theirs or mine or (), Side.THEIRS if mine is None else Side.MINE)
    if theirs == mine:
        return _agreed(theirs, Side.BOTH)
    if not len(base) == len(theirs) == len(mine):
        return [Clash(tuple(base), tuple(theirs), tuple(mine))]
    # As many lines as before on both sides: each stands for the one in its place.
    rows = zip(base, theirs, mine, strict=True)
    return [piece for by, rows in groupby(rows, _who) for piece in _settled(by, list(rows))]


def _who(row: tuple[str, str, str]) -> Side | None:
    base, theirs, mine = row
    if theirs == mine:
        return Side.BASE if theirs == base else Side.BOTH
    return Side.THEIRS if mine == base else Side.MINE if theirs == base else None


def _settled(by: Side | None, rows: list[tuple[str, str, str]]) -> list[Agreed | Clash]:
    base, theirs, mine = zip(*rows, strict=True)
    return [Clash(base, theirs, mine)] if by is None else _agreed(mine if by is Side.MINE else theirs, by)


# Finding what is the same


def _hunks(base: list[str], own: list[str], side: Side) -> list[_Hunk]:
    return [_Hunk(*gap, side) for gap in _gaps(_matching(base, own), len(base), len(own))]


def _gaps(blocks: list[_Block], one: int, two: int) -> Iterator[tuple[int, int, int, int]]:
    """What lies between matching blocks of two sequences of that many items."""
    for (a, b, size), (next_a, next_b, _) in pairwise([(0, 0, 0), *blocks, (one, two, 0)]):
        if a + size < next_a or b + size < next_b:
            yield a + size, next_a, b + size, next_b


def _matching(one: Sequence[str], two: Sequence[str]) -> list[_Block]:
    """Blocks ``(in one, in two, size)`` that are the same in both, in order."""
    found: list[_Block] = []
    left = [(0, len(one), 0, len(two), 0)]
    while left:
        low, high, low2, high2, depth = left.pop()
        head, tail = _same_ends(one, low, high, two, low2, high2)
        found += [(low, low2, head), (high - tail, high2 - tail, tail)]
        low, high, low2, high2 = low + head, high - tail, low2 + head, high2 - tail
        if low == high or low2 == high2:
            continue
        anchors = _anchors(one[low:high], two[low2:high2]) if depth < _DEPTH else []
        if anchors:
            stops = [(low, low2), *((low + a, low2 + b) for a, b in anchors), (high, high2)]
            left += [(a, c, b, d, depth + 1) for (a, b), (c, d) in pairwise(stops)]
        else:
            found += [(low + a, low2 + b, 1) for a, b in _pairs(one[low:high], two[low2:high2])]
    return _joined(sorted(block for block in found if block[2]))


def _joined(blocks: list[_Block]) -> list[_Block]:
    joined: list[_Block] = []
    for a, b, size in blocks:
        if joined and (joined[-1][0] + joined[-1][2], joined[-1][1] + joined[-1][2]) == (a, b):
            first_a, first_b, before = joined.pop()
            joined.append((first_a, first_b, before + size))
        else:
            joined.append((a, b, size))
    return joined


def _pairs(one: Sequence[str], two: Sequence[str]) -> list[tuple[int, int]]:
    """Places of the same item in both. What only one side has is left out first: it cannot match."""
    items = set(one) & set(two)
    kept, kept_two = ([at for at, item in enumerate(side) if item in items] for side in (one, two))
    blocks = _fewest([one[at] for at in kept], [two[at] for at in kept_two]) if items else []
    return [(kept[a + n], kept_two[b + n]) for a, b, size in blocks for n in range(size)]


def _fewest(one: Sequence[str], two: Sequence[str]) -> list[_Block]:
    """The match with the fewest items gone and new; none when it takes more than ``_CHANGES``."""
    reached = {1: 0}
    trail: list[dict[int, int]] = []
    for changes in range(min(len(one) + len(two), _CHANGES) + 1):
        trail.append(reached)
        reached = dict(reached)
        for diagonal in range(-changes, changes + 1, 2):
            at, _ = _furthest(trail[-1], diagonal, changes)
            while at < len(one) and at - diagonal < len(two) and one[at] == two[at - diagonal]:
                at += 1
            reached[diagonal] = at
            if at >= len(one) and at - diagonal >= len(two):
                return _walked_back(trail, at, diagonal)
    return []


def _furthest(reached: dict[int, int], diagonal: int, changes: int) -> tuple[int, bool]:
    """Where the path on ``diagonal`` goes on after its last change, and whether that was a new item."""
    new, gone = reached.get(diagonal + 1, -1), reached.get(diagonal - 1, -1) + 1
    is_new = diagonal == -changes or (diagonal != changes and gone <= new)
    return (new if is_new else gone), is_new


def _walked_back(trail: list[dict[int, int]], at: int, diagonal: int) -> list[_Block]:
    blocks: list[_Block] = []
    for changes in range(len(trail) - 1, -1, -1):
        start, is_new = _furthest(trail[changes], diagonal, changes)
        blocks.append((start, start - diagonal, at - start))
        at, diagonal = (start, diagonal + 1) if is_new else (start - 1, diagonal - 1)
    return blocks


def _same_ends(
    one: Sequence[str], low: int, high: int, two: Sequence[str], low2: int, high2: int
) -> tuple[int, int]:
    """How many items are the same at the beginning and at the end of two stretches."""
    most = min(high - low, high2 - low2)
    head = 0
    while head < most and one[low + head] == two[low2 + head]:
        head += 1
    tail = 0
    while tail < most - head and one[high - 1 - tail] == two[high2 - 1 - tail]:
        tail += 1
    return head, tail


def _anchors(one: Sequence[str], two: Sequence[str]) -> list[tuple[int, int]]:
    """Places of items that each sequence has exactly once, the most of them that are in the same order."""
    once = {item for item, count in Counter(one).items() if count == 1}
    once &= {item for item, count in Counter(two).items() if count == 1}
    places = {item: at for at, item in enumerate(two) if item in once}
    pairs = [(at, places[item]) for at, item in enumerate(one) if item in once]
    # The longest rising row of places, by the smallest end of each length and the way back to the start.
    ends: list[int] = []
    last: list[int] = []
    before: list[int | None] = []
    for index, (_, place) in enumerate(pairs):
        length = bisect_left(ends, place)
        before.append(last[length - 1] if length else None)
        ends[length : length + 1] = [place]
        last[length : length + 1] = [index]
    row: list[tuple[int, int]] = []
    at = last[-1] if last else None
    while at is not None:
        row.append(pairs[at])
        at = before[at]
    return row[::-1]

"""The words around a hit of a search, in pieces that can be painted."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

HIT, END = "\x02", "\x03"
"""What stands before and after each hit in the text of a query."""
BEFORE = 28
"""Letters kept before the first hit at most, so that the hit is seen."""


class Piece(NamedTuple):
    """Some words, and whether they are what was searched for."""

    text: str
    hit: bool


def is_excerpt(text: str) -> bool:
    """Whether the text marks hits."""
    return HIT in text


def plain(text: str) -> str:
    """The words without marks, on one line."""
    return " ".join(text.replace(HIT, "").replace(END, "").split()) if is_excerpt(text) else text


@lru_cache(maxsize=512)
def pieces(text: str, most: int = BEFORE) -> tuple[Piece, ...]:
    """The words in order, those before the first hit cut short at a word where they have ``most`` letters."""
    found: list[Piece] = []
    before, *rest = _one_line(text).split(HIT)
    _add(found, _shortened(before, most), hit=False)
    for part in rest:
        hit, _end, after = part.partition(END)
        _add(found, hit, hit=True)
        _add(found, after, hit=False)
    return tuple(found)


def _one_line(text: str) -> str:
    # Not split() and join(): a space beside a mark belongs to the words there.
    for space in "\n\r\t\v\f\u2028\u2029":
        text = text.replace(space, " ")
    while "  " in text:
        text = text.replace("  ", " ")
    return text.strip()


def _shortened(before: str, most: int) -> str:
    if len(before) <= most:
        return before
    _cut, _space, kept = before[-most:].partition(" ")
    return f"…{kept or before[-most:]}"


def _add(found: list[Piece], text: str, *, hit: bool) -> None:
    if text:
        found.append(Piece(text, hit))

"""How well a title fits what somebody types to get there."""

from __future__ import annotations

from typing import NamedTuple

Span = tuple[int, int]


class Fit(NamedTuple):
    """``score`` is the better the smaller it is; ``spans`` are the matched parts, as start and length."""

    score: int
    spans: tuple[Span, ...]


EXACT, BEGINNING, WORDS, PARTS, LETTERS = range(5)


def fit(text: str, title: str) -> Fit | None:
    """How ``title`` fits ``text``; ``None`` if it does not. Case does not matter.

    Best is the whole title, then its beginning, then beginnings of its words, then parts of words; last come
    the first letters of its words in their order ("sas" for "Select all shown").
    """
    if not text:
        return Fit(EXACT, ())
    found = [_span(word, title) for word in text.split()]
    if None in found or not found:
        initials = _initials(text, title)
        return Fit(LETTERS, initials) if initials else None
    spans = tuple(sorted({span for span in found if span is not None}))
    return Fit(_score(text, title, spans), spans)


def _score(text: str, title: str, spans: tuple[Span, ...]) -> int:
    folded, whole = title.casefold(), " ".join(text.casefold().split())
    if folded == whole:
        return EXACT
    if folded.startswith(whole):
        return BEGINNING
    return WORDS if all(_begins_word(title, start) for start, _ in spans) else PARTS


def _span(word: str, title: str) -> Span | None:
    """Where ``word`` stands, at the beginning of a word if it does so anywhere."""
    folded, wanted = _folded(title), _folded(word)
    places = [at for at in range(len(folded) - len(wanted) + 1) if folded.startswith(wanted, at)]
    if not places:
        return None
    best = next((at for at in places if _begins_word(title, at)), places[0])
    return best, len(wanted)


def _folded(text: str) -> str:
    """Lower case, letter by letter: what changes its length is left alone, so that places stay true."""
    return "".join(low if len(low := letter.lower()) == 1 else letter for letter in text)


def _begins_word(title: str, at: int) -> bool:
    return at == 0 or not title[at - 1].isalnum()


def _initials(text: str, title: str) -> tuple[Span, ...]:
    firsts = [at for at in range(len(title)) if title[at].isalnum() and _begins_word(title, at)]
    letters = "".join(title[at].lower() for at in firsts)
    wanted = "".join(text.lower().split())
    if len(wanted) < 2 or not letters.startswith(wanted):
        return ()
    return tuple((at, 1) for at in firsts[: len(wanted)])

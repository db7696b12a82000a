"""Search words: what a person typed, as parameters of ILIKE in which ``%`` and ``_`` mean themselves."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, or_
from sqlalchemy.orm import QueryableAttribute

WORDS_MOST = 16
"""Words looked for one by one; what follows is looked for as it stands, as one phrase."""
_SPECIAL = re.compile(r"[\\%_]")
_PART = re.compile(r"[^\W_]{3}")
_ASCII_PART = re.compile(r"[0-9A-Za-z]{3}")
# Latin, Greek and Cyrillic: scripts that leave a blank before a word, and need several letters for one.
_BEGINNING = re.compile(r"[0-9A-Za-z\u00c0-\u052f]{1,2}")


class Length(StrEnum):
    """How a word can be looked for.

    A ``PART`` has three letters or digits in a row, which an index of trigrams knows. One or two letters
    are looked for as the ``BEGINNING`` of a word, which the index knows, too. What is left can only be found
    by reading ``EVERYTHING``: a lone sign, two letters of a script that sets no blanks, or letters that the
    index does not take for letters.
    """

    PART = "part"
    BEGINNING = "beginning"
    EVERYTHING = "everything"


def length_of(word: str, *, scripts: bool = True) -> Length:
    """How ``word``, as it was typed, can be looked for; ``scripts`` as in ``Abilities``."""
    if (_PART if scripts else _ASCII_PART).search(word):
        return Length.PART
    if _BEGINNING.fullmatch(word) and (scripts or word.isascii()):
        return Length.BEGINNING
    return Length.EVERYTHING


def split(search: str) -> list[str]:
    """The words of a search, the rest of a very long one as a phrase."""
    return [word.rstrip() for word in search.split(maxsplit=WORDS_MOST - 1)]


def literally(text: str) -> str:
    """``text`` as the inside of a LIKE pattern."""
    return _SPECIAL.sub(r"\\\g<0>", text)


def search_words(search: str) -> dict[str, str] | None:
    """Patterns for ``matches``, one for each word; ``None`` when no stored text can match."""
    if "\x00" in search or any("\ud800" <= ch <= "\udfff" for ch in search):
        return None
    return {f"word_{n}": f"%{literally(word)}%" for n, word in enumerate(split(search))}


def matches(columns: Sequence[QueryableAttribute[Any]], words: int) -> ColumnElement[bool]:
    """Condition that each of ``words`` patterns (at least one) is found in some of the columns."""
    return and_(*(or_(*(column.ilike(bindparam(f"word_{n}")) for column in columns)) for n in range(words)))

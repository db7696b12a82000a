"""Search words: what a person typed, as parameters of ILIKE in which ``%`` and ``_`` mean themselves."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, or_
from sqlalchemy.orm import QueryableAttribute

WORDS_MOST = 16
"""Words looked for one by one; what follows is looked for as it stands, as one phrase."""
_SPECIAL = re.compile(r"[\\%_]")


def literally(text: str) -> str:
    """``text`` as the inside of a LIKE pattern."""
    return _SPECIAL.sub(r"\\\g<0>", text)


def search_words(search: str) -> dict[str, str] | None:
    """Patterns for ``matches``, one for each word; ``None`` when no stored text can match."""
    if "\x00" in search or any("\ud800" <= ch <= "\udfff" for ch in search):
        return None
    words = search.split(maxsplit=WORDS_MOST - 1)
    return {f"word_{n}": f"%{literally(word.rstrip())}%" for n, word in enumerate(words)}


def matches(columns: Sequence[QueryableAttribute[Any]], words: int) -> ColumnElement[bool]:
    """Condition that each of ``words`` patterns (at least one) is found in some of the columns."""
    return and_(*(or_(*(column.ilike(bindparam(f"word_{n}")) for column in columns)) for n in range(words)))

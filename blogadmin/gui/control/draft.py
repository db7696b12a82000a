"""What was typed into a dialog and is not saved yet, as a value and as a file.

The file is JSON in UTF-8 with a number for its format, so that a later program can read what an earlier one
left. Half characters are written as they are ("surrogatepass"): a text comes back code point by code point.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from json.encoder import encode_basestring
from typing import Any, Final

FORMAT: Final = 1
_PIECE = 16_384
"""Characters that are written in one go: one long text would keep the window from painting meanwhile."""


class Broken(ValueError):
    """The file is no draft, or only a part of one."""


class Newer(ValueError):
    """A later program wrote this draft; only that one can read it."""


@dataclass(frozen=True, slots=True)
class Draft:
    """The unsaved work in one dialog.

    ``row_id`` is ``None`` for a new row. ``version`` and ``base`` are what the work began from. ``values``
    holds the fields that were changed, ``texts`` those whose editor shows a text that stands for the value
    (line breaks as ``\\n``) or is none yet. ``secrets``: a password was typed, too, and is not in here.
    ``typed_at`` is aware. Values are what JSON knows.
    """

    noun: str
    row_id: int | None
    version: int
    caption: str
    typed_at: datetime
    base: Mapping[str, Any] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    secrets: bool = False

    def same_work(self, other: Draft | None) -> bool:
        """Whether both hold the same work on the same row, whenever it was typed."""
        return other is not None and all(
            getattr(self, name) == getattr(other, name)
            for name in ("noun", "row_id", "version", "values", "texts", "base", "secrets")
        )


def encoded(value: Any) -> Iterator[bytes]:
    """The value as JSON, in pieces that each take well under a millisecond."""
    if isinstance(value, str):
        yield b'"'
        for start in range(0, len(value), _PIECE):
            piece = encode_basestring(value[start : start + _PIECE])[1:-1]
            yield piece.encode("utf-8", "surrogatepass")
        yield b'"'
    elif isinstance(value, Mapping):
        yield b"{"
        for number, (key, inner) in enumerate(value.items()):
            yield b"," if number else b""
            yield from encoded(key)
            yield b":"
            yield from encoded(inner)
        yield b"}"
    else:
        yield json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")


def written(draft: Draft, base: bytes) -> Iterator[bytes]:
    """The whole file; ``base`` is ``draft.base`` encoded, which stays the same from key to key."""
    head = {
        "blogadmin": "draft",
        "format": FORMAT,
        "noun": draft.noun,
        "row": draft.row_id,
        "version": draft.version,
        "caption": draft.caption,
        "typed_at": draft.typed_at.isoformat(),
        "secrets": draft.secrets,
        "values": draft.values,
        "texts": draft.texts,
    }
    yield from list(encoded(head))[:-1]
    yield b',"base":'
    yield base
    yield b"}\n"


def read(data: bytes) -> Draft:
    """Read a file. Raises ``Broken`` or ``Newer``."""
    try:
        found = json.loads(data.decode("utf-8", "surrogatepass"))
        if found["blogadmin"] != "draft" or type(found["format"]) is not int:
            raise Broken
        if found["format"] > FORMAT:
            raise Newer
        return _draft(found)
    except (ValueError, KeyError, TypeError, RecursionError) as exc:
        if isinstance(exc, Newer):
            raise
        # Not chained: a decoder's error quotes what was typed.
        raise Broken from None


def _draft(found: Mapping[str, Any]) -> Draft:
    draft = Draft(
        noun=_is(str, found["noun"]),
        row_id=None if found["row"] is None else _is(int, found["row"]),
        version=_is(int, found["version"]),
        caption=_is(str, found["caption"]),
        typed_at=datetime.fromisoformat(found["typed_at"]),
        base=_is(dict, found["base"]),
        values=_is(dict, found["values"]),
        texts={name: _is(str, text) for name, text in _is(dict, found["texts"]).items()},
        secrets=bool(found["secrets"]),
    )
    if draft.typed_at.tzinfo is None:
        raise Broken
    return draft


def _is(kind: type, value: Any) -> Any:
    if type(value) is not kind:
        raise Broken
    return value

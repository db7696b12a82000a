"""Bringing together what two people did to the same metadata, key by key. Plain Python."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from blogadmin.core.metadata_json import same_json

Path = tuple[str, ...]


class _Absent:
    """The value of a key that is not there; ``None`` is a value of its own."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Final = _Absent()


@dataclass(frozen=True, slots=True)
class JsonClash:
    """A key that both sides changed differently; ``ABSENT`` where a side does not have it."""

    path: Path
    base: Any
    theirs: Any
    mine: Any


@dataclass(frozen=True, slots=True)
class JsonMerge:
    """Metadata put together from two; where they clash ``value`` holds theirs."""

    value: Any
    clashes: tuple[JsonClash, ...] = ()

    def decided(self, chosen: Mapping[Path, Any]) -> Any:
        """The value with what was chosen by path; ``ABSENT`` takes the key away."""
        value = self.value
        for path, choice in chosen.items():
            value = _put(value, path, choice)
        return value


def merge_json(base: Any, theirs: Any, mine: Any) -> JsonMerge:
    """Merge by key, objects inside objects, too; ``None`` for a whole counts as an object without keys.

    Lists of texts, such as tags, merge where both sides only added or took away. Keys keep the order that
    they have in theirs; new ones of mine follow.
    """
    clashes: list[JsonClash] = []
    value = _merge((), base, theirs, mine, clashes)
    return JsonMerge(value, tuple(clashes))


def _merge(path: Path, base: Any, theirs: Any, mine: Any, clashes: list[JsonClash]) -> Any:
    if _same(theirs, mine) or _same(mine, base):
        return theirs
    if _same(theirs, base):
        return mine
    objects = [_as_object(value, whole=not path) for value in (base, theirs, mine)]
    if objects[1] is not None and objects[2] is not None:
        # Where the base was no object, both made one anew.
        none = theirs is None or mine is None
        return _merge_keys(path, objects[0] or {}, objects[1], objects[2], clashes, none=none)
    joined = _merge_texts(base, theirs, mine)
    if joined is not None:
        return joined
    clashes.append(JsonClash(path, base, theirs, mine))
    return theirs


def _as_object(value: Any, *, whole: bool) -> Mapping[str, Any] | None:
    if value is None and whole:
        return {}
    return value if isinstance(value, Mapping) else None


def _merge_keys(
    path: Path,
    base: Mapping[str, Any],
    theirs: Mapping[str, Any],
    mine: Mapping[str, Any],
    clashes: list[JsonClash],
    *,
    none: bool,
) -> dict[str, Any] | None:
    merged: dict[str, Any] = {}
    for key in dict.fromkeys([*theirs, *mine, *base]):
        was, their, my = (side.get(key, ABSENT) for side in (base, theirs, mine))
        value = _merge((*path, key), was, their, my, clashes)
        if value is not ABSENT:
            merged[key] = value
    return merged if merged or not none else None


def _merge_texts(base: Any, theirs: Any, mine: Any) -> list[str] | None:
    """Lists of texts as sets in an order; ``None`` unless both sides only added and took away."""
    if base is ABSENT:
        base = []
    if not all(map(_is_set_of_texts, (base, theirs, mine))):
        return None
    if not (_keeps_order(base, theirs) and _keeps_order(base, mine)):
        return None
    merged = [text for text in theirs if text in mine or text not in base]
    for at, text in enumerate(mine):
        if text not in base and text not in merged:
            before = next((one for one in reversed(mine[:at]) if one in merged), None)
            merged.insert(0 if before is None else merged.index(before) + 1, text)
    return merged


def _is_set_of_texts(value: Any) -> bool:
    texts = isinstance(value, list) and all(isinstance(item, str) for item in value)
    return texts and len(set(value)) == len(value)


def _keeps_order(base: Sequence[str], changed: Sequence[str]) -> bool:
    return [text for text in base if text in changed] == [text for text in changed if text in base]


def _same(one: Any, two: Any) -> bool:
    if one is ABSENT or two is ABSENT:
        return one is two
    return same_json(one, two)


def _put(value: Any, path: Path, choice: Any) -> Any:
    if not path:
        return choice
    changed = dict(value or {})
    key, *rest = path
    inner = _put(changed.get(key), tuple(rest), choice) if rest else choice
    if inner is ABSENT:
        changed.pop(key, None)
    else:
        changed[key] = inner
    return changed

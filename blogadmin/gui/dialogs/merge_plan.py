"""What two people did to a row, field by field: what merges by itself, and what somebody has to decide.

No widget in here: long texts are planned on a worker.
"""

from __future__ import annotations

import json
import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal

from blogadmin.core.merge import TextMerge, merge_text
from blogadmin.core.merge_json import ABSENT, JsonMerge, merge_json

Kind = Literal["text", "choice", "json", "lines"]


@dataclass(frozen=True, slots=True)
class MergeField:
    """One field in three versions: as both began with it, as it is now, and as it is wanted here.

    ``kind``: "text" is one line that may be edited, "choice" a value as it is, "lines" merges by line,
    "json" by key. ``words`` shows a value to a person, ``same`` compares two, ``check`` tells as a sentence
    what is wrong with a text.
    """

    name: str
    label: str
    kind: Kind
    base: Any
    theirs: Any
    mine: Any
    words: Callable[[Any], str] = str
    same: Callable[[Any, Any], bool] = operator.eq
    check: Callable[[Any], str | None] | None = None


class Keep(StrEnum):
    """What a clash may be settled with."""

    THEIRS = "theirs"
    MINE = "mine"
    BOTH = "both"
    EDITED = "edited"


@dataclass(frozen=True, slots=True)
class Decision:
    """How one clash is settled; ``text`` only where it was edited by hand."""

    keep: Keep
    text: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """One thing that both sides changed, in words; ``None`` where a side has nothing.

    Two questions with the same ``field``, ``place`` and words are the same question. ``line`` is where it
    stands in my text, 0 if it has no lines.
    """

    field: str
    place: str
    base: str | None
    theirs: str | None
    mine: str | None
    line: int = 0

    def is_same(self, other: Question) -> bool:
        """Whether a decision about ``other`` settles this one, too: the same words on either side."""
        mine, yours = (self.field, self.place, self.theirs, self.mine), (other.field, other.place)
        return mine == (*yours, other.theirs, other.mine)


@dataclass(frozen=True, slots=True)
class Planned:
    """A field with its questions. Without any it is merged already."""

    field: MergeField
    questions: tuple[Question, ...]
    _merge: TextMerge | JsonMerge | None = None
    _merged: Any = None

    def value(self, decisions: Sequence[Decision] = ()) -> Any:
        """The field's value once each question has its decision, in order."""
        if not self.questions:
            return self._merged
        if isinstance(self._merge, TextMerge):
            clashes = zip(self._merge.clashes, decisions, strict=True)
            return self._merge.text([_lines(clash, decision) for clash, decision in clashes])
        if isinstance(self._merge, JsonMerge):
            clashes = zip(self._merge.clashes, decisions, strict=True)
            return self._merge.decided(
                {clash.path: clash.mine if d.keep is Keep.MINE else clash.theirs for clash, d in clashes}
            )
        (decision,) = decisions
        if decision.keep is Keep.EDITED:
            return decision.text
        return self.field.mine if decision.keep is Keep.MINE else self.field.theirs


def plan(fields: Sequence[MergeField]) -> tuple[Planned, ...]:
    """Merge what can be merged, and ask about the rest."""
    return tuple(map(_plan_field, fields))


def size(fields: Sequence[MergeField]) -> int:
    """How many characters ``plan`` has to look through."""
    texts = (side for field in fields for side in (field.base, field.theirs, field.mine))
    return sum(len(text) for text in texts if isinstance(text, str))


def _plan_field(field: MergeField) -> Planned:
    if field.same(field.theirs, field.mine) or field.same(field.mine, field.base):
        return Planned(field, (), _merged=field.theirs)
    if field.same(field.theirs, field.base):
        return Planned(field, (), _merged=field.mine)
    if field.kind == "lines":
        return _plan_lines(field)
    if field.kind == "json":
        return _plan_json(field)
    base, theirs, mine = map(field.words, (field.base, field.theirs, field.mine))
    return Planned(field, (Question(field.name, "", base, theirs, mine),))


def _plan_lines(field: MergeField) -> Planned:
    merge = merge_text(field.base or "", field.theirs or "", field.mine or "")
    if not merge.clashes:
        return Planned(field, (), merge, merge.text())
    places = zip(merge.clashes, merge.line_numbers(), strict=True)
    questions = (
        Question(field.name, "", _joined(clash.base), _joined(clash.theirs), _joined(clash.mine), line)
        for clash, line in places
    )
    return Planned(field, tuple(questions), merge)


def _joined(lines: tuple[str, ...]) -> str | None:
    return "\n".join(lines) if lines else None


def _lines(clash: Any, decision: Decision) -> Sequence[str]:
    if decision.keep is Keep.EDITED:
        return decision.text.split("\n") if decision.text else ()
    theirs = clash.theirs if decision.keep is not Keep.MINE else ()
    return (*theirs, *(clash.mine if decision.keep is not Keep.THEIRS else ()))


def _plan_json(field: MergeField) -> Planned:
    merge = merge_json(field.base, field.theirs, field.mine)
    questions = (
        Question(
            field.name,
            " › ".join(clash.path),
            _json_words(clash.base),
            _json_words(clash.theirs),
            _json_words(clash.mine),
        )
        for clash in merge.clashes
    )
    return Planned(field, tuple(questions), merge, merge.value)


def _json_words(value: Any) -> str | None:
    return None if value is ABSENT else json.dumps(value, indent=2, ensure_ascii=False)

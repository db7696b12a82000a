"""Adding and removing tags by their places in the list, so that the way back restores it exactly.

Nothing else in the metadata passes through Python: numbers of any length stay what they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Table, Text, cast, func, literal, null
from sqlalchemy.dialects.postgresql import ARRAY

Places = tuple[tuple[int, str], ...]
"""Tags with their places in the list, counted from 0, in ascending order."""

_COLUMN = "metadata"


class Without(StrEnum):
    """What stands where the tags are, or were, when none of ``Places`` is there."""

    METADATA = "metadata"
    KEY = "key"
    LIST = "list"


@dataclass(frozen=True, slots=True)
class PutTags:
    """Put tags into the list at their places; ``onto`` says what there was before."""

    places: Places
    onto: Without = Without.LIST

    @property
    def column(self) -> str:
        """Where the tags are."""
        return _COLUMN

    @property
    def inverse(self) -> TakeTags:
        """Take them out again."""
        return TakeTags(self.places, self.onto)

    def values(self, table: Table) -> dict[str, Any]:
        """The metadata with these tags."""
        if self.onto is not Without.LIST:
            tags = func.jsonb_build_array(*(cast(tag, Text) for _place, tag in self.places))
            made = func.jsonb_build_object(cast("tags", Text), tags)
            return {_COLUMN: made if self.onto is Without.METADATA else table.c.metadata.op("||")(made)}
        value: Any = table.c.metadata
        for place, tag in self.places:
            value = func.jsonb_insert(value, _path(place), func.to_jsonb(cast(tag, Text)))
        return {_COLUMN: value}


@dataclass(frozen=True, slots=True)
class TakeTags:
    """Take the tags at their places out of the list; ``leaving`` says what shall be there afterwards."""

    places: Places
    leaving: Without = Without.LIST

    @property
    def column(self) -> str:
        """Where the tags are."""
        return _COLUMN

    @property
    def inverse(self) -> PutTags:
        """Put them back."""
        return PutTags(self.places, self.leaving)

    def values(self, table: Table) -> dict[str, Any]:
        """The metadata without these tags."""
        if self.leaving is Without.METADATA:
            return {_COLUMN: null()}
        if self.leaving is Without.KEY:
            return {_COLUMN: table.c.metadata.op("-")(cast("tags", Text))}
        value: Any = table.c.metadata
        for place, _tag in reversed(self.places):
            value = value.op("#-")(_path(place))
        return {_COLUMN: value}


def _path(place: int) -> Any:
    return literal(["tags", str(place)], ARRAY(Text))

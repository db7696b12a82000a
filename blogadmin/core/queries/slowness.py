"""Which lists take long, and why: said before they are asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from blogadmin.core.queries.abilities import Abilities
from blogadmin.core.queries.spec import Condition, Kind, ListSpec
from blogadmin.core.queries.words import Length, length_of, split

if TYPE_CHECKING:
    from blogadmin.core.queries.listing import Listing

_WITHOUT_WORDS = {
    "comments": "No index knows the words of comments, so every comment is read.",
    "history": "No index knows the names in the history, so every change is read.",
}


def reason(listing: Listing[Any], spec: ListSpec, able: Abilities) -> str | None:
    """Why the list takes long, as a sentence for the person; ``None`` if it does not."""
    return _of_search(listing, spec, able) or _of_filter(listing, spec, able) or _of_order(listing, spec)


def _of_search(listing: Listing[Any], spec: ListSpec, able: Abilities) -> str | None:
    words = split(spec.search)
    if not words:
        return None
    if spec.bodies and listing.has_bodies:
        if able.bodies:
            return None
        return "This database keeps no words of the texts, so every text is read. An upgrade changes that."
    if listing.noun in _WITHOUT_WORDS:
        return _WITHOUT_WORDS[listing.noun]
    if listing.noun not in able.trigrams:
        return (
            "This database has no index for parts of words (the extension pg_trgm is missing), so every row"
            " is read."
        )
    if all(length_of(word, scripts=able.scripts) is Length.EVERYTHING for word in words):
        return "The index of this database does not know such words, so every row is read."
    return None


def _of_filter(listing: Listing[Any], spec: ListSpec, able: Abilities) -> str | None:
    for condition in _known(listing, spec):
        if condition.op == "has_key" and not able.keys:
            return "This database has no index of the keys in metadata, so every row is read."
        if _counts(listing, condition):
            return f"The {condition.field} of each row are counted."
    return None


def _known(listing: Listing[Any], spec: ListSpec) -> list[Condition]:
    asked = spec.where.conditions() if spec.where is not None else ()
    return [condition for condition in asked if condition.field in listing.fields]


def _counts(listing: Listing[Any], condition: Condition) -> bool:
    column = listing.columns.get(condition.field)
    if column is None or column.indexed or listing.fields[condition.field].kind is not Kind.NUMBER:
        return False
    # Whether there is one at all is a join, and quick.
    return (condition.op, condition.value) not in {("at_least", 1), ("at_most", 0), ("is", 0)}


def _of_order(listing: Listing[Any], spec: ListSpec) -> str | None:
    if not spec.sort or (spec.bodies and listing.has_bodies):
        return None
    first = listing.columns.get(spec.sort[0].column)
    if first is None:
        return None
    name = spec.sort[0].column.replace("_", " ")
    if not first.indexed:
        return f"No index keeps the order by {name}, so all rows are sorted."
    others = {sort.column for sort in spec.sort} - {spec.sort[0].column, "id"}
    if others and not first.telling:
        return f"Many rows have the same {name}, and no index keeps the order among them."
    return None

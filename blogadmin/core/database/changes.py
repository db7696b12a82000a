"""Which rows of which noun a commit touched: the one value that makes views refresh."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

_NONE: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Changes:
    """Ids by noun (``"users"``, ``"posts"``, ``"comments"``) that were created, updated and deleted."""

    created: Mapping[str, frozenset[int]] = field(default_factory=lambda: MappingProxyType({}))
    updated: Mapping[str, frozenset[int]] = field(default_factory=lambda: MappingProxyType({}))
    deleted: Mapping[str, frozenset[int]] = field(default_factory=lambda: MappingProxyType({}))

    @classmethod
    def of(
        cls,
        noun: str,
        *,
        created: Iterable[int] = (),
        updated: Iterable[int] = (),
        deleted: Iterable[int] = (),
    ) -> Changes:
        """Changes to a single noun."""
        return cls(*(_one(noun, ids) for ids in (created, updated, deleted)))

    def __or__(self, other: Changes) -> Changes:
        return Changes(
            _union(self.created, other.created),
            _union(self.updated, other.updated),
            _union(self.deleted, other.deleted),
        )

    def __bool__(self) -> bool:
        return bool(self.created or self.updated or self.deleted)

    def touched(self, noun: str) -> frozenset[int]:
        """Ids of ``noun`` whose rows look different now, deleted ones included."""
        return self.created.get(noun, _NONE) | self.updated.get(noun, _NONE) | self.deleted.get(noun, _NONE)


def _one(noun: str, ids: Iterable[int]) -> Mapping[str, frozenset[int]]:
    frozen = frozenset(ids)
    return MappingProxyType({noun: frozen} if frozen else {})


def _union(
    one: Mapping[str, frozenset[int]], two: Mapping[str, frozenset[int]]
) -> Mapping[str, frozenset[int]]:
    return MappingProxyType({noun: one.get(noun, _NONE) | two.get(noun, _NONE) for noun in {*one, *two}})

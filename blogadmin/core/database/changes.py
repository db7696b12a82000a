"""Which rows of which noun a commit touched: the one value that makes views refresh."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
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

    @classmethod
    def joined(cls, several: Sequence[Changes]) -> Changes:
        """All of ``several`` in one, each id looked at once."""
        return cls(
            _union([one.created for one in several]),
            _union([one.updated for one in several]),
            _union([one.deleted for one in several]),
        )

    def __or__(self, other: Changes) -> Changes:
        return Changes.joined((self, other))

    def __bool__(self) -> bool:
        return bool(self.created or self.updated or self.deleted)

    def touched(self, noun: str) -> frozenset[int]:
        """Ids of ``noun`` whose rows look different now, deleted ones included."""
        return self.created.get(noun, _NONE) | self.updated.get(noun, _NONE) | self.deleted.get(noun, _NONE)


def _one(noun: str, ids: Iterable[int]) -> Mapping[str, frozenset[int]]:
    frozen = frozenset(ids)
    return MappingProxyType({noun: frozen} if frozen else {})


def _union(several: Sequence[Mapping[str, frozenset[int]]]) -> Mapping[str, frozenset[int]]:
    nouns = {noun for one in several for noun in one}
    return MappingProxyType({noun: _NONE.union(*(one.get(noun, _NONE) for one in several)) for noun in nouns})

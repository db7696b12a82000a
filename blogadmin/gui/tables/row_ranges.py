"""Sets of row numbers as ranges: a million neighbours cost as much as one."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator


class RowRanges:
    """An unchangeable set of row numbers, kept as half-open ranges that neither touch nor overlap."""

    __slots__ = ("_bounds",)

    def __init__(self, pairs: Iterable[tuple[int, int]] = ()) -> None:
        """Unite ``pairs`` of (first, one past the last) in any order; empty ones are left out."""
        bounds: list[int] = []
        for start, stop in sorted(pairs):
            if start >= stop:
                continue
            if bounds and start <= bounds[-1]:
                bounds[-1] = max(bounds[-1], stop)
            else:
                bounds += (start, stop)
        self._bounds = bounds

    @classmethod
    def of_rows(cls, rows: Iterable[int]) -> RowRanges:
        """The set of single ``rows``."""
        return cls((row, row + 1) for row in rows)

    def __contains__(self, row: int) -> bool:
        # An odd place among the bounds lies between a start and its stop.
        return bisect_right(self._bounds, row) & 1 == 1

    def __iter__(self) -> Iterator[tuple[int, int]]:
        """The ranges in order, as (first, one past the last)."""
        bounds = iter(self._bounds)
        return zip(bounds, bounds, strict=True)

    def __bool__(self) -> bool:
        return bool(self._bounds)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RowRanges) and self._bounds == other._bounds

    def __hash__(self) -> int:
        return hash(tuple(self._bounds))

    def __repr__(self) -> str:
        return f"RowRanges({list(self)})"

    @property
    def fragments(self) -> int:
        """How many ranges there are."""
        return len(self._bounds) // 2

    def count(self, stop: int | None = None) -> int:
        """How many rows are in the set, those from ``stop`` on left out."""
        if stop is not None and self._bounds and self._bounds[-1] > stop:
            return self.clipped(0, stop).count()
        return sum(self._bounds[1::2]) - sum(self._bounds[::2])

    def __or__(self, other: RowRanges) -> RowRanges:
        return _combined(self._bounds, other._bounds, lambda one, two: one or two)

    def __sub__(self, other: RowRanges) -> RowRanges:
        return _combined(self._bounds, other._bounds, lambda one, two: one and not two)

    def __xor__(self, other: RowRanges) -> RowRanges:
        return _combined(self._bounds, other._bounds, lambda one, two: one is not two)

    def clipped(self, start: int, stop: int) -> RowRanges:
        """Those rows of the set that are at least ``start`` and below ``stop``."""
        if start >= stop:
            return RowRanges()
        low, high = bisect_right(self._bounds, start), bisect_left(self._bounds, stop)
        inner = self._bounds[low:high]
        if low & 1:
            inner.insert(0, start)
        if high & 1:
            inner.append(stop)
        return RowRanges(zip(inner[::2], inner[1::2], strict=True))

    def first(self, most: int) -> RowRanges:
        """The first ``most`` rows of the set."""
        chosen: list[tuple[int, int]] = []
        for start, stop in self:
            chosen.append((start, min(stop, start + most)))
            most -= chosen[-1][1] - start
            if most <= 0:
                break
        return RowRanges(chosen)

    def rows(self) -> Iterator[int]:
        """The single rows, in order."""
        for start, stop in self:
            yield from range(start, stop)


def _combined(one: list[int], two: list[int], keep: Callable[[bool, bool], bool]) -> RowRanges:
    """Unite or part two sets; what lies outside ``two`` stays as it is in ``one``."""
    if not two:
        return _of_bounds(one)
    first, last = bisect_left(one, two[0]), bisect_right(one, two[-1])
    return _of_bounds(one[:first] + _swept(one[first:last], two, first & 1, keep) + one[last:])


def _swept(one: list[int], two: list[int], inside_one: int, keep: Callable[[bool, bool], bool]) -> list[int]:
    """Walk along the bounds of both sets at once, and note where ``keep`` changes its mind."""
    bounds: list[int] = []
    inside_two, inside = 0, inside_one == 1
    in_one, in_two = set(one), set(two)
    for here in sorted(in_one | in_two):
        inside_one ^= here in in_one
        inside_two ^= here in in_two
        if keep(inside_one == 1, inside_two == 1) is not inside:
            bounds.append(here)
            inside = not inside
    return bounds


def _of_bounds(bounds: list[int]) -> RowRanges:
    made = RowRanges()
    made._bounds = bounds  # noqa: SLF001 - of the same class, and sorted already
    return made

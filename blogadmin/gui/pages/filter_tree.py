"""A filter as a person sees it, a row of chips: taking one away, changing one, adding to it.

A place is where a part stands: ``(2,)`` is the third part, ``(2, 0)`` the first inside of it. What comes out
is always tidy: no empty group, no group of one.
"""

from __future__ import annotations

from collections.abc import Iterator

from blogadmin.core.queries.spec import Condition, Group

Part = Condition | Group
Place = tuple[int, ...]


def parts_of(where: Group | None) -> tuple[Part, ...]:
    """What stands beside each other in a filter; nothing for no filter."""
    return where.parts if where is not None else ()


def chips_of(where: Group | None) -> Iterator[tuple[Place, Part]]:
    """The chips of a filter with their places. A group inside a group is one chip, shown but not edited."""
    for at, part in enumerate(parts_of(where)):
        if isinstance(part, Group):
            for inner_at, inner in enumerate(part.parts):
                yield (at, inner_at), inner
        else:
            yield (at,), part


def added(where: Group | None, part: Part) -> Group:
    """The filter with ``part`` at its end."""
    return Group((part,)) if where is None else where._replace(parts=(*where.parts, part))


def removed(where: Group | None, place: Place) -> Group | None:
    """The filter without what stands at ``place``; ``None`` when nothing is left."""
    return _put(where, place, ())


def replaced(where: Group | None, place: Place, part: Part) -> Group | None:
    """The filter with ``part`` in place of what stands at ``place``."""
    return _put(where, place, (part,))


def with_alternative(where: Group, place: Place, part: Part) -> Group:
    """The filter in which ``part`` stands beside what is at ``place``, the other way of holding.

    Among parts that must all hold that is "or", among alternatives it is "and".
    """
    beside = where.parts[place[0]]
    inner = beside if isinstance(beside, Group) else Group((beside,), any=not where.any)
    grown = inner._replace(parts=(*inner.parts, part))
    return where._replace(parts=(*where.parts[: place[0]], grown, *where.parts[place[0] + 1 :]))


def with_any(where: Group, any_: bool) -> Group:
    """The filter of which any part, or each, must hold; the groups inside turn the other way."""
    if where.any == any_:
        return where
    turned = (p._replace(any=not any_) if isinstance(p, Group) else p for p in where.parts)
    return Group(tuple(turned), any=any_)


def tidied(where: Group | None) -> Group | None:
    """The same filter without empty groups and groups of one, as chips can show it."""
    if where is None:
        return None
    parts: list[Part] = []
    for part in where.parts:
        inner = tidied(part) if isinstance(part, Group) else part
        if isinstance(inner, Group) and (len(inner.parts) == 1 or inner.any == where.any):
            parts += inner.parts
        elif inner is not None:
            parts.append(inner)
    if len(parts) == 1 and isinstance(parts[0], Group):
        return parts[0]
    return where._replace(parts=tuple(parts)) if parts else None


def _put(where: Group | None, place: Place, parts: tuple[Part, ...]) -> Group | None:
    if where is None:
        return None
    at, rest = place[0], place[1:]
    former = where.parts[at]
    if rest and isinstance(former, Group):
        inner = _put(former, rest, parts)
        parts = () if inner is None else (inner,)
    return tidied(where._replace(parts=(*where.parts[:at], *parts, *where.parts[at + 1 :])))

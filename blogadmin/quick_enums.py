"""Makes the enumerations of Qt in half the time.

PySide makes Python's of them when they are first named: three thousand members until a window is there, and
1,200 of ``Qt`` alone in one go, which holds up whoever waits. Python checks each member of an enumeration, as
a person may have written it. For those of its own library it has a way without these checks and to the same
result, and what a program hands over, names and numbers, needs none.
"""

from __future__ import annotations

import builtins
import enum
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

_FAMILIES: Final = (enum.Enum, enum.IntEnum, enum.Flag, enum.IntFlag)


@contextmanager
def quick_enums() -> Iterator[None]:
    """Have what PySide makes made the short way; all else, and without that way all, as ever."""
    short: Callable[..., Any] | None = getattr(enum, "_simple_enum", None)
    plain: Callable[..., Any] | None = getattr(enum.EnumType, "_create_", None)
    if short is None or plain is None:
        yield
        return

    def create(family: Any, class_name: str, names: Any, **more: Any) -> Any:
        if family not in _FAMILIES or not _is_of_pyside(names, more):
            return plain(family, class_name, names, **more)
        return short(family, boundary=more["boundary"])(builtins.type(class_name, (), dict(names)))

    setattr(enum.EnumType, "_create_", create)  # noqa: B010 - no name that a checker knows
    try:
        yield
    finally:
        setattr(enum.EnumType, "_create_", plain)  # noqa: B010


def _is_of_pyside(names: Any, more: dict[str, Any]) -> bool:
    """Whether it is asked for as PySide does: pairs of a name and a number, of which any sum may be kept."""
    return (
        more.get("boundary") is enum.KEEP
        and not any(more.get(name) for name in ("module", "qualname", "type"))
        and isinstance(names, list)
        and all(map(_is_member, names))
    )


def _is_member(pair: Any) -> bool:
    if type(pair) is not tuple or len(pair) != 2:
        return False
    name, number = pair
    # What begins with a line may mean something else to Python.
    return type(name) is str and type(number) is int and name[:1] != "_"

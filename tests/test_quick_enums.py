"""Enumerations made the short way are those that Python makes, and only PySide's are."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from PySide6 import QtCore, QtGui, QtSvg, QtWidgets

from blogadmin.quick_enums import quick_enums
from tests.processes import printed

_FAMILIES = (enum.IntFlag, enum.Flag, enum.IntEnum, enum.Enum)
_PAIRS = [("One", 1), ("Two", 2), ("Uno", 1), ("Both", 3), ("None_", 0), ("Far", 0x80000000), ("Less", -1)]
# Tells how many enumerations were made the short way until the names of Qt were there, and whether they work.
_NAME_QT = """
import enum
short, made = enum._simple_enum, []
def counted(family, **more):
    made.append(family)
    return short(family, **more)
enum._simple_enum = counted
from blogadmin.quick_enums import quick_enums
with quick_enums():
    from PySide6.QtCore import Qt
    centre = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter
assert centre == Qt.AlignmentFlag.AlignCenter and Qt.Key(65) is Qt.Key.Key_A
print(len(made))
"""

Made = type[enum.Enum]


def _of_qt() -> Iterator[Any]:
    seen: set[Any] = set()
    for module in (QtCore, QtGui, QtSvg, QtWidgets):
        for name in dir(module):
            of = getattr(module, name)
            for one in vars(of).values() if isinstance(of, type) else ():
                if isinstance(one, enum.EnumType) and one not in seen:
                    seen.add(one)
                    yield one


def _made(family: Made, pairs: list[Any], **more: Any) -> Made:
    functional: Any = family
    return functional("Made", pairs, boundary=enum.KEEP, **more)


def _told(made: Made) -> list[Any]:
    """All that can be seen of an enumeration and its members."""
    members = list(made.__members__.items())
    told: list[Any] = [[(name, member.name, member.value, hash(member)) for name, member in members]]
    told.append([(str(member), repr(member), f"{member}") for member in made])
    told.append([getattr(made, name).value for name, _member in members])
    told += [_asked(made, value) for value in (0, 1, 3, 4, 7, 987_654)]
    if issubclass(made, enum.Flag):
        told.append([(~one).value for _name, one in members if isinstance(one, enum.Flag)])
        some: list[Any] = [member for _name, member in members[:10]]
        for one, other in product(some, some):
            told.append([(repr(both), both.value) for both in (one | other, one & other, one ^ other)])
    return told


def _asked(made: Made, value: int) -> Any:
    try:
        return repr(made(value))
    except (ValueError, TypeError) as exc:
        return str(exc)


def test_those_of_qt_are_the_same_either_way() -> None:
    enums = list(_of_qt())
    assert len(enums) > 300
    for one in enums:
        family = next(family for family in _FAMILIES if issubclass(one, family))
        pairs = [(name, member.value) for name, member in one.__members__.items()]
        plain = _made(family, pairs)
        with quick_enums():
            quick = _made(family, pairs)
        assert _told(quick) == _told(plain), one


@pytest.mark.parametrize("family", _FAMILIES)
def test_values_that_come_twice_or_in_parts_are_the_same_either_way(family: Made) -> None:
    pairs = _PAIRS[:-1] if issubclass(family, enum.Flag) else _PAIRS
    plain = _made(family, pairs)
    with quick_enums():
        quick = _made(family, pairs)
    assert _told(quick) == _told(plain)


def test_pyside_is_heard_when_it_asks() -> None:
    assert int(printed("-c", _NAME_QT, environment={})) > 80


def test_what_others_ask_for_is_checked_as_ever() -> None:
    functional: Any = enum.Enum
    with quick_enums():
        assert [one.value for one in functional("Colour", "RED GREEN")] == [1, 2]
        named = functional("Colour", [("RED", 1)], module=__name__)
        assert named.__module__ == __name__
        assert [one.value for one in _made(enum.Flag, ["RED", "GREEN"])] == [1, 2]
        with pytest.raises(ValueError, match="reserved"):
            _made(enum.Enum, [("_reserved_", 1)])
        with pytest.raises(TypeError, match="already defined"):
            functional("Colour", [("RED", 1), ("RED", 2)])


def test_afterwards_all_is_as_it_was() -> None:
    before = vars(enum.EnumType)["_create_"]
    with quick_enums():
        assert vars(enum.EnumType)["_create_"] is not before
    assert vars(enum.EnumType)["_create_"] is before


def test_a_python_without_the_short_way_does_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(enum, "_simple_enum")
    before = vars(enum.EnumType)["_create_"]
    with quick_enums():
        assert vars(enum.EnumType)["_create_"] is before

"""A post's metadata between the text that a person edits and the object that the database keeps.

Stricter than ``json``: what is accepted here comes back from PostgreSQL exactly as it was typed, apart from
white space and the order of keys. Plain Python; both halves of the program use it.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import pairwise
from typing import Any, NoReturn

from blogadmin.core import values

_TOKEN = re.compile(
    r'"(?P<string>(?:[^"\\]|\\.)*)"|(?P<number>-?[0-9][0-9.eE+-]*)'
    r"|(?P<constant>-?Infinity|NaN)|(?P<mark>[{}\[\],:])",
    re.DOTALL,
)
_LEAST, _MOST = -(2**63), 2**63 - 1
_DIGITS_WORTH_READING = 40
_SYNTAX = {
    "Expecting property name": "A key in double quotes is expected here.",
    "Illegal trailing comma": "The comma before a closing bracket must go.",
    "Expecting ',' delimiter": "A comma or a closing bracket is expected here.",
    "Expecting ':' delimiter": "A colon is expected after the key.",
    "Expecting value": "A value is expected here.",
    "Extra data": "Nothing may follow the end of the metadata.",
    "Invalid control character": r"A line break or tab inside a text is written \n or \t.",
    "Unterminated string": "This text has no closing quote.",
    "Invalid \\": "No such escape exists. A backslash itself is written twice.",
    "Unexpected UTF-8 BOM": "The text begins with an invisible mark. Delete it.",
}
"""How the decoder's messages begin, and the same for people who are not programmers."""


class MetadataProblem(ValueError):
    """Why a text is no metadata, and where. ``line`` and ``column`` count from 1.

    ``str()`` and ``message`` are whole sentences for the person, without the place.
    """

    def __init__(self, message: str, line: int, column: int) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column


def parse_metadata(text: str) -> dict[str, Any] | None:
    """Read what a person typed; blank text and ``null`` mean none. Raises ``MetadataProblem``."""
    if not text.strip():
        return None
    tokens = list(_TOKEN.finditer(text))
    # Before json reads it: Python's parser gives up on deep nesting without telling where.
    _check_depth(text, tokens)
    value = _load(text)
    _check_keys(text, tokens)
    for token in tokens:
        _check_token(text, token)
    if value is not None and not isinstance(value, dict):
        _refuse("Metadata must be an object: {…}, or nothing.", text, len(text) - len(text.lstrip()))
    size = len(json.dumps(value, ensure_ascii=False).encode())
    if size > values.METADATA_MAX_BYTES:
        _refuse(f"Metadata takes {size:,} bytes; at most {values.METADATA_MAX_BYTES:,} fit.", text, 0)
    return value


def format_metadata(metadata: Mapping[str, Any] | None) -> str:
    """Write metadata for editing, its keys in the order they have; none becomes an empty text."""
    if metadata is None:
        return ""
    return json.dumps(dict(metadata), indent=2, ensure_ascii=False, allow_nan=False)


def metadata_problem(metadata: object) -> str | None:
    """Tell why ``metadata`` cannot be stored and read back unaltered, or ``None`` if it can."""
    try:
        text = json.dumps(metadata, allow_nan=False)
        kept = parse_metadata(text)
    except MetadataProblem as problem:
        return problem.message
    except (TypeError, ValueError, RecursionError):
        return "Metadata may hold only text, numbers, true, false, null, lists and objects."
    return None if same_json(kept, metadata) else "Metadata may have only text as keys."


def same_json(one: object, two: object) -> bool:
    """Whether two values are the same to PostgreSQL's ``jsonb``; unlike ``==``, ``1`` and ``true`` differ."""
    try:
        return _canonical(one) == _canonical(two)
    except (TypeError, ValueError, RecursionError):
        return False


def _canonical(value: object) -> str:
    # Keys that are not text would become text here and look the same; sorting mixed ones raises TypeError.
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):
            raise TypeError("a key is not text")
        return "{" + ",".join(f"{json.dumps(k)}:{_canonical(value[k])}" for k in sorted(value)) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(_canonical, value)) + "]"
    if isinstance(value, float) and value.is_integer():
        # To PostgreSQL 1.0 and 1 are the same number; it counts the digits written, not the bits behind them.
        return str(int(Decimal(repr(value))))
    return json.dumps(value)


def _load(text: str) -> Any:
    try:
        # The check of the tokens tells about numbers and constants with their place.
        return json.loads(text, parse_int=_integer, parse_constant=lambda _name: None)
    except json.JSONDecodeError as exc:
        told = (words for begin, words in _SYNTAX.items() if exc.msg.startswith(begin))
        _refuse(next(told, "This is not JSON."), text, exc.pos)


def _integer(digits: str) -> int:
    # Python refuses to convert thousands of digits at all; such a number is refused by its token.
    return int(digits) if len(digits) < _DIGITS_WORTH_READING else 0


def _check_depth(text: str, tokens: list[re.Match[str]]) -> None:
    depth = 0
    for token in tokens:
        mark = token["mark"]
        if mark in {"{", "["}:
            depth += 1
            if depth > values.METADATA_MAX_DEPTH:
                _refuse(f"Nested deeper than {values.METADATA_MAX_DEPTH} levels.", text, token.start())
        elif mark in {"}", "]"}:
            depth -= 1


def _check_keys(text: str, tokens: list[re.Match[str]]) -> None:
    for key, token in _keys(tokens):
        if key is None:
            _refuse(f"{token[0]} is there twice in the same object.", text, token.start())


def _keys(tokens: list[re.Match[str]]) -> Iterator[tuple[str | None, re.Match[str]]]:
    """Each key with its token; ``None`` for one that its object has already. The text is well-formed."""
    seen: list[set[str]] = []
    for token, following in pairwise(tokens):
        mark = token["mark"]
        if mark in {"{", "["}:
            seen.append(set())
        elif mark in {"}", "]"}:
            seen.pop()
        elif following["mark"] == ":":
            key: str = json.loads(token[0])
            yield (None if key in seen[-1] else key), token
            seen[-1].add(key)


def _check_token(text: str, token: re.Match[str]) -> None:
    problem = None
    if token["constant"]:
        problem = f"{token[0]} is not a number that JSON knows."
    elif token["string"]:
        problem = _string_problem(json.loads(token[0]))
    elif token["number"]:
        problem = _number_problem(token[0])
    if problem:
        _refuse(problem, text, token.start())


def _string_problem(string: str) -> str | None:
    if "\x00" in string:
        return r"This text contains a NUL character (\u0000), which PostgreSQL cannot store."
    if any("\ud800" <= ch <= "\udfff" for ch in string):
        return "This text contains half of a character (a lone surrogate)."
    return None


def _number_problem(digits: str) -> str | None:
    too_large = "This number is too large to be kept exactly."
    if not any(ch in digits for ch in ".eE"):
        short = len(digits) < _DIGITS_WORTH_READING
        return None if short and _LEAST <= int(digits) <= _MOST else too_large
    number = float(digits)
    # PostgreSQL writes whole numbers without exponent: it would come back as an integer too large to read.
    if not math.isfinite(number) or (number.is_integer() and not _LEAST <= number <= _MOST):
        return too_large
    if Decimal(digits) != Decimal(repr(number)):
        return "This number has more digits than can be kept exactly."
    return None


def _refuse(message: str, text: str, position: int) -> NoReturn:
    line = text.count("\n", 0, position) + 1
    column = position - text.rfind("\n", 0, position)
    raise MetadataProblem(message, line, column)

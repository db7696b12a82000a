"""What may happen to text between the database and a widget: nothing that a person did not type.

Pure functions. A widget shows every line break the same way; ``weave`` puts each untouched line's own break
back. What is pasted is cleaned of characters that nobody meant, and the person is told.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

UNKEEPABLE: Final = "contains characters this editor cannot keep. It is left exactly as it is."

_BREAK = re.compile(r"\r\n|\n|\r")
_LINE_BREAKS = re.compile(r"\s*[\n\r\x0b\x0c\x85\u2028\u2029]\s*")
_JUNK = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def breaks_as_shown(text: str) -> str:
    """The text with every line break as a widget reports it, ``\\n``."""
    return _BREAK.sub("\n", text)


def weave(original: str, edited: str) -> str:
    """Give ``edited``, whose breaks are all ``\\n``, the line breaks of the ``original`` it was made from.

    Lines before and after the edit keep their own; new ones get the kind that the original uses most.
    """
    breaks = _BREAK.findall(original)
    if set(breaks) <= {"\n"}:
        return edited
    usual = Counter(breaks).most_common(1)[0][0]
    old, new = breaks_as_shown(original).split("\n"), edited.split("\n")
    if len(old) == len(new):
        return _join(new, breaks)
    head = _common(old, new)
    tail = min(_common(old[::-1], new[::-1]), min(len(old), len(new)) - head)
    between = len(new) - 1
    # A break belongs to the line before it; the last line has none.
    kept_head = breaks[: min(head, between)]
    kept_tail = breaks[len(breaks) - min(max(tail - 1, 0), between - len(kept_head)) :] if tail > 1 else []
    middle = [usual] * (between - len(kept_head) - len(kept_tail))
    return _join(new, [*kept_head, *middle, *kept_tail])


def _join(lines: list[str], breaks: list[str]) -> str:
    parts: list[str] = []
    before = ""
    for line, end in zip(lines, [*breaks, ""], strict=True):
        # With no text left between them the two would be read as one break.
        merges = before == "\r" and end == "\n" and not line
        before = "\r" if merges else end
        parts += (line, before)
    return "".join(parts)


def _common(one: list[str], two: list[str]) -> int:
    count = 0
    for left, right in zip(one, two, strict=False):
        if left != right:
            break
        count += 1
    return count


def clean_line(text: str) -> tuple[str, str]:
    """Make pasted text fit for a single line: ``(cleaned, what was done)``; the latter empty if nothing."""
    text = _keep_breaks(text)
    visible = _INVISIBLE.sub("", _JUNK.sub("", text))
    # A copied line often brings its break along; that one goes without a word.
    line = visible.strip("\n\r\x85\u2028\u2029")
    joined = _LINE_BREAKS.sub(" ", line).replace("\t", " ")
    parts = ["Line breaks and tabs became spaces."] if joined != line else []
    return joined, " ".join([*parts, *_removed(len(text) - len(visible))])


def clean_text(text: str) -> tuple[str, str]:
    """Make pasted text fit for a body: ``(cleaned, what was done)``; the latter empty if nothing."""
    cleaned = _JUNK.sub("", text)
    return cleaned, " ".join(_removed(len(text) - len(cleaned)))


def _keep_breaks(text: str) -> str:
    # Vertical tab and form feed separate lines, too; as junk they would glue two words together.
    return text.replace("\x0b", "\n").replace("\x0c", "\n")


def _removed(count: int) -> list[str]:
    if not count:
        return []
    return [f"{count:,} invisible character{'' if count == 1 else 's'} removed."]


def inserted(before: str, after: str) -> slice:
    """The part of ``after`` that is new against ``before``, one stretch of text having been replaced."""
    start = 0
    most = min(len(before), len(after))
    while start < most and before[start] == after[start]:
        start += 1
    end = 0
    while end < most - start and before[-1 - end] == after[-1 - end]:
        end += 1
    return slice(start, len(after) - end)

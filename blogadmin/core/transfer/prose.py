"""Names, titles and Markdown made from lists of words; the same random numbers make the same text."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from random import Random
from typing import Any, Final

from slugify import slugify

from blogadmin import paths
from blogadmin.core import values

_SLOT: Final = re.compile(r"\{([a-zA-Z]+)\}")
_ARTICLE: Final = re.compile(r"\b([Aa]) (?=[aeiou]|honest)")
_ASCII_GAP: Final = re.compile(r"[^a-z0-9]+")
_SLUG_WORDS: Final = 80


@dataclass(frozen=True, slots=True)
class Line:
    """A short text and its form for an address: of a name for e-mail, of a title for the web."""

    text: str
    slug: str


@lru_cache(maxsize=1)
def vocabulary() -> dict[str, Any]:
    """The lists of words, from the program's resources."""
    return tomllib.loads((paths.resources_dir() / "sample" / "words.toml").read_text("utf-8"))


class Prose:
    """Makes text with one random number generator."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._words = vocabulary()

    def names(self, count: int) -> list[Line]:
        """Names of people from several cultures."""
        cultures = self._words["culture"]
        return [self._name(self._rng.choice(cultures)) for _ in range(count)]

    def titles(self, count: int) -> list[Line]:
        """Titles: mostly English, some in other languages and directions, a few nearly too long."""
        return [self._title() for _ in range(count)]

    def paragraphs(self, count: int) -> list[str]:
        """Blocks of Markdown, from 60 to about 600 characters each."""
        return [self._block() for _ in range(count)]

    def replies(self, count: int) -> list[str]:
        """What readers write under posts."""
        return [self._reply() for _ in range(count)]

    def spam(self) -> list[str]:
        """What nobody wants to read under posts."""
        return list(self._words["spam"])

    def tags(self, count: int) -> list[str]:
        """Sets of tags, each as the inside of a JSON array; the first tags of the list are frequent ones."""
        tags: list[str] = self._words["tags"]
        picks = [
            dict.fromkeys(tags[int(len(tags) * self._rng.random() ** 2)] for _ in range(1 + n % 4))
            for n in range(count)
        ]
        return [", ".join(f'"{tag}"' for tag in pick) for pick in picks]

    def fill(self, template: str) -> str:
        """Put words into the slots of a template; a slot with a capital gets a word with a capital."""
        return _ARTICLE.sub(r"\1n ", _SLOT.sub(self._word, template))

    def _word(self, slot: re.Match[str]) -> str:
        name = slot[1]
        if name == "number":
            return str(2 + int(38 * self._rng.random() ** 2))
        word: str = self._rng.choice(self._words[name.lower()])
        return word[0].upper() + word[1:] if name[0].isupper() else word

    def _name(self, culture: dict[str, Any]) -> Line:
        parts = [self._rng.choice(culture["given"]), self._rng.choice(culture["family"])]
        slug = ".".join(_in_address(part) for part in parts)
        if culture.get("family_first"):
            parts.reverse()
        return Line(" ".join(parts), slug)

    def _title(self) -> Line:
        kind = self._rng.random()
        if kind < 0.08:
            text: str = self._rng.choice(self._words["foreign_titles"])
        else:
            text = self.fill(self._rng.choice(self._words["long_titles" if kind < 0.1 else "titles"]))
        text = text[: values.TITLE_MAX].rstrip()
        lowered = text.lower()
        slug = _ASCII_GAP.sub("-", lowered) if lowered.isascii() else slugify(text)
        return Line(text, slug[:_SLUG_WORDS].strip("-"))

    def _block(self) -> str:
        kind = self._rng.random()
        if kind < 0.06:
            return self.fill(self._rng.choice(self._words["blocks"]))
        if kind < 0.12:
            items = self._rng.sample(self._words["items"], 3)
            mark = self._rng.choice(("- ", "1. "))
            return "\n".join(mark + self.fill(item) for item in items)
        if kind < 0.17:
            return self._rng.choice(self._words["foreign_paragraphs"])
        text = self._sentences(2 + int(5 * self._rng.random()))
        if kind < 0.27:
            return f"## {self.fill(self._rng.choice(self._words['headings']))}\n\n{text}"
        return text

    def _sentences(self, count: int) -> str:
        return " ".join(
            self._rng.choice(self._words["remarks"])
            if self._rng.random() < 0.2
            else self.fill(self._rng.choice(self._words["sentences"]))
            for _ in range(count)
        )

    def _reply(self) -> str:
        opening: str = self._rng.choice(self._words["replies"])
        if self._rng.random() < 0.5:
            return opening
        rest = self._sentences(1 + int(3 * self._rng.random() ** 2))
        return f"{opening}\n\n{rest}" if self._rng.random() < 0.2 else f"{opening} {rest}"


@lru_cache(maxsize=4096)
def _in_address(name: str) -> str:
    return slugify(name, separator="")

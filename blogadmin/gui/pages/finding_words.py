"""What a page says when nothing was found, and how many rows there are before they are counted."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from blogadmin.core.queries.spec import ListSpec
from blogadmin.gui.dialogs.faithful_text import clean_line
from blogadmin.gui.pages.noun import Noun

if TYPE_CHECKING:
    from blogadmin.gui.pages.finding import Finding

Way = tuple[str, Callable[[], object]]

_MOST_WORDS = 60
_MOST_CONDITIONS = 300
"""Letters of what was looked for: a page pasted by mistake must not push the way out off the screen."""


def nothing_found(noun: Noun, spec: ListSpec, finding: Finding) -> tuple[str, str, str, list[Way]]:
    """Icon, title, text and ways out for a list that what is looked for has left empty."""
    if spec.where is None:
        text = "Every word you type must appear somewhere in the row."
        if spec.bodies:
            text = "Every word you type must appear in the text."
        return (
            "search",
            f"No {noun.plural} match “{_shortened(spec.search, _MOST_WORDS)}”",
            text,
            [("Clear the search", finding.clear_search)],
        )
    wanted = _shortened(finding.words.sentence(spec.where), _MOST_CONDITIONS)
    if not spec.search:
        return (
            "filter",
            f"No {noun.plural} match these filters",
            wanted,
            [("Clear filters", finding.clear_filters)],
        )
    title = f"No {noun.plural} match “{_shortened(spec.search, _MOST_WORDS)}” and these filters"
    return "filter", title, wanted, [("Clear filters", finding.clear_filters), ("Clear all", finding.clear)]


def about(noun: Noun, number: int) -> str:
    """A number that is only estimated, rounded as far as it can be trusted: "about 1,204,000 posts"."""
    digits = len(str(number))
    rounded = round(number, -max(0, digits - 4)) if digits > 4 else number
    return f"about {noun.counted(rounded)}"


def _shortened(text: str, most: int) -> str:
    """The beginning of ``text`` on one line, without marks that would turn the sentence around it."""
    line, _removed = clean_line(text)
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"

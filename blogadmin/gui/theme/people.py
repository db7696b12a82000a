"""What stands in the disc of a person."""

import re
from functools import lru_cache
from typing import Final

# The same name in other letters, or what somebody is called besides.
_IN_BRACKETS: Final = re.compile(r"\([^)]*\)?")
_LEAST: Final = 8


@lru_cache(maxsize=2_000)
def initials(name: str) -> str:
    """The first letters of the first and the last word of a name; "?" where there is none."""
    words = [word for word in _IN_BRACKETS.sub(" ", name).split() if word[0].isalnum()]
    letters = words[0][0] + (words[-1][0] if len(words) > 1 else "") if words else "?"
    return letters.upper()


def initials_pixels(side: float) -> int:
    """The size of the letters in a disc that is `side` wide, in device-independent pixels."""
    return max(_LEAST, int(side * 0.4))

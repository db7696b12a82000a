"""The text of an editor, followed by what changes in it: to copy a megabyte takes the window's thread 6 ms.

The window notes each change, which costs as much as the change is long. Whoever wants the text, on a worker,
puts the changes into a copy that is kept for this.
"""

from __future__ import annotations

import threading
from collections import deque
from typing import Final

from PySide6.QtGui import QTextCursor, QTextDocument

PARAGRAPH: Final = "\u2029"
"""What Qt has between two lines."""
MOST: Final = 10_000
"""Changes that may wait; when nobody wants the text, nobody needs them."""
# Qt counts in halves of what Python may call one character; in this form a text can be cut where Qt does.
_CODING: Final = "utf-16-le"
_HALVES: Final = "surrogatepass"


class TypedText:
    """What stands in ``document``, which is ``text`` now. ``text()`` may be called on any thread."""

    def __init__(self, document: QTextDocument, text: str) -> None:
        self.changes = 0
        """How many changes there have been."""
        self._document = document
        self._length = _length(document)
        self._begin = text
        self._units: bytearray | None = None
        self._noted: deque[tuple[int, int, str]] = deque()
        self._turn = threading.Lock()

    def note(self, at: int, removed: int, added: int) -> bool:
        """Take up a change that the document tells of; ``False`` if it cannot be followed any more."""
        length = _length(self._document)
        # Qt may count the end of the text, which is no character of it, to both.
        removed, added = min(removed, self._length - at), min(added, length - at)
        new = _part(self._document, at, added)
        # Half a character, as a broken input method leaves it, is lost on the way into Python.
        whole = self._length - removed + added == length and len(_coded(new)) == 2 * added
        if not whole or len(self._noted) >= MOST:
            return False
        self._length = length
        self._noted.append((at, removed, new))
        self.changes += 1
        return True

    def text(self) -> str:
        """The text with everything that was noted by now, its lines ended by ``\\n``."""
        with self._turn:
            if self._units is None:
                self._units, self._begin = bytearray(_coded(self._begin)), ""
            for at, removed, new in self._runs():
                self._units[2 * at : 2 * (at + removed)] = _coded(new)
            return self._units.decode(_CODING, _HALVES)

    def _runs(self) -> list[tuple[int, int, str]]:
        """The changes that wait; what was typed in one go is one of them, as each moves all that follows."""
        runs: list[tuple[int, int, str]] = []
        while self._noted:
            at, removed, new = self._noted.popleft()
            if runs and not removed and at == runs[-1][0] + len(_coded(runs[-1][2])) // 2:
                runs[-1] = (runs[-1][0], runs[-1][1], runs[-1][2] + new)
            else:
                runs.append((at, removed, new))
        return runs


def _length(document: QTextDocument) -> int:
    return document.characterCount() - 1


def _part(document: QTextDocument, at: int, length: int) -> str:
    if not length:
        return ""
    cursor = QTextCursor(document)
    cursor.setPosition(at)
    cursor.setPosition(at + length, QTextCursor.MoveMode.KeepAnchor)
    return cursor.selectedText().replace(PARAGRAPH, "\n")


def _coded(text: str) -> bytes:
    return text.encode(_CODING, _HALVES)

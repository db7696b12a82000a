"""A preview of Markdown that loads nothing and follows no link by itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QMimeData, QTimer, QUrl
from PySide6.QtGui import QDesktopServices, QTextDocument
from PySide6.QtWidgets import QTextBrowser, QWidget

from blogadmin.gui.control.messages import Choice, Messages
from blogadmin.gui.dialogs.plain_copy import plain_copy
from blogadmin.gui.theme import font

DELAY = 300
"""Milliseconds of rest in typing after which the preview follows."""
MOST = 1024 * 1024
"""Characters that are shown at most: what nobody reads must not cost time."""
_SCHEMES = frozenset({"http", "https", "mailto"})


class SafePreview(QTextBrowser):
    """Shows Markdown without its HTML, images and remote parts.

    A link is opened outside only after the person has seen its whole address.
    """

    def __init__(self, messages: Messages, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._messages = messages
        self._source: Callable[[], str] = str
        self._rest = QTimer(self, singleShot=True, interval=DELAY)
        self._rest.timeout.connect(self.render_now)
        self.setObjectName("preview")
        self.setAccessibleName("Preview")
        self.setOpenLinks(False)
        self.setOpenExternalLinks(False)
        self.document().setDefaultFont(font("reading"))
        self.anchorClicked.connect(self._ask_to_open)

    def follow(self, source: Callable[[], str]) -> None:
        """Show what ``source()`` gives, whenever ``outdated`` was called and the preview can be seen."""
        self._source = source

    def outdated(self) -> None:
        """The source has changed: render it once typing rests."""
        if self.isVisible():
            self._rest.start()

    def render_now(self) -> None:
        """Render the source as it is now; the place in the text stays."""
        self._rest.stop()
        text = self._source()
        place = self.verticalScrollBar().value()
        if len(text) > MOST:
            text = text[:MOST] + "\n\n*The rest is too long for the preview.*"
        self.document().setMarkdown(text, QTextDocument.MarkdownFeature.MarkdownNoHTML)
        self.verticalScrollBar().setValue(place)

    def _ask_to_open(self, url: QUrl) -> None:
        # Encoded, so that a name in look-alike letters shows as the punycode that it is.
        shown = bytes(url.toEncoded().data()).decode("ascii", "replace")
        if url.scheme().lower() not in _SCHEMES:
            self._messages.error(self, "This link is not opened", f"It leads to “{shown}”.")
            return
        self._messages.ask(
            self,
            "Open this link in the browser?",
            shown,
            [Choice("open", "Open"), Choice("cancel", "Cancel", "reject", default=True)],
            lambda key: QDesktopServices.openUrl(url) if key == "open" else None,
        )

    # Qt's overrides

    def loadResource(self, type: int, name: QUrl | str) -> Any:  # noqa: A002 - Qt's own name
        # Neither files nor the network: what a post contains must not reach out from an editor's desk.
        del type, name
        return None

    def createMimeDataFromSelection(self) -> QMimeData:
        return plain_copy(self.textCursor().selection().toPlainText())

    def showEvent(self, event: Any) -> None:
        super().showEvent(event)
        self.render_now()

"""How the parts of the post's window stand: the text leading, what belongs to it beside or below."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QBoxLayout, QFrame, QScrollArea, QSizePolicy, QTabWidget, QVBoxLayout, QWidget

from blogadmin.gui.dialogs.frame import FIELD_GAP
from blogadmin.gui.dialogs.history_pane import HistoryPane
from blogadmin.gui.dialogs.preview import SafePreview
from blogadmin.gui.dialogs.text_fields import MarkdownField
from blogadmin.gui.theme import MARGIN, metrics
from blogadmin.gui.widgets.labels import Label

COUNTED_MOST = 300_000
"""Characters up to which words are counted; beyond, counting would be felt while typing."""
_NARROW = 104
_SIDE = 42


class BodyTabs(QTabWidget):
    """Write, Preview and History. Ctrl+E goes from the first to the second and back, Ctrl+H to the third."""

    def __init__(
        self, write: QWidget, preview: SafePreview, history: HistoryPane, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setDocumentMode(True)
        self.setObjectName("bodyPages")
        self.setAccessibleName("Text of the post")
        self.addTab(write, "Write")
        self.addTab(preview, "Preview")
        self.setTabToolTip(self.addTab(history, "History"), "Who changed what, and the way back (Ctrl+H)")
        bar = self.tabBar()
        bar.setObjectName("bodyTabs")
        bar.setAccessibleName("Write, preview or history")
        bar.setDrawBase(False)
        self._history = history
        QShortcut(QKeySequence("Ctrl+E"), self, self.turn)
        QShortcut(QKeySequence("Ctrl+H"), self, self.look_back)

    def turn(self) -> None:
        """Show the preview, or from elsewhere the source, and go on with the keyboard there."""
        self.setCurrentIndex(0 if self.currentIndex() else 1)
        self.currentWidget().setFocus(Qt.FocusReason.ShortcutFocusReason)

    def look_back(self) -> None:
        """Show the history, or from there the source, and go on with the keyboard there."""
        if self.currentWidget() is self._history:
            self.turn()
        elif self.isTabEnabled(self.indexOf(self._history)):
            self.setCurrentWidget(self._history)
            self._history.focus()

    def offer_history(self, there: bool) -> None:
        """Whether the row has a history; one that is not saved yet has none."""
        at = self.indexOf(self._history)
        if not there and self.currentIndex() == at:
            self.write()
        self.setTabEnabled(at, there)

    def write(self) -> None:
        """Show the source."""
        self.setCurrentIndex(0)


class SideBySide(QWidget):
    """Two blocks beside each other, or under each other where the window is narrow.

    The second has a width of its own and scrolls, so that no window is too low for it.
    """

    def __init__(self, main: QWidget, side: QWidget) -> None:
        super().__init__()
        self._side = QScrollArea()
        self._side.setObjectName("sidePanel")
        self._side.setWidgetResizable(True)
        self._side.setFrameShape(QFrame.Shape.NoFrame)
        self._side.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._side.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._side.setWidget(side)
        # The ground of the window shows through; a scroll area brings one of its own.
        side.setAutoFillBackground(False)
        self._side.viewport().setAutoFillBackground(False)
        self._box = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(MARGIN)
        self._box.addWidget(main, 3)
        self._box.addWidget(self._side, 2)
        self._arrange()

    def _arrange(self) -> None:
        average = metrics().averageCharWidth()
        narrow = self.width() < _NARROW * average
        directions = QBoxLayout.Direction
        self._box.setDirection(directions.TopToBottom if narrow else directions.LeftToRight)
        self._side.setMinimumWidth(0 if narrow else _SIDE * average)
        self._side.setMaximumWidth(16_777_215 if narrow else _SIDE * average)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()


class WordCount(Label):
    """How long the text is, in words and characters; counted when typing rests."""

    def __init__(self, body: MarkdownField, parent: QWidget | None = None) -> None:
        super().__init__(role="caption", tone="muted", tabular=True, parent=parent)
        self.setObjectName("wordCount")
        self._body = body
        self._rest = QTimer(self, singleShot=True, interval=300)
        self._rest.timeout.connect(self._count)
        body.changed.connect(self._rest.start)

    def _count(self) -> None:
        characters = self._body.document().characterCount() - 1
        parts = [f"{characters:,} characters"]
        if characters <= COUNTED_MOST:
            words = len(self._body.shown_text().split())
            parts.insert(0, f"{words:,} word{'' if words == 1 else 's'}")
        self.setText(" · ".join(parts))


def stacked(parts: Sequence[QWidget], grows: QWidget | None = None) -> QWidget:
    """Blocks under each other; ``grows`` takes what room is left."""
    holder = QWidget()
    layout = QVBoxLayout(holder)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(FIELD_GAP)
    for part in parts:
        layout.addWidget(part, 1 if part is grows else 0)
        if part is grows:
            part.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
    if grows is None:
        layout.addStretch(1)
    return holder

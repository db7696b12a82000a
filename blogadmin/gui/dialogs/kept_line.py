"""The line in a dialog's footer that says what would be lost now: nothing, since when it is kept here."""

from __future__ import annotations

import html
from datetime import datetime

from PySide6.QtCore import QEvent, QSize
from PySide6.QtGui import QFont, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from blogadmin.gui.theme import SPACE_XS
from blogadmin.gui.widgets.labels import Label
from blogadmin.gui.widgets.pills import IconMark
from blogadmin.gui.widgets.times import day, in_zone

_UNSAVED = "Unsaved changes"
_WORDINGS = ((_UNSAVED, "· kept on this computer {}"), (_UNSAVED, "· kept {}"), ("", "Kept {}"))
"""How it is put where there is room, and where there is less."""
_NOT_KEPT = ((_UNSAVED, "· not kept on this computer"), (_UNSAVED, "· not kept"), ("", "Not kept"))
_WIDEST = "00:00:00"


class KeptLine(QWidget):
    """Takes the same room whatever it says, so that nothing beside it moves while a person types."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("keptLine")
        self._mark = IconMark("pencil", "warn", parent=self)
        self._strong = Label(role="caption", weight=QFont.Weight.DemiBold, parent=self)
        self._rest = Label(role="caption", tone="muted", tabular=True, parent=self)
        self._rest.setObjectName("keptAt")
        self._wordings: tuple[tuple[str, str], ...] = ()
        self._row = row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_XS)
        for part in (self._mark, self._strong, self._rest):
            row.addWidget(part)
        row.addStretch(1)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.clear()

    def clear(self) -> None:
        """There is nothing unsaved."""
        self._say(())

    def unsaved(self) -> None:
        """Something was typed that is not in a file yet."""
        if not self._wordings:
            self._say(((_UNSAVED, ""), ("", "Unsaved")))

    def kept(self, when: datetime) -> None:
        """What was typed until ``when`` is in a file."""
        local = in_zone(when)
        clock = f"{local:%H:%M:%S}"
        if local.date() != in_zone(datetime.now(local.tzinfo)).date():
            clock = f"{day(local)}, {local:%H:%M}"
        self._say(tuple((strong, rest.format(clock)) for strong, rest in _WORDINGS))

    def not_kept(self) -> None:
        """The file cannot be written."""
        self._say(_NOT_KEPT)

    def message(self) -> str:
        """All of it, however much there is room for."""
        return " ".join(part for part in self._wordings[0] if part) if self._wordings else ""

    def _say(self, wordings: tuple[tuple[str, str], ...]) -> None:
        self._wordings = wordings
        self.setAccessibleName(self.message())
        self.setToolTip(f"<qt>{html.escape(self.message())}</qt>" if wordings else "")
        self._fit()

    def _fit(self) -> None:
        fitting = [words for words in self._wordings if self._width_of(words) <= self.width()]
        strong, rest = (fitting or self._wordings[-1:] or (("", ""),))[0]
        self._mark.setVisible(bool(self._wordings))
        self._strong.setVisible(bool(strong))
        self._strong.setText(strong)
        self._rest.setText(rest)
        # At once: the room does not change, so nobody else would ask the layout to look again.
        self._row.activate()

    def _width_of(self, words: tuple[str, str]) -> int:
        strong, rest = words
        width = self._mark.sizeHint().width() + SPACE_XS
        if strong:
            width += self._strong.fontMetrics().horizontalAdvance(strong) + SPACE_XS
        return width + self._rest.fontMetrics().horizontalAdvance(rest) + 2

    # Qt's overrides

    def sizeHint(self) -> QSize:
        return self._room(0)

    def minimumSizeHint(self) -> QSize:
        return self._room(-1)

    def _room(self, wording: int) -> QSize:
        strong, rest = _WORDINGS[wording]
        height = max(self._mark.sizeHint().height(), self._rest.fontMetrics().height())
        return QSize(self._width_of((strong, rest.format(_WIDEST))), height)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.FontChange):
            self.updateGeometry()
            self._fit()

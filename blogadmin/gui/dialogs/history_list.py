"""The versions of a row, the last one first: who made each, when, and which fields they changed."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from blogadmin.core.queries.details import HistoryEntry
from blogadmin.core.values import HistoryOp
from blogadmin.gui.dialogs.history_words import field_words, in_order, value_words
from blogadmin.gui.theme import (
    SPACE_L,
    SPACE_M,
    SPACE_XS,
    color,
    draw_avatar,
    draw_elided,
    draw_icon,
    font,
    leading_rect,
    metrics,
)
from blogadmin.gui.widgets.times import absolute, relative

AVATAR: Final = 28
_SIGN: Final = 20
_VERSION: Final = Qt.ItemDataRole.UserRole
_SHORT: Final = frozenset({"status", "role", "is_active"})
Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class Version:
    """A state of the row that can be looked at: of a change, or with ``values`` what was typed.

    Without both it is what stands in the form now.
    """

    title: str
    caption: str
    tag: str = ""
    tooltip: str = ""
    entry: HistoryEntry | None = None
    values: Mapping[str, Any] | None = field(default=None, repr=False)

    @property
    def is_mine(self) -> bool:
        """Whether it is what stands in the form now."""
        return self.entry is None and self.values is None

    @property
    def identity(self) -> object:
        """By what it is known again in another list."""
        return self.entry.id if self.entry is not None else self.title


def of_entry(entry: HistoryEntry, now: datetime | None = None) -> Version:
    """A change as a line of the list."""
    when = relative(entry.at, now or datetime.now(UTC))
    return Version(
        entry.login,
        f"{when} · {summary(entry)}",
        f"v{entry.version}",
        f"{absolute(entry.at)}\n{entry.application}".rstrip(),
        entry,
    )


def summary(entry: HistoryEntry) -> str:
    """What a change did, in few words: "text, status: Draft → Published"."""
    if entry.op == HistoryOp.CREATED:
        return "created"
    if entry.op == HistoryOp.DELETED:
        return "deleted"
    names = {*entry.old, *entry.new} | ({"body"} if entry.body_changed else set())
    return ", ".join(_changed(entry, name) for name in in_order(names)) or "changed"


def _changed(entry: HistoryEntry, name: str) -> str:
    words = field_words(name)
    if name not in _SHORT:
        return words
    return f"{words}: {value_words(name, entry.old.get(name))} → {value_words(name, entry.new.get(name))}"


class VersionList(QListWidget):
    """A list to walk with the arrow keys; J and K belong to the text beside it.

    Signals:
        chosen: the ``Version`` to look at.
        step_wanted: +1 or -1 changes further in the text.
    """

    chosen = Signal(object)
    step_wanted = Signal(int)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("historyList")
        self.setAccessibleName("Versions, the last one first")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setItemDelegate(_Delegate(self))
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.currentItemChanged.connect(self._choose)

    def show_versions(self, versions: Sequence[Version]) -> bool:
        """Show other versions, and stand at the same one, else at the first; whether it is the same."""
        former = self.version()
        self.blockSignals(True)  # each item would be chosen in passing
        self.clear()
        for version in versions:
            item = QListWidgetItem(f"{version.title}, {version.caption}, {version.tag}".rstrip(", "), self)
            item.setData(_VERSION, version)
            if version.tooltip:
                item.setToolTip(html.escape(version.tooltip).replace("\n", "<br>"))
        self.blockSignals(False)
        same = former is not None and self.stand_at(former.identity)
        if not same:
            self.stand_at(versions[0].identity)
        return same

    def stand_at(self, identity: object) -> bool:
        """Stand at the version of that identity without telling anybody; whether there is one."""
        for row, version in enumerate(self.versions()):
            if version.identity == identity:
                self.blockSignals(True)
                self.setCurrentRow(row)
                self.blockSignals(False)
                self.scrollToItem(self.item(row))
                self.viewport().update()
                return True
        return False

    def version(self) -> Version | None:
        """The version that is chosen."""
        item = self.currentItem()
        return item.data(_VERSION) if item is not None else None

    def versions(self) -> list[Version]:
        """All of them."""
        return [self.item(row).data(_VERSION) for row in range(self.count())]

    def _choose(self) -> None:
        version = self.version()
        if version is not None:
            self.chosen.emit(version)

    # Qt's overrides

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_J: 1, Qt.Key.Key_K: -1}.get(Qt.Key(event.key()), 0)
        if step and event.modifiers() == Qt.KeyboardModifier.NoModifier:
            self.step_wanted.emit(step)
        else:
            super().keyPressEvent(event)


class _Delegate(QStyledItemDelegate):
    """Initials, name and version, below them when it was and what was changed."""

    def __init__(self, view: QListWidget) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(1, metrics().height() + metrics("caption").height() + SPACE_XS + 2 * SPACE_M)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        version: Version = index.data(_VERSION)
        area = QRectF(option.rect)
        painter.save()
        painter.setLayoutDirection(self._view.layoutDirection())
        self._paint_ground(painter, area, option.state)
        spot = leading_rect(painter, area, SPACE_L, AVATAR)
        if version.entry is None:
            mark = QRectF(0, 0, _SIGN, _SIGN)
            mark.moveCenter(spot.center())
            draw_icon(painter, "pencil" if version.is_mine else "bookmark", mark, color("warn"))
        else:
            spot = QRectF(spot.left(), spot.center().y() - AVATAR / 2, AVATAR, AVATAR)
            draw_avatar(painter, spot, version.title)
        _paint_words(painter, area, version)
        painter.restore()

    def _paint_ground(self, painter: QPainter, area: QRectF, state: QStyle.StateFlag) -> None:
        selected = bool(state & QStyle.StateFlag.State_Selected)
        if selected or state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(area, color("accent_soft" if selected else "hover"))
        painter.fillRect(QRectF(area.left(), area.bottom() - 1, area.width(), 1), color("line"))
        if selected:
            wide = 5 if self._view.hasFocus() else 3
            painter.fillRect(leading_rect(painter, area, 0, wide), color("accent"))


def _paint_words(painter: QPainter, area: QRectF, version: Version) -> None:
    left = SPACE_L + AVATAR + SPACE_L
    room = area.width() - left - SPACE_L
    upper, lower = metrics().height(), metrics("caption").height()
    top = area.top() + (area.height() - upper - lower - SPACE_XS) / 2
    first = leading_rect(painter, area, left, room)
    first.setTop(top)
    first.setHeight(upper)
    taken = metrics("caption").horizontalAdvance(version.tag) + SPACE_M if version.tag else 0
    painter.setFont(font(weight=QFont.Weight.DemiBold))
    painter.setPen(color("text"))
    draw_elided(painter, leading_rect(painter, first, 0, room - taken), version.title)
    second = QRectF(first.left(), top + upper + SPACE_XS, room, lower)
    painter.setFont(font("caption", tabular=True))
    painter.setPen(color("text2"))
    if taken:
        draw_elided(painter, leading_rect(painter, first, room - taken + SPACE_M, taken), version.tag)
    draw_elided(painter, second, version.caption)

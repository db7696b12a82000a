"""The places of the program, as one list down the leading edge of the window."""

from __future__ import annotations

import html
from collections.abc import Iterable
from typing import Final

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QFont, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListWidget,
    QListWidgetItem,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from blogadmin.gui.theme import (
    ICON_SIZE,
    RADIUS,
    SPACE_M,
    color,
    control_height,
    draw_elided,
    draw_focus_ring,
    draw_icon,
    font,
    leading_rect,
    metrics,
)
from blogadmin.gui.theme.drawings import draw_ahead

Index = QModelIndex | QPersistentModelIndex

KEY_ROLE: Final = Qt.ItemDataRole.UserRole
_ICON_ROLE: Final = Qt.ItemDataRole.UserRole + 1
_COUNT_ROLE: Final = Qt.ItemDataRole.UserRole + 2
_ALERT_ROLE: Final = Qt.ItemDataRole.UserRole + 3

_STRONG: Final = QFont.Weight.DemiBold
_ICON_AT: Final = 12
_TEXT_AT: Final = 38
_NARROW: Final = 52
_LEAST: Final = 216
_MOST: Final = 280
_BESIDE_TEXT: Final = 92
_INK, _CHOSEN_INK, _DISABLED_INK = "text2", "accent_ink", "disabled"


_BY_KEYS: Final = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)


def draw_icons_ahead(names: Iterable[str], scale: float) -> None:
    """Have the icons of places drawn for a screen of that ``scale``, before they are painted; any thread."""
    inks = [color(ink) for ink in (_INK, _CHOSEN_INK, _DISABLED_INK)]
    draw_ahead(names, inks, round(ICON_SIZE * scale))


class _NavigationDelegate(QStyledItemDelegate):
    """Paints one place: accent bar and soft ground when chosen, a count at the trailing end."""

    def __init__(self, view: NavigationList) -> None:
        super().__init__(view)
        self._view = view

    def _draw_ground(self, painter: QPainter, body: QRectF, chosen: bool, hovered: bool) -> None:
        if not chosen and not hovered:
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color("accent_soft" if chosen else "press"))
        painter.drawRoundedRect(body, RADIUS, RADIUS)
        if chosen:
            painter.setBrush(color("accent"))
            bar = leading_rect(painter, body, 0, 3).adjusted(0, SPACE_M - 1, 0, 1 - SPACE_M)
            painter.drawRoundedRect(bar, 1.5, 1.5)

    def _draw_icon(self, painter: QPainter, body: QRectF, name: str, ink: QColor) -> None:
        place = body if self._view.narrow else leading_rect(painter, body, _ICON_AT, ICON_SIZE)
        square = QRectF(0, 0, ICON_SIZE, ICON_SIZE)
        square.moveCenter(place.center())
        draw_icon(painter, name, square, ink)

    def _draw_count(self, painter: QPainter, body: QRectF, count: str, alert: bool) -> float:
        """Paint the count; return how much room it took at the trailing end."""
        weight = _STRONG if alert else None
        width = metrics("caption", weight=weight, tabular=True).horizontalAdvance(count) + 12.0
        height = metrics("caption").height() + 2.0
        badge = leading_rect(painter, body, body.width() - width - 6, width)
        badge = QRectF(badge.left(), body.center().y() - height / 2, width, height)
        if alert:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color("warn_soft"))
            painter.drawRoundedRect(badge, height / 2, height / 2)
        painter.setFont(font("caption", weight=weight, tabular=True))
        painter.setPen(color("warn" if alert else "text2"))
        painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, count)
        return width + 6

    def _draw_dot(self, painter: QPainter, body: QRectF, alert: bool) -> None:
        dot = leading_rect(painter, body, body.width() / 2 + 6, 7)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color("warn" if alert else "control"))
        painter.drawEllipse(QRectF(dot.left(), body.center().y() - 11, 7, 7))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        painter.save()
        painter.setLayoutDirection(self._view.layoutDirection())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area: QRect = option.rect
        state: QStyle.StateFlag = option.state
        body = QRectF(area).adjusted(0, 1, 0, -1)
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        enabled = bool(state & QStyle.StateFlag.State_Enabled)
        icon_ink = color((_CHOSEN_INK if chosen else _INK) if enabled else _DISABLED_INK)
        self._draw_ground(painter, body, chosen, bool(state & QStyle.StateFlag.State_MouseOver))
        self._draw_icon(painter, body, index.data(_ICON_ROLE), icon_ink)
        count, alert = index.data(_COUNT_ROLE), bool(index.data(_ALERT_ROLE))
        if self._view.narrow:
            if count:
                self._draw_dot(painter, body, alert)
        else:
            taken = self._draw_count(painter, body, f"{count:,}", alert) if count else 6.0
            painter.setFont(font(weight=_STRONG if chosen else None))
            painter.setPen(color("text" if enabled else "disabled"))
            words = leading_rect(painter, body, _TEXT_AT, body.width() - _TEXT_AT - taken - 4)
            draw_elided(painter, words, index.data(Qt.ItemDataRole.DisplayRole))
        if chosen and self._view.shows_ring:
            draw_focus_ring(painter, area.adjusted(0, 1, 0, -1))
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(_NARROW - 2 * SPACE_M, control_height() + 4)


class NavigationList(QListWidget):
    """The list `navigation`. Each item carries the key of its page in `Qt.UserRole`.

    Signals:
        page_chosen: the key of the page that was chosen, by mouse, by keys or by `choose`.
    """

    page_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._narrow = False
        self._by_keys = False
        self.setObjectName("navigation")
        self.setAccessibleName("Navigation")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.setViewportMargins(SPACE_M, SPACE_M, SPACE_M, SPACE_M)
        self.setItemDelegate(_NavigationDelegate(self))
        self.currentItemChanged.connect(self._tell)

    @property
    def narrow(self) -> bool:
        """Whether only icons show."""
        return self._narrow

    @property
    def shows_ring(self) -> bool:
        """Whether the keyboard is here, so that the chosen item has a focus ring."""
        return self._by_keys and self.hasFocus()

    def add_page(self, key: str, text: str, icon: str) -> None:
        """Append a place. `icon` is the name of an icon."""
        item = QListWidgetItem(text)
        item.setData(KEY_ROLE, key)
        item.setData(_ICON_ROLE, icon)
        self.addItem(item)
        self._describe(item)
        self.updateGeometry()

    def set_badge(self, key: str, count: int | None, *, alert: bool = False) -> None:
        """Show a count beside a place; `alert` says that work waits there. None or 0 shows none.

        Raises KeyError for a key that does not exist.
        """
        item = self._item(key)
        item.setData(_COUNT_ROLE, count or None)
        item.setData(_ALERT_ROLE, alert)
        self._describe(item)

    def choose(self, key: str) -> None:
        """Go to a page. Raises KeyError for a key that does not exist."""
        self.setCurrentItem(self._item(key))

    def chosen(self) -> str:
        """The key of the page that is chosen; "" before the first choice."""
        # Not the current item: Qt makes the first one current as soon as the list gets the keyboard.
        return next((item.data(KEY_ROLE) for item in self.selectedItems()), "")

    def set_narrow(self, narrow: bool) -> None:
        """Show icons only, with the words as tooltips, or all again."""
        if narrow == self._narrow:
            return
        self._narrow = narrow
        for item in self._items():
            self._describe(item)
        self.updateGeometry()
        self.viewport().update()

    def _items(self) -> list[QListWidgetItem]:
        return [self.item(row) for row in range(self.count())]

    def _item(self, key: str) -> QListWidgetItem:
        for item in self._items():
            if item.data(KEY_ROLE) == key:
                return item
        raise KeyError(key)

    def _describe(self, item: QListWidgetItem) -> None:
        count = item.data(_COUNT_ROLE)
        words = item.text()
        if count:
            words += f", {count:,} waiting" if item.data(_ALERT_ROLE) else f", {count:,}"
        item.setData(Qt.ItemDataRole.AccessibleTextRole, words)
        item.setToolTip(f"<qt>{html.escape(words)}</qt>" if self._narrow else "")

    def _tell(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.page_chosen.emit(item.data(KEY_ROLE))

    def _set_by_keys(self, by_keys: bool) -> None:
        if by_keys != self._by_keys:
            self._by_keys = by_keys
            self.viewport().update()

    def sizeHint(self) -> QSize:
        if self._narrow:
            return QSize(_NARROW, super().sizeHint().height())
        measured = metrics(weight=_STRONG)
        widest = max((measured.horizontalAdvance(item.text()) for item in self._items()), default=0)
        return QSize(min(max(widest + _BESIDE_TEXT, _LEAST), _MOST), super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(self.sizeHint().width(), 2 * control_height())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self.scheduleDelayedItemsLayout()
            self.updateGeometry()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self._set_by_keys(True)
        super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._set_by_keys(False)
        super().mousePressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        # Coming back to the window or from a menu changes nothing.
        if event.reason() in _BY_KEYS:
            self._set_by_keys(True)
        super().focusInEvent(event)

"""The list of people below a field in which one is chosen by typing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QPainter
from PySide6.QtWidgets import (
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from blogadmin.gui.theme import (
    CELL_PADDING,
    SPACE_M,
    color,
    draw_elided,
    draw_pill,
    font,
    leading_rect,
    metrics,
    pill_size,
    row_height,
)
from blogadmin.gui.widgets.panel import Panel

if TYPE_CHECKING:
    from blogadmin.core.queries.rows import UserChoice

_Index = QModelIndex | QPersistentModelIndex


def words_for(person: UserChoice) -> str:
    """A person in one line: name, address, and whether inactive."""
    return f"{person.name} <{person.email}>" + ("" if person.is_active else " – inactive")


class People(QAbstractListModel):
    """The people found, the best match first; ``UserRole`` is the id."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.people: Sequence[UserChoice] = ()

    def show_people(self, people: Sequence[UserChoice]) -> None:
        """Hold ``people`` in place of those before."""
        self.beginResetModel()
        self.people = people
        self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self.people)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        person = self.people[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return words_for(person)
        return person.id if role == Qt.ItemDataRole.UserRole else None


class _Delegate(QStyledItemDelegate):
    """Name, then the address in a quieter ink, then a pill for who is inactive."""

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(1, row_height())

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        model = index.model()
        if not isinstance(model, People):
            return
        person = model.people[index.row()]
        state = option.state
        rect = option.rect
        direction = option.direction
        painter.save()
        painter.setLayoutDirection(direction)
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, color("accent_soft"))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, color("hover"))
        _draw_person(painter, QRectF(rect).adjusted(CELL_PADDING, 0, -CELL_PADDING, 0), person)
        painter.restore()


def _draw_person(painter: QPainter, room: QRectF, person: UserChoice) -> None:
    pill = pill_size("Inactive") if not person.is_active else None
    width = room.width() - (pill.width() + SPACE_M if pill else 0)
    name = min(width, metrics(weight=QFont.Weight.Medium).horizontalAdvance(person.name) + 1.0)
    painter.setFont(font(weight=QFont.Weight.Medium))
    painter.setPen(color("text"))
    draw_elided(painter, leading_rect(painter, room, 0, name), person.name)
    painter.setFont(font())
    painter.setPen(color("text2"))
    rest = width - name - SPACE_M
    if rest > 0:
        draw_elided(painter, leading_rect(painter, room, name + SPACE_M, rest), person.email)
    if pill is not None:
        place = leading_rect(painter, room, room.width() - pill.width(), pill.width())
        middle = place.center().y() - pill.height() / 2
        draw_pill(
            painter,
            QRectF(place.x(), middle, pill.width(), pill.height()),
            "Inactive",
            "mute",
            "mute_soft",
        )


class Offers(Panel):
    """The list in a small window of its own, which takes no focus: typing goes on while it is open."""

    def __init__(self, people: People, parent: QWidget) -> None:
        super().__init__("raised", border="control", parent=parent)
        self.setWindowFlag(Qt.WindowType.ToolTip)
        self.setObjectName("authorOffersWindow")
        self.view = view = QListView(self)
        view.setObjectName("authorOffers")
        view.setAccessibleName("People found")
        view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        view.setModel(people)
        view.setItemDelegate(_Delegate(view))
        view.setMouseTracking(True)
        view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(1, 1, 1, 1)
        layout.addWidget(view)

    def fit(self, rows: int, width: int) -> None:
        """Be as high as ``rows`` rows, and wide enough to tell people of one name apart."""
        least = metrics().averageCharWidth() * 44
        self.setFixedSize(max(width, least), rows * row_height() + 2)

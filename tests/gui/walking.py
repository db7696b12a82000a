"""What a screen reader says of the windows that are on the screen, and where Tab goes in them."""

from __future__ import annotations

import shiboken6
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QHeaderView,
    QLineEdit,
    QPlainTextEdit,
    QScrollBar,
    QTabBar,
    QTextEdit,
    QWidget,
)

INTERACTIVE = (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTabBar,
    QTextEdit,
)
# Qt puts these together itself: a person uses the whole, which has the name.
WHOLES = (QAbstractSpinBox, QComboBox, QLineEdit, QAbstractItemView, QTabBar)


def nameless_widgets() -> list[str]:
    """Widgets of visible windows that a robot or a screen reader could not tell from others.

    A robot needs no name for words that can only be marked.
    """
    return [
        f"{_called(widget)} in {window.objectName() or type(window).__name__}"
        for window in QApplication.topLevelWidgets()
        if window.isVisible()
        for widget in [window, *window.findChildren(QWidget)]
        if widget.window() is window
        and _is_for_people(widget)
        and not (_spoken_name(widget) and (widget.objectName() or not isinstance(widget, INTERACTIVE)))
    ]


def leaps(window: QWidget) -> list[str]:
    """Where Tab goes back, up or to the line's beginning, instead of on as the eye does.

    From the foot of a column it may go to the head of the next one, and once from the end to the beginning.
    Presses Tab until the keyboard is where it was.
    """
    stops = [(stop, _place(stop, window)) for stop in _walk(window)]
    found = [
        f"{_called(one)} to {_called(two)}"
        for (one, here), (two, there) in zip(stops, stops[1:] + stops[:1], strict=True)
        if _goes_back(here, there, rtl=window.isRightToLeft())
    ]
    return found if len(found) > 1 else []


def _walk(window: QWidget) -> list[QWidget]:
    """Where Tab stops, in a round."""
    start = QApplication.focusWidget()
    if start is None or not window.isAncestorOf(start):
        return []
    if not start.focusPolicy().value & Qt.FocusPolicy.TabFocus.value:
        # Words that took the keyboard so that they are read out: the way back is not through them.
        QTest.keyClick(start, Qt.Key.Key_Tab)
        start = QApplication.focusWidget()
    if start is None:
        return []
    stops = [start]
    while True:
        QTest.keyClick(stops[-1], Qt.Key.Key_Tab)
        widget = QApplication.focusWidget()
        if widget is None or widget in stops:
            break
        stops.append(widget)
    if not shiboken6.isValid(start) or not start.isVisible():
        # An editor in a cell goes when the keyboard does.
        return []
    assert widget is start, f"Tab does not come back to {_called(start)}"
    return stops


def _place(widget: QWidget, window: QWidget) -> QRect:
    return QRect(widget.mapTo(window, QPoint()), widget.size())


def _goes_back(here: QRect, there: QRect, *, rtl: bool) -> bool:
    later = there.right() <= here.left() if rtl else there.left() >= here.right()
    if there.bottom() <= here.top():
        return not later
    earlier = there.left() >= here.right() if rtl else there.right() <= here.left()
    return earlier and there.top() < here.center().y() < there.bottom()


def _called(widget: QWidget) -> str:
    return f"{type(widget).__name__} {widget.objectName()!r}"


def _is_for_people(widget: QWidget) -> bool:
    return (
        (isinstance(widget, INTERACTIVE) or widget.focusPolicy() != Qt.FocusPolicy.NoFocus)
        and not isinstance(widget, QScrollBar | QHeaderView)
        and not widget.objectName().startswith("qt_")
        and not _is_part_of_whole(widget)
    )


def _is_part_of_whole(widget: QWidget) -> bool:
    parent = widget.parentWidget()
    while parent is not None and not parent.isWindow():
        if isinstance(parent, WHOLES) and not isinstance(widget, QAbstractItemView):
            # Unless it was put there with a name, as an editor in a cell is.
            return not widget.objectName()
        parent = parent.parentWidget()
    # The list that drops down from a box is a window of Qt's own.
    return parent is not None and parent.inherits("QComboBoxPrivateContainer")


def _spoken_name(widget: QWidget) -> str:
    interface = QAccessible.queryAccessibleInterface(widget)
    return interface.text(QAccessible.Text.Name) if interface is not None else widget.accessibleName()

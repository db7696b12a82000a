"""What the program's dialogs have in common to look at: a body with margins, and a footer for the buttons."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from blogadmin.gui.theme import MARGIN, SPACE_L, SPACE_XL
from blogadmin.gui.widgets.buttons import plain_button
from blogadmin.gui.widgets.panel import Panel

FIELD_GAP = 14
"""Between two fields of a form, in device-independent pixels."""
USER_WIDTH = 560


def column(*parts: QWidget, gap: int = FIELD_GAP) -> QVBoxLayout:
    """Blocks under each other, without a margin."""
    layout = QVBoxLayout()
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(gap)
    for part in parts:
        layout.addWidget(part)
    return layout


def row(*parts: QWidget, gap: int = SPACE_XL) -> QHBoxLayout:
    """Blocks of equal width beside each other, without a margin."""
    layout = QHBoxLayout()
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(gap)
    for part in parts:
        # One of them may have help below; their fields still stand on one line.
        layout.addWidget(part, 1, Qt.AlignmentFlag.AlignTop)
    return layout


def button_box(accept: QPushButton, reject: QPushButton, *others: QPushButton) -> QDialogButtonBox:
    """The buttons in the platform's own order. ``accept`` answers Enter."""
    box = QDialogButtonBox()
    box.addButton(accept, QDialogButtonBox.ButtonRole.AcceptRole)
    box.addButton(reject, QDialogButtonBox.ButtonRole.RejectRole)
    for other in others:
        box.addButton(other, QDialogButtonBox.ButtonRole.ActionRole)
    return box


def close_box(dialog: QDialog) -> QDialogButtonBox:
    """The one button of a dialog that only shows something; Enter and Esc press it."""
    close = plain_button("Close", "closeButton", parent=dialog)
    close.setDefault(True)
    close.clicked.connect(dialog.reject)
    box = QDialogButtonBox()
    box.addButton(close, QDialogButtonBox.ButtonRole.RejectRole)
    return box


def footer(leading: Sequence[QWidget], box: QWidget, beside: Sequence[QWidget] = ()) -> Panel:
    """The bar at the foot of a dialog: small tools first, buttons last, what is ``beside`` them before."""
    panel = Panel("bg", edges=("top",))
    layout = QHBoxLayout(panel)
    layout.setContentsMargins(MARGIN, SPACE_L, MARGIN, SPACE_L)
    layout.setSpacing(SPACE_L)
    for widget in leading:
        layout.addWidget(widget)
    layout.addStretch(1)
    for widget in (*beside, box):
        layout.addWidget(widget)
    return panel


class Scroller(QScrollArea):
    """Shows a form whole where the screen has room for it, and scrolls it where not."""

    def __init__(self, form: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._form = form
        self.setObjectName("scroller")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(form)
        # The ground of the window shows through; a scroll area brings one of its own.
        form.setAutoFillBackground(False)
        self.viewport().setAutoFillBackground(False)

    def needed_height(self, width: int) -> int:
        """The height at which nothing has to scroll, in device-independent pixels."""
        form = self._form
        return form.heightForWidth(width) if form.hasHeightForWidth() else form.sizeHint().height()

    def sizeHint(self) -> QSize:
        width = max(self.width(), self._form.minimumSizeHint().width())
        return QSize(width, self.needed_height(width))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._form.minimumSizeHint().width(), 6 * self.fontMetrics().height())


def fit_height(dialog: QDialog, scroller: Scroller, *, shrinks: bool = False) -> None:
    """Make a dialog as high as its form needs, if the screen is; lower only where it ``shrinks``."""
    layout = dialog.layout()
    if layout is None:
        return
    layout.activate()
    more = scroller.needed_height(scroller.viewport().width()) - scroller.viewport().height()
    room = dialog.screen().availableGeometry().height() - 2 * MARGIN
    if more > 0:
        dialog.resize(dialog.width(), max(dialog.height(), min(dialog.height() + more, room)))
    elif shrinks:
        dialog.resize(dialog.width(), dialog.height() + more)


def frame(
    dialog: QDialog,
    parts: Sequence[QWidget],
    foot: QWidget,
    *,
    grows: QWidget | None = None,
    gap: int = SPACE_XL,
) -> None:
    """Lay a dialog out: ``parts`` under each other, ``foot`` below; ``grows`` takes the room."""
    body = Panel("surface")
    inner = QVBoxLayout(body)
    inner.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
    inner.setSpacing(gap)
    for part in parts:
        inner.addWidget(part, 1 if part is grows else 0)
    if grows is None:
        inner.addStretch(1)
    outer = QVBoxLayout(dialog)
    outer.setContentsMargins(0, 0, 0, 0)
    outer.setSpacing(0)
    outer.addWidget(body, 1)
    outer.addWidget(foot)

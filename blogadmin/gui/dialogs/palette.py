"""The palette: go anywhere and do anything by typing a part of its name."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from blogadmin.gui.dialogs.palette_list import Entry, Line, Lines, Offered, spoken
from blogadmin.gui.dialogs.palette_rank import Fit, fit
from blogadmin.gui.theme import MARGIN, SPACE_L, SPACE_M, SPACE_S, row_height, set_variant
from blogadmin.gui.widgets.labels import Label
from blogadmin.gui.widgets.panel import Line as Hairline
from blogadmin.gui.widgets.pills import IconMark, KeyHint
from blogadmin.gui.widgets.popover import SHADOW, Popover

PAUSE_MS = 60
"""Milliseconds of rest in typing after which the server is asked."""
WIDTH, TOP = 640, 96
_RADIUS = 10
_ROWS = 13
_IN_GROUP = 8
NARROWING = {">": ("Actions", "Pages", "Views"), "@": ("Users",), "#": ("Posts",)}
"""First letters that leave only some groups."""
_STEPS = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}


class _Field(QLineEdit):
    """The field of the palette; keys that move in the list go to it.

    Signals:
        step_wanted(int): up (-1) or down (1).
        page_wanted(int): a screenful up or down.
    """

    step_wanted = Signal(int)
    page_wanted = Signal(int)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in _STEPS:
            self.step_wanted.emit(_STEPS[key])
        elif key in (Qt.Key.Key_PageDown, Qt.Key.Key_PageUp):
            self.page_wanted.emit(1 if key == Qt.Key.Key_PageDown else -1)
        else:
            super().keyPressEvent(event)


class Palette(Popover):
    """Offers what fits the text, the best first. What is known here shows at once, rows when they are found.

    Signals:
        rows_wanted(str): ask the server for rows; the answer goes to ``show_found``.
    """

    rows_wanted = Signal(str)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window, radius=_RADIUS)
        self._local: Sequence[Entry] = ()
        self._found: Sequence[Entry] = ()
        self._found_for = ""
        self.setObjectName("palette")
        self.setAccessibleName("Go to")
        self.field = _Field(self)
        self.field.setObjectName("paletteField")
        self.field.setAccessibleName("Go to a post, user, view, page or action")
        self.field.setPlaceholderText("Go to a post, user, view, page or action…")
        set_variant(self.field, flat=True)
        self.model = Offered(self)
        self.list = Lines(self.model, self)
        self._nothing = Label(tone="muted", parent=self)
        self._nothing.setObjectName("paletteNothing")
        self._rest = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._rest.timeout.connect(lambda: self.rows_wanted.emit(self.words()))
        self._lay_out()
        self.field.textChanged.connect(self._typed)
        self.field.step_wanted.connect(self._step)
        self.field.page_wanted.connect(self._page)
        self.list.clicked.connect(self._click)

    def open_with(self, entries: Sequence[Entry]) -> None:
        """Show the palette, empty, with what this window offers by itself."""
        self._local, self._found, self._found_for = entries, (), ""
        self.field.clear()
        self._show()
        self.open_at_top(TOP, self.field)

    def offer(self, entries: Sequence[Entry]) -> None:
        """Take in what the window offers by itself now; what is typed and chosen stays."""
        self._local = entries
        self._show(keep=True)

    def show_found(self, text: str, entries: Sequence[Entry]) -> None:
        """Show the rows found for ``text``, in their order, if it still stands in the field."""
        if text == self.words() and self.isVisible():
            self._found, self._found_for = entries, text
            self._show(keep=True)

    def words(self) -> str:
        """What is typed, without a first letter that narrows."""
        text = self.field.text().lstrip()
        return (text[1:] if text[:1] in NARROWING else text).strip()

    # What fits

    def _typed(self) -> None:
        self._show()
        if self.words() and self.field.text().lstrip()[:1] != ">":
            self._rest.start()
        else:
            self._rest.stop()

    def _show(self, *, keep: bool = False) -> None:
        chosen = self.model.entry(self.list.currentIndex().row()) if keep else None
        self.model.show_lines(self._lines())
        rows = [row for row, line in enumerate(self.model.lines) if line.entry is not None]
        again = [row for row in rows if chosen is not None and self._is_at(row, chosen)]
        self._nothing.setText("" if rows or not self.words() else "Nothing fits.")
        self._nothing.setVisible(bool(self._nothing.text()))
        self.list.setFixedHeight(min(len(self.model.lines), _ROWS) * row_height())
        self.refit()
        first = again or rows
        if first:
            self._choose(first[0])

    def _is_at(self, row: int, chosen: Entry) -> bool:
        entry = self.model.entry(row)
        return entry is not None and entry.identity == chosen.identity

    def _lines(self) -> list[Line]:
        text = self.words()
        groups: dict[str, list[tuple[Fit, Entry]]] = {}
        for entry, found in self._fitting(text):
            groups.setdefault(entry.group, []).append((found, entry))
        allowed = NARROWING.get(self.field.text().lstrip()[:1])
        kept = [(name, sorted(g, key=lambda one: one[0].score)) for name, g in groups.items()]
        kept = [(name, fits) for name, fits in kept if allowed is None or name in allowed]
        lines: list[Line] = []
        for name, fits in sorted(kept, key=lambda group: group[1][0][0].score) if text else kept:
            lines.append(Line(name))
            lines += [Line(entry.title, entry, found.spans) for found, entry in fits[:_IN_GROUP]]
        return lines

    def _fitting(self, text: str) -> list[tuple[Entry, Fit]]:
        local = [(entry, found) for entry in self._local if (found := fit(text, entry.title)) is not None]
        if not text:
            return local
        # The server may have found rows by what does not show; those of another text stay only if they fit.
        rows = [(entry, fit(text, entry.title)) for entry in self._found]
        exact = self._found_for == text
        return local + [(entry, f or Fit(9, ())) for entry, f in rows if f is not None or exact]

    # Moving and choosing

    def _step(self, by: int) -> None:
        self._choose(self.model.next_entry(self.list.currentIndex().row(), by))

    def _page(self, by: int) -> None:
        rows = [row for row, line in enumerate(self.model.lines) if line.entry is not None]
        target = self.list.currentIndex().row() + by * (_ROWS - 2)
        self._choose(min(rows, key=lambda row: abs(row - target), default=-1))

    def _choose(self, row: int) -> None:
        if row < 0:
            return
        index = self.model.index(row)
        self.list.setCurrentIndex(index)
        if row and self.model.entry(row - 1) is None:
            # The heading comes into view with the first of its entries.
            self.list.scrollTo(self.model.index(row - 1))
        words = spoken(self.model.lines[row])
        self.field.setAccessibleDescription(words)
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self.field, words))

    def _click(self, index: QModelIndex) -> None:
        self._run(self.model.entry(index.row()))

    def _run(self, entry: Entry | None) -> None:
        if entry is not None:
            self.close_sheet()
            entry.run()

    # Making

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(MARGIN, SPACE_L, MARGIN, SPACE_L)
        head.setSpacing(SPACE_L)
        head.addWidget(IconMark("search", parent=self))
        head.addWidget(self.field, 1)
        head.addWidget(KeyHint("Esc", "", self))
        self._nothing.setContentsMargins(MARGIN, SPACE_L, MARGIN, SPACE_L)
        lines = QHBoxLayout()
        lines.setContentsMargins(SPACE_M, SPACE_S, SPACE_M, SPACE_S)
        lines.addWidget(self.list)
        foot = QHBoxLayout()
        foot.setContentsMargins(MARGIN, SPACE_M, MARGIN, SPACE_M)
        foot.setSpacing(SPACE_L)
        hints = (("↑", "↓"), "choose"), (("Enter",), "go"), ((">",), "actions"), (("@",), "users")
        for keys, text in (*hints, (("#",), "posts")):
            foot.addWidget(KeyHint(keys, text, self))
        foot.addStretch(1)
        self.body.addLayout(head)
        self.body.addWidget(Hairline(parent=self))
        self.body.addWidget(self._nothing)
        self.body.addLayout(lines)
        self.body.addWidget(Hairline(parent=self))
        self.body.addLayout(foot)
        self.setFixedWidth(WIDTH + 2 * SHADOW)

    # Qt's overrides

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._run(self.model.entry(self.list.currentIndex().row()))
        else:
            super().keyPressEvent(event)

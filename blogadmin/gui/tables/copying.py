"""Copies selected rows as text that spreadsheets and editors take: a line each, tabs between the cells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication

from blogadmin.core.queries.spec import ListSpec
from blogadmin.gui.tables.cell_roles import copied_text
from blogadmin.gui.tables.cells import Entry
from blogadmin.gui.tables.list_model import ListModel
from blogadmin.gui.tables.row_ranges import RowRanges
from blogadmin.gui.tables.source import Answer, Asked, Wish

COPY_MOST = 10_000
"""More rows than this are not copied: the clipboard is no export."""
AT_ONCE = 256


class RowCopier(QObject):
    """Puts rows on the clipboard; those that are not known are read first.

    Signals:
        copied(int, int): so many rows are on the clipboard, of so many that were wanted.
    """

    copied = Signal(int, int)

    def __init__(self, model: ListModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._ids: Sequence[int] = ()
        self._wanted = 0
        self._sections: Sequence[int] = ()
        self._known: dict[int, Entry] = {}

    def copy(self, rows: RowRanges, sections: Sequence[int]) -> None:
        """Copy the columns ``sections`` of the first ``COPY_MOST`` rows; nothing happens without rows."""
        if rows:
            self._wanted, self._sections = rows.count(), sections
            self._model.fetch_ids(rows.first(COPY_MOST), self._copy)

    def _copy(self, ids: Sequence[int]) -> None:
        self._ids = ids
        here = set(self._ids)
        self._known = {entry.id: entry for _row, entry in self._model.cache.entries() if entry.id in here}
        missing = [row_id for row_id in self._ids if row_id not in self._known]
        slot = f"{self._model.noun}.copy"
        if not missing:
            self._model.tasks.cancel(slot)
            self._finish()
            return
        asked = Asked(self._model.listing, self._model.columns, 0)
        self._model.tasks.stream(
            slot, partial(_read, asked, missing, self._model.listed), self._take, self._finish
        )

    def _take(self, answer: Answer) -> None:
        self._known.update(answer.entries)

    def _finish(self) -> None:
        columns, sections = self._model.columns, self._sections
        entries = [self._known[row_id] for row_id in self._ids if row_id in self._known]
        lines = [[columns[section].title for section in sections]]
        lines += [[copied_text(entry, columns[s], s) for s in sections] for entry in entries]
        QGuiApplication.clipboard().setText("\n".join("\t".join(line) for line in lines))
        self.copied.emit(len(entries), self._wanted)
        self._known = {}


def _read(asked: Asked, ids: Sequence[int], spec: ListSpec, session: Any) -> Iterator[Answer]:
    for start in range(0, len(ids), AT_ONCE):
        yield asked.rows(session, Wish(spec, tuple(ids[start : start + AT_ONCE])))

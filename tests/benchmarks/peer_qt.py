"""Qt's own way to show a table of a database: QSqlTableModel in a QTableView, on the same blog.

Run with ``--dsn URL --json FILE``; ends without a figure where Qt's PostgreSQL driver does not load.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from PySide6.QtCore import Qt
from PySide6.QtSql import QSqlDatabase, QSqlTableModel
from PySide6.QtWidgets import QApplication, QTableView

from tests.benchmarks.harness import peak_mb, turn

TIMES = 3
"""Each of these takes seconds on a million rows."""


class Peer:
    """The view on the table of posts, and what was measured."""

    def __init__(self, database: QSqlDatabase, told: Path) -> None:
        self._database = database
        self._told = told
        self._view = QTableView()
        self._view.resize(1200, 760)
        self._view.show()
        self._model = QSqlTableModel()

    def measure(self) -> None:
        """All kinds of work, one after the other."""
        newest = ("updated_at", Qt.SortOrder.DescendingOrder)
        self._note("first_page", lambda: self._select(*newest))
        self._note("last_page", self._go_to_the_end, before=self._view.scrollToTop)
        self._note("jump", self._go_anywhere, 9)
        self._note("sort_title", lambda: self._select("title", Qt.SortOrder.AscendingOrder))
        self._note("search_title", lambda: self._select(*newest, "title ILIKE '%lomera%'"))
        self._select(*newest, "id < 100000")
        self._model.setEditStrategy(QSqlTableModel.EditStrategy.OnFieldChange)
        self._note("save_one", lambda: self._save_one("title", f"Edited {random.randrange(1_000_000)}"), 9)
        # In no index, so it takes less; nobody edits it by hand.
        self._note("save_counter", lambda: self._save_one("view_count", random.randrange(1_000_000)), 9)
        self._users()
        self._note("toggle_1000_users", self._toggle)
        self._write("peak_rss", peak_mb())

    def _note(
        self, work: str, do: Callable[[], object], times: int = TIMES, before: Callable[[], object] = turn
    ) -> None:
        taken = []
        for _ in range(times):
            before()
            turn()
            begin = time.perf_counter()
            do()
            turn()
            taken.append((time.perf_counter() - begin) * 1000)
        self._write(work, statistics.median(taken))

    def _write(self, work: str, value: float) -> None:
        with self._told.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"op": work, "median": round(value, 3)}) + "\n")

    def _select(self, column: str, order: Qt.SortOrder, where: str = "") -> None:
        self._show("posts", column, order, where)

    def _show(self, table: str, column: str, order: Qt.SortOrder, where: str = "") -> None:
        self._view.setModel(None)
        self._model = QSqlTableModel(None, self._database)
        self._model.setTable(table)
        self._model.setSort(self._model.fieldIndex(column), order)
        self._model.setFilter(where)
        if not self._model.select():
            raise RuntimeError(self._model.lastError().text())
        self._view.setModel(self._model)

    def _go_to_the_end(self) -> None:
        while self._model.canFetchMore():
            self._model.fetchMore()
        self._view.scrollToBottom()

    def _go_anywhere(self) -> None:
        row = random.randrange(self._model.rowCount())
        self._view.scrollTo(self._model.index(row, 0), QTableView.ScrollHint.PositionAtTop)

    def _save_one(self, field: str, value: object) -> None:
        row = random.randrange(min(self._model.rowCount(), 200))
        cell = self._model.index(row, self._model.fieldIndex(field))
        if not self._model.setData(cell, value):
            raise RuntimeError(self._model.lastError().text())

    def _users(self) -> None:
        self._show("users", "id", Qt.SortOrder.AscendingOrder, "id <= 2000")
        self._model.setEditStrategy(QSqlTableModel.EditStrategy.OnManualSubmit)

    def _toggle(self) -> None:
        column = self._model.fieldIndex("is_active")
        rows = range(min(1_000, self._model.rowCount()))
        self._database.transaction()
        for row in rows:
            cell = self._model.index(row, column)
            self._model.setData(cell, not cell.data())
        if not self._model.submitAll():
            raise RuntimeError(self._model.lastError().text())
        self._database.commit()


def main() -> int:
    """Connect and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dsn", required=True)
    parser.add_argument("--json", type=Path, required=True)
    chosen = parser.parse_args()
    app = QApplication(sys.argv[:1])
    database = QSqlDatabase.addDatabase("QPSQL")
    parts = urlsplit(chosen.dsn)
    database.setDatabaseName(parts.path[1:])
    database.setUserName(parts.username or "")
    # Where the server is, libpq reads from its own variables; Qt quotes what it is told.
    database.setHostName(os.environ.get("PGHOST", ""))
    database.setPassword(os.environ.get("PGPASSWORD", ""))
    if not database.open():
        print(database.lastError().text(), file=sys.stderr)
        return 1
    Peer(database, chosen.json).measure()
    app.quit()
    return 0


if __name__ == "__main__":
    sys.exit(main())

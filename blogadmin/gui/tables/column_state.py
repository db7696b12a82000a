"""How a person arranged the columns of a list, written by name so that new columns do no harm."""

from __future__ import annotations

import json
from typing import Any

from PySide6.QtWidgets import QHeaderView

from blogadmin.core.queries.spec import Sort
from blogadmin.gui.tables.columns import Column


def save(header: QHeaderView, columns: tuple[Column, ...], order: tuple[Sort, ...]) -> str:
    """The arrangement as JSON: columns in visual order, widths, what is hidden, the order of the rows."""
    sections = [header.logicalIndex(place) for place in range(header.count())]
    return json.dumps(
        {
            "columns": [
                {
                    "name": columns[section].name,
                    "width": header.sectionSize(section),
                    "hidden": header.isSectionHidden(section),
                }
                for section in sections
            ],
            "sort": [{"column": key.column, "descending": key.descending} for key in order],
        }
    )


def restore(text: str, header: QHeaderView, columns: tuple[Column, ...]) -> tuple[Sort, ...]:
    """Arrange the columns as ``text`` says, and return the order of the rows.

    Unknown columns are passed over, missing ones stay where they are; text that is no arrangement at all
    changes nothing.
    """
    kept = _read(text)
    places = {column.name: section for section, column in enumerate(columns)}
    wanted = [entry for entry in kept.get("columns", []) if _is_entry(entry) and entry["name"] in places]
    for place, entry in enumerate(wanted):
        section = places[entry["name"]]
        header.moveSection(header.visualIndex(section), place)
        header.setSectionHidden(section, False)
        header.resizeSection(section, max(int(entry["width"]), header.minimumSectionSize()))
    hidden = [places[entry["name"]] for entry in wanted if entry["hidden"]]
    if len(hidden) < len(columns):
        for section in hidden:
            header.setSectionHidden(section, True)
    sortable = {column.name for column in columns if column.sortable}
    return tuple(
        Sort(key["column"], bool(key.get("descending")))
        for key in kept.get("sort", [])
        if isinstance(key, dict) and key.get("column") in sortable
    )


def _read(text: str) -> dict[str, Any]:
    try:
        kept = json.loads(text or "{}")
    except ValueError:
        return {}
    return kept if isinstance(kept, dict) else {}


def _is_entry(entry: Any) -> bool:
    return (
        isinstance(entry, dict)
        and isinstance(entry.get("name"), str)
        and isinstance(entry.get("width"), int)
        and isinstance(entry.get("hidden"), bool)
    )

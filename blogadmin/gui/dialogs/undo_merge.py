"""A change cannot be taken back as it was made, because somebody changed the same since: ask what to keep."""

from __future__ import annotations

import operator
from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any, Final

from blogadmin.core.metadata_json import format_metadata, same_json
from blogadmin.gui.dialogs.merge import MergeDialog, MergeWords
from blogadmin.gui.dialogs.merge_plan import Kind, MergeField, plan
from blogadmin.gui.theme import ROLE, STATUS

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from blogadmin.core.database.errors import Conflict
    from blogadmin.core.operations.operation import Operation
    from blogadmin.gui.control.services import Services
    from blogadmin.gui.control.undo import Step

_LABELS: Final = {"body": "Text", "author_id": "Author", "is_active": "Active", "email": "E-mail"}
_KINDS: Final[dict[str, Kind]] = {
    "title": "text",
    "slug": "text",
    "name": "text",
    "email": "text",
    "body": "lines",
    "metadata": "json",
}


def ask(
    services: Services,
    window: QWidget,
    step: Step,
    error: Conflict,
    again: Callable[[Operation], None],
) -> bool:
    """Open the merge window over ``window`` for a step that met somebody else's change; ``again`` commits.

    Returns ``False`` for what cannot be asked field by field.
    """
    edit: Any = step.operation
    if not isinstance(getattr(edit, "values", None), Mapping) or not hasattr(edit, "base"):
        return False

    def commit(values: Mapping[str, Any]) -> None:
        theirs = {name: error.theirs.get(name, edit.base.get(name)) for name in values}
        again(type(edit)(edit.id, error.version, theirs, dict(values)))

    both = {clash.field for clash in error.fields}
    planned = plan(merge_fields(edit.base, error.theirs, edit.values, both))
    if not any(one.questions for one in planned):
        commit({one.field.name: one.value() for one in planned})
        return True
    words = MergeWords(
        heading="Somebody changed this since",
        explanation=f"“{step.label}” cannot be taken back as it was. Choose what each field shall be.",
        base="as you left it",
        theirs="as it is now",
        mine="as it was before",
        accept="Save",
        keep="Leave it as it is",
        discard="",
    )
    dialog = MergeDialog(planned, words, services.messages, window)
    dialog.merged.connect(commit)
    dialog.open()
    return True


def merge_fields(
    base: Mapping[str, Any],
    theirs: Mapping[str, Any],
    wanted: Mapping[str, Any],
    both: Collection[str] = (),
) -> list[MergeField]:
    """The fields of ``wanted`` in three versions: as they were left, as they are now, as they shall be.

    A field of ``both`` is asked about even where they left it as it was: they wrote it, too.
    """
    return [_field(name, base.get(name), theirs, value, name in both) for name, value in wanted.items()]


def _field(name: str, base: Any, theirs: Mapping[str, Any], wanted: Any, both: bool) -> MergeField:
    now = theirs.get(name, base)
    same = same_json if name == "metadata" else operator.eq
    whole = both and same(base, now)
    return MergeField(
        name,
        _LABELS.get(name, name.capitalize()),
        "choice" if whole else _KINDS.get(name, "choice"),
        base,
        now,
        wanted,
        words=lambda shown: _words(name, shown),
        same=_never if whole else same,
    )


def _never(_one: Any, _two: Any) -> bool:
    return False


def _words(name: str, value: Any) -> str:
    if name == "metadata":
        return format_metadata(value)
    if name == "is_active":
        return "active" if value else "inactive"
    if name == "author_id":
        return f"user no. {value}"
    looks = {"status": STATUS, "role": ROLE}.get(name, {})
    return looks[value].label if value in looks else str(value or "")

"""Tags of any number of posts."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, cast, false, func, select, update
from sqlalchemy import literal as value_of
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Session

from blogadmin.core import values
from blogadmin.core.database.errors import Invalid
from blogadmin.core.operations.bulk import among, table_of, versions_by_id
from blogadmin.core.operations.bulk_back import packed
from blogadmin.core.operations.bulk_change import KEPT, Many, tell_missing
from blogadmin.core.operations.bulk_values import ChunkOutcome, Rows, Step
from blogadmin.core.operations.chunks import apply_bounded
from blogadmin.core.operations.tag_steps import Places, PutTags, TakeTags, Without
from blogadmin.core.operations.wording import counted


@dataclass(frozen=True, slots=True)
class _Tags(Many, ABC):
    """What adding and removing tags have in common."""

    tags: tuple[str, ...]
    noun = "posts"

    def check(self) -> None:
        """Raise ``Invalid`` for words that cannot be tags."""
        if not self.tags or len(set(self.tags)) < len(self.tags):
            raise Invalid("tags", "must be different words, at least one.")
        for tag in self.tags:
            problem = values.line_problem(tag, values.NAME_MAX)
            if problem:
                raise Invalid("tags", problem)

    def blocked(self) -> ColumnElement[bool]:
        """Condition that a row's tags are no list."""
        return func.coalesce(func.jsonb_typeof(_stored_tags()), "array") != "array"

    def apply_chunk(self, session: Session, rows: Rows, *, keep: bool = False) -> ChunkOutcome:
        """Change the tags. Raises ``Invalid`` for words that cannot be tags."""
        del keep
        self.check()
        return apply_bounded(session, rows, self._apply)

    def _apply(self, session: Session, rows: Rows) -> ChunkOutcome:
        table = table_of(self.noun)
        stored = _stored_tags()
        held = (
            select(
                table.c.id,
                table.c.metadata.is_(None),
                func.jsonb_typeof(stored),
                stored,
                func.octet_length(cast(table.c.metadata, Text)),
            )
            .where(among(table.c.id, rows.ids), self.unmoved(self.noun))
            .order_by(table.c.id)
            .with_for_update(key_share=True, nowait=True)
        )
        outcome = ChunkOutcome()
        steps: dict[Step, list[int]] = {}
        seen: set[int] = set()
        for id_, bare, kind, tags, size in session.execute(held):
            seen.add(id_)
            found = self._step(tags if kind == "array" else [], _without(bare, kind), size or 0)
            if isinstance(found, str):
                outcome.refuse(found, [id_])
            elif found is None:
                outcome.unchanged.append(id_)
            else:
                steps.setdefault(found, []).append(id_)
        for step, ids in steps.items():
            _take(session, step, ids, outcome)
        tell_missing(session, self.noun, rows, seen, false(), self.moved(self.noun), outcome)
        return outcome

    @abstractmethod
    def _step(self, tags: list[Any], onto: Without | None, size: int) -> Step | str | None:
        """The step for a row with these tags, ``None`` when it is so already, or why it cannot be."""
        ...


@dataclass(frozen=True, slots=True)
class AddTags(_Tags):
    """Add tags at the end of the list where they are missing; posts without metadata get some."""

    def label_for(self, total: int) -> str:
        """Words for menus and history."""
        return f"Add tags to {counted(total, self.noun)}"

    def done_words(self, number: int) -> str:
        """What has been done to ``number`` rows."""
        return f"{counted(number, self.noun)} tagged {_quoted(self.tags)}"

    def already(self) -> ColumnElement[bool]:
        """Condition that a row has all of the tags."""
        wanted = value_of(list(self.tags), JSONB)
        return func.coalesce(_stored_tags().bool_op("@>")(wanted), false())

    def _step(self, tags: list[Any], onto: Without | None, size: int) -> Step | str | None:
        if onto is None:
            return "Its tags are not a list."
        missing = [tag for tag in self.tags if tag not in [t for t in tags if isinstance(t, str)]]
        added = sum(len(tag.encode()) + len('"", ') for tag in missing) + len('{"tags": []}')
        if missing and size + added > values.METADATA_MAX_BYTES:
            return "Its metadata would become too large."
        return PutTags(tuple(enumerate(missing, len(tags))), onto) if missing else None


@dataclass(frozen=True, slots=True)
class RemoveTags(_Tags):
    """Take tags out of the list wherever they stand; the list stays, even if it is empty then."""

    def label_for(self, total: int) -> str:
        """Words for menus and history."""
        return f"Remove tags from {counted(total, self.noun)}"

    def done_words(self, number: int) -> str:
        """What has been done to ``number`` rows."""
        return f"{counted(number, self.noun)} no longer tagged {_quoted(self.tags)}"

    def already(self) -> ColumnElement[bool]:
        """Condition that a row has none of the tags."""
        tags = _stored_tags()
        wanted = value_of(list(self.tags), ARRAY(Text))
        has = and_(func.jsonb_typeof(tags) == "array", tags.bool_op("?|")(wanted))
        return func.coalesce(has, false()).is_(false())

    def blocked(self) -> ColumnElement[bool]:
        """Nothing is in the way: where there is no list, there are no tags."""
        return false()

    def _step(self, tags: list[Any], onto: Without | None, size: int) -> Step | str | None:
        del onto, size
        places: Places = tuple((place, tag) for place, tag in enumerate(tags) if tag in self.tags)
        return TakeTags(places) if places else None


def _take(session: Session, step: Step, ids: list[int], outcome: ChunkOutcome) -> None:
    table = table_of("posts")
    statement = (
        update(table)
        .where(among(table.c.id, ids))
        .values(step.values(table))
        .returning(table.c.id, table.c.version)
    )
    done = versions_by_id(session.execute(statement))
    outcome.done.append(packed(done, step))
    outcome.refuse(KEPT, [id_ for id_ in ids if id_ not in done])


def _stored_tags() -> ColumnElement[Any]:
    return table_of("posts").c.metadata["tags"]


def _without(bare: bool, kind: str | None) -> Without | None:
    if bare:
        return Without.METADATA
    return Without.KEY if kind is None else Without.LIST if kind == "array" else None


def _quoted(tags: tuple[str, ...]) -> str:
    return ", ".join(f"“{tag}”" for tag in tags)

"""What makes finding quick: the words of titles and bodies as PostgreSQL keeps them, and parts of words.

``posts.body_search`` is filled by a trigger and not declared as GENERATED: beside any other BEFORE UPDATE
trigger PostgreSQL computes a generated column anew for each update, so every page view would pay for
reading the whole body (``docs/decisions/0005``).
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection, Index, text

LANGUAGE: Final = "pg_catalog.english"
"""The text search configuration of a new database; ``database.search`` changes that of an existing one."""

INDEXED_CHARACTERS: Final = 100_000
"""How much of a body can be found by its words.

PostgreSQL refuses a tsvector over 1 MB. Letters of four bytes, each word twice because of a hyphen, are the
worst: 800 kB from this many. A position beyond the 16,383rd word is not kept anyway.
"""

TRIGRAMS: Final = "pg_trgm"
"""The extension behind searching for parts of words; a database may have to do without."""

ADD_TRIGRAMS: Final = f"""
DO $do$ BEGIN
  CREATE EXTENSION IF NOT EXISTS {TRIGRAMS};
EXCEPTION WHEN OTHERS THEN
  -- No right to, or not installed on the server: searching goes on without, only slower.
  NULL;
END $do$
"""
"""Make the extension where this login may; elsewhere nothing happens."""


def vector(configuration: str, title: str = "title", body: str = "body") -> str:
    """The SQL of ``body_search``; ``configuration`` is an SQL expression of the type ``regconfig``."""
    return (
        f"setweight(to_tsvector({configuration}, {title}), 'A')"
        f" || to_tsvector({configuration}, left({body}, {INDEXED_CHARACTERS}))"
    )


def trigram_index(name: str, *columns: str) -> Index:
    """An index for parts of words, made only where the extension is."""
    operators = dict.fromkeys(columns, "gin_trgm_ops")
    index = Index(
        name, *columns, postgresql_using="gin", postgresql_ops=operators, info={"extension": TRIGRAMS}
    )
    return index.ddl_if(callable_=_has_trigrams)


METADATA_KEYS: Final = (
    """jsonb_path_query_array(metadata, '$.keyvalue()."key"'::jsonpath, '{}'::jsonb, true)"""
)
"""The keys of a post's metadata as a list, spelled as PostgreSQL prints it; a query must ask for the same."""


def keys_index(name: str) -> Index:
    """An index for "has this key", which the one for values cannot answer."""
    return Index(name, text(METADATA_KEYS), postgresql_using="gin", info={"expression": METADATA_KEYS})


def _has_trigrams(
    ddl: object,
    target: object,
    bind: Connection | None,
    tables: object = None,
    state: object = None,
    **_kw: Any,
) -> bool:
    extension = text("SELECT EXISTS (SELECT FROM pg_extension WHERE extname = :name)")
    return bind is not None and bool(bind.scalar(extension, {"name": TRIGRAMS}))

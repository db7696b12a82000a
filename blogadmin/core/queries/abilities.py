"""What a database has to find rows with. An adopted one may have to do without some of it."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from blogadmin.core.models.search import LANGUAGE


@dataclass(frozen=True, slots=True)
class Abilities:
    """What there is.

    ``trigrams`` are the nouns with an index for parts of words, and ``scripts`` tells whether it knows other
    letters than those of ASCII (in a database with the character type C it does not). ``keys`` tells whether
    metadata is indexed by its keys, ``bodies`` whether ``posts.body_search`` is there; ``language`` is the
    text search configuration that it is made with.
    """

    trigrams: frozenset[str] = frozenset({"posts", "users"})
    scripts: bool = True
    keys: bool = True
    bodies: bool = True
    language: str = LANGUAGE


ALL = Abilities()
"""What a database has that this program made."""

_READ = text("""
SELECT
  ARRAY(
    SELECT CAST(c.relname AS text) FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
    WHERE i.indrelid IN (to_regclass('posts'), to_regclass('users')) AND i.indisvalid
      AND EXISTS (
        SELECT FROM pg_opclass o WHERE o.opcname = 'gin_trgm_ops' AND o.oid = ANY (CAST(i.indclass AS oid[]))
      )
  ),
  (SELECT d.datctype NOT IN ('C', 'POSIX') FROM pg_database d WHERE d.datname = current_database()),
  EXISTS (
    SELECT FROM pg_index i WHERE i.indrelid = to_regclass('posts') AND i.indisvalid
      AND pg_get_expr(i.indexprs, i.indrelid) LIKE '%keyvalue%'
  ),
  EXISTS (
    SELECT FROM pg_attribute a WHERE a.attrelid = to_regclass('posts') AND a.attname = 'body_search'
      AND NOT a.attisdropped
  ),
  (
    SELECT t.tgargs FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
    WHERE t.tgrelid = to_regclass('posts') AND p.proname = 'blogadmin_search' LIMIT 1
  )
""")
_known: WeakKeyDictionary[Engine, Abilities] = WeakKeyDictionary()
_lock = threading.Lock()


def of(session: Session) -> Abilities:
    """What the database of ``session`` has; asked once for each connection pool, then remembered."""
    engine = session.get_bind().engine
    with _lock:
        found = _known.get(engine)
    if found is None:
        found = read(session)
        with _lock:
            _known[engine] = found
    return found


def read(session: Session) -> Abilities:
    """Ask the catalogue."""
    trigrams, scripts, keys, bodies, arguments = session.connection().execute(_READ).one()
    return Abilities(frozenset(trigrams), scripts, keys, bodies, _language(arguments))


def _language(arguments: Any) -> str:
    # A trigger's arguments are kept one after the other, each ended by a NUL.
    first = bytes(arguments or b"").partition(b"\0")[0].decode()
    return first or LANGUAGE

"""Posts put together by the server from few texts, so that nobody has to read the words of each.

Reading the words of a body (``to_tsvector``) takes many times as long as storing it. The words of a post that
consists of known pieces are the words of the pieces, one after the other, and joining those is quick.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice
from typing import Final

from psycopg2.extensions import cursor as Cursor  # noqa: N812 - a class with a lower-case name

from blogadmin.core.transfer import rows
from blogadmin.core.transfer.bulk import Block, blocks, copy

_BLOCKS_AT_ONCE: Final = 50
# A number is a word of its own in every language, and no text of ours ends like this.
_MARK: Final = "70368744177664"


def search_trigger(cursor: Cursor) -> tuple[str, str] | None:
    """Name and language of the trigger that keeps ``posts.body_search``, if it does."""
    cursor.execute(_TRIGGER)
    found = cursor.fetchall()
    return None if not found else (found[0][0], bytes(found[0][1]).partition(b"\0")[0].decode())


@contextmanager
def put_together(cursor: Cursor, trigger: str, language: str, texts: rows.Texts) -> Iterator[None]:
    """Make the tables that ``load`` needs, for the rest of the transaction, and rest the trigger meanwhile.

    The caller holds ``posts`` for itself, so no other row escapes the trigger.
    """
    cursor.execute(_TABLES)
    titles = (f"{n}\t{title}\n".encode() for n, (title, _slug) in enumerate(texts.titles))
    copy(cursor, "generated_titles", "no, text", blocks(titles), _nothing)
    pieces = (b"%d\t%s\n" % pair for pair in enumerate(texts.pieces))
    copy(cursor, "generated_pieces", "no, text", blocks(pieces), _nothing)
    cursor.execute(_WORDS, {"language": language, "mark": _MARK})
    cursor.execute(f"ALTER TABLE posts DISABLE TRIGGER {trigger}")
    yield
    cursor.execute(f"ALTER TABLE posts ENABLE TRIGGER {trigger}")
    cursor.execute("DROP TABLE generated_titles, generated_pieces, generated_posts")


def load(cursor: Cursor, lines: Iterator[bytes], loaded: Callable[[int], None]) -> None:
    """Load lines of ``rows.DRAFT_COLUMNS``; ``loaded`` hears how many rows came, block by block."""
    coming = blocks(lines)

    def some() -> list[Block]:
        return list(islice(coming, _BLOCKS_AT_ONCE))

    part = some()
    with ThreadPoolExecutor(1) as thread:
        while part:
            copy(cursor, "generated_posts", rows.DRAFT_COLUMNS, iter(part), loaded)
            # Only now: beside COPY, which asks for each block, two threads of Python hinder each other.
            next_part = thread.submit(some)
            cursor.execute(_PUT_TOGETHER)
            cursor.execute("TRUNCATE generated_posts")
            part = next_part.result()


def _nothing(_count: int) -> None:
    pass


_TRIGGER: Final = """
SELECT quote_ident(t.tgname), t.tgargs FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
WHERE t.tgrelid = CAST('posts' AS regclass) AND p.proname = 'blogadmin_search' AND t.tgenabled = 'O'
"""
_TABLES: Final = """
CREATE TEMPORARY TABLE generated_titles (no int, text text, words tsvector);
CREATE TEMPORARY TABLE generated_pieces (no int, text text, words tsvector, padded boolean, last int);
CREATE TEMPORARY TABLE generated_posts (
  id int, public_id uuid, title int, first int, second int, slug text, status text, view_count int,
  metadata jsonb, author_id int, created_at timestamptz, updated_at timestamptz
)
"""
# Words that are left out (the, and) count as places, too. Where a piece ends with some, a mark holds the last
# place until the words of the second piece have been joined behind it.
_WORDS: Final = """
UPDATE generated_titles SET words = setweight(to_tsvector(CAST(%(language)s AS regconfig), text), 'A');
UPDATE generated_pieces SET words = to_tsvector(CAST(%(language)s AS regconfig), text || ' ' || %(mark)s);
UPDATE generated_pieces SET
  words = ts_delete(words, %(mark)s),
  padded = ts_delete(words, %(mark)s) || CAST(%(mark)s || ':1' AS tsvector) <> words,
  last = (SELECT w.positions[1] - 1 FROM unnest(words) AS w WHERE w.lexeme = %(mark)s);
UPDATE generated_pieces SET
  words = CAST(concat_ws(' ', nullif(CAST(words AS text), ''), %(mark)s || ':' || last) AS tsvector)
WHERE padded;
ANALYZE generated_titles;
ANALYZE generated_pieces
"""
_PUT_TOGETHER: Final = f"""
INSERT INTO posts ({rows.POST_COLUMNS}, body_search)
SELECT d.id, d.public_id, t.text, a.text || E'\\n\\n' || b.text, d.slug, d.status, d.view_count, d.metadata,
       d.author_id, d.created_at, d.updated_at,
       t.words || CASE
         WHEN NOT (a.padded OR b.padded) THEN a.words || b.words
         ELSE ts_delete(a.words || b.words, '{_MARK}')
       END
FROM generated_posts d JOIN generated_titles t ON t.no = d.title
JOIN generated_pieces a ON a.no = d.first JOIN generated_pieces b ON b.no = d.second
"""  # noqa: S608 - our own names

"""What finding takes beside the list: going anywhere, counts beside values, words that most posts have."""

from __future__ import annotations

from contextlib import closing
from typing import Any

from psycopg2.extensions import connection as Connection  # noqa: N812 - a class with a lower-case name

from blogadmin.core import queries
from blogadmin.core.database.engine import Database
from blogadmin.core.queries.spec import ListSpec
from tests.benchmarks.harness import percentile, timed
from tests.benchmarks.reading import FIRST, NEWEST, some_words
from tests.benchmarks.report import at_most
from tests.benchmarks.run import Run

_COUNTED = ("status", "author_id", "tags")
_ANSWERED = at_most(300)


def palette(run: Run) -> None:
    """Ctrl+K: parts of words, letter by letter, beginnings and middles; 95 of 100 answers come sooner."""
    with closing(Database(run.blog.url)) as database, closing(run.blog.connect()) as raw:
        typed = [part for word in some_words(raw, run.often(20, 2)) for part in _typed(word)]
        with database.reader() as session:
            queries.palette.find(session, typed[0])
            taken = [timed(lambda text=text: queries.palette.find(session, text)) for text in typed]
    note = f"95 % of {len(taken)} answers, the worst {max(taken):.0f} ms"
    run.report.add("palette", percentile(taken, 95), target=at_most(50), note=note)


def facets(run: Run) -> None:
    """How many posts have each status, author and tag, of all posts; the slowest of the three."""
    listing = queries.posts.LISTING
    with closing(Database(run.blog.url)) as database, database.reader() as session:
        taken = {
            field: max(
                timed(lambda field=field: listing.facets(session, ListSpec(), field))
                for _ in range(run.often(5, 2))
            )
            for field in _COUNTED
        }
    slowest = max(taken, key=lambda field: taken[field])
    run.report.add("facets", taken[slowest], target=_ANSWERED, note=f"the worst, of {slowest}")


def common_words(run: Run) -> None:
    """First rows of a search through bodies, and through titles, for the words that most posts have."""
    listing = queries.posts.LISTING
    with closing(Database(run.blog.url)) as database, closing(run.blog.connect()) as raw:
        words = _common(raw, run.often(5, 2))
        with database.reader() as session:
            specs = [ListSpec(word, order, bodies=bodies) for word in words for order, bodies in _WAYS]
            for spec in specs:
                listing.first(session, spec, FIRST)
            taken = [timed(lambda spec=spec: listing.first(session, spec, FIRST)) for spec in specs]
    note = f"the worst of {len(taken)}; words such as {words[0]}"
    run.report.add("search.common", max(taken), target=_ANSWERED, note=note)


def _typed(word: str) -> list[str]:
    """What is typed of a word: its beginning, letter by letter, and a part from its middle."""
    return [word[:length] for length in range(1, len(word) + 1)] + [word[2:]]


def _common(raw: Connection, number: int) -> list[str]:
    with raw.cursor() as cursor:
        cursor.execute(_COMMON, (number,))
        return [word for (word,) in cursor.fetchall()]


_WAYS: tuple[tuple[Any, bool], ...] = (((), True), (NEWEST, True), (NEWEST, False))
_COMMON = """
SELECT word FROM ts_stat('SELECT body_search FROM posts WHERE id <= 2000')
WHERE length(word) >= 3 ORDER BY ndoc DESC, word LIMIT %s
"""

"""Chunks of the right size, the second chance for locked rows, and memory that a million rows leave flat."""

from __future__ import annotations

import tracemalloc
from array import array

import pytest

from blogadmin.core.database.errors import Invalid, Locked, OutcomeUnknown, TookTooLong, Unavailable
from blogadmin.core.operations.bulk_back import PutBack
from blogadmin.core.operations.bulk_column import Put, SetColumn
from blogadmin.core.operations.bulk_progress import LEAST, MOST, PER_CHUNK, BulkProgress, forward
from blogadmin.core.operations.bulk_values import ChunkOutcome, Fate, Rows

MILLION = 1_000_000
PUBLISH = SetColumn("posts", "status", "published")
STEPS = [Put("status", "published", was) for was in ("draft", "review", "scheduled")]


def done(rows: Rows, step: Put = STEPS[0]) -> ChunkOutcome:
    return ChunkOutcome([Rows(rows.ids, array("i", [2]) * len(rows), step)])


def progress(number: int) -> BulkProgress:
    return BulkProgress(PUBLISH, forward(array("q", range(1, number + 1))), number)


def following(run: BulkProgress) -> Rows:
    rows = run.next()
    assert rows is not None
    return rows


def test_chunks_grow_and_shrink_with_the_time_they_take() -> None:
    run = progress(MILLION)
    assert [_chunk(run, 4000) for _ in range(5)] == [500, 1000, 2000, 4000, 2500], "a piece ended"
    assert _chunk(run, 4000) == 4000
    assert [_chunk(run, 40) for _ in range(8)][-1] == LEAST
    assert max(_chunk(run, 10**9) for _ in range(40)) == MOST


def _chunk(run: BulkProgress, a_chunk_is: int) -> int:
    """Do a chunk on a server that does so many rows in the time that one should take."""
    rows = following(run)
    run.took(done(rows), len(rows) * PER_CHUNK / a_chunk_is)
    return len(rows)


@pytest.mark.parametrize("error", [Locked("Held."), TookTooLong("Too long.")])
def test_a_chunk_that_does_not_get_through_is_tried_smaller_a_few_times(error: Locked | TookTooLong) -> None:
    run = progress(1000)
    sizes: list[int] = []
    goes_on = True
    while goes_on:
        rows = following(run)
        sizes.append(len(rows))
        goes_on = run.failed(rows, error)
    assert sizes == [500, 125, 31, 7]
    report = run.finish()
    assert report.stopped == str(error)
    assert report.count(Fate.LEFT) == report.total == 1000


def test_a_chunk_that_got_through_restores_patience() -> None:
    run = progress(1000)
    for _ in range(9):
        rows = following(run)
        assert run.failed(rows, Locked("Held."))
        run.took(done(following(run)), 0.1)


def test_a_lost_connection_leaves_the_rest_and_a_lost_answer_is_told() -> None:
    run = progress(1000)
    run.took(done(following(run)), 0.1)
    assert not run.failed(following(run), Unavailable("It was lost."))
    assert run.finish().message == "500 posts published; 500 posts not reached. It was lost."
    run = progress(1000)
    assert not run.failed(following(run), OutcomeUnknown("Nobody knows."))
    report = run.finish()
    assert (report.count(Fate.UNCERTAIN), report.count(Fate.LEFT)) == (500, 500)
    assert "500 may or may not have been saved" in report.message


def test_an_error_of_a_field_is_a_sentence() -> None:
    run = progress(1)
    assert not run.failed(following(run), Invalid("author_id", "was deleted."))
    assert run.finish().stopped == "Author was deleted."


def test_a_million_rows_take_a_few_bytes_each() -> None:
    ids = array("q", range(1, MILLION + 1))
    tracemalloc.start()
    try:
        run = BulkProgress(PUBLISH, forward(ids), MILLION)
        number = 0
        while (rows := run.next()) is not None:
            number += 1
            run.took(done(rows, STEPS[number % len(STEPS)]), 0.1)
        report = run.finish()
        _held, peak = tracemalloc.get_traced_memory()
        del run, rows
        report.left.clear()
        held, _peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert report.count(Fate.DONE) == MILLION
    assert isinstance(report.inverse, PutBack)
    assert report.inverse.total == MILLION
    assert len(report.inverse.groups) == len(STEPS)
    assert held < 16 * MILLION
    assert peak < 24 * MILLION

"""Looks for rows by id, and for the ids of rows, in lists of any length. Runs on a worker."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from blogadmin.core.queries.places import STRIDE
from blogadmin.core.queries.spec import ListSpec
from blogadmin.gui.tables.kept import KEPT_MOST, Found, Kept, unpack_ids
from blogadmin.gui.tables.row_order import KEYS_IN_PART, LOST, Anchors, Ids, Order, Places

SEGMENTS_MOST = 4096
"""What is scattered over more segments than this is not looked for: a thousand take a second."""


def find(order: Order, places: Places, session: Any, spec: ListSpec, kept: Kept) -> Found:
    """Look for what was kept in a list all of whose rows have their places."""
    if isinstance(order, Ids):
        return Found.joined(kept.find(ids, start) for start, ids in order.chunks())
    return _find_among(order, places, session, spec, kept) if isinstance(order, Anchors) and kept else Found()


def resolved(kept: Kept, places: Places, session: Any) -> Kept:
    """The same with the ids of what was ``unread``."""
    if kept.unread is None:
        return kept
    order, spec, ranges = kept.unread
    ids = {row_id for part in read_ids(order, places, session, spec, ranges) for row_id in part}
    return replace(kept, ids=kept.ids | ids, unread=None)


def read_ids(
    order: Order, places: Places, session: Any, spec: ListSpec, ranges: Iterable[tuple[int, int]]
) -> Iterator[array[int]]:
    """The ids of rows that are in ``ranges``, in the list's order; part by part, as many as there are."""
    for start, stop in ranges:
        known = order.known(start, stop) if isinstance(order, Ids) else None
        if known is not None:
            yield known
        elif isinstance(order, Anchors):
            yield from _read_range(order, places, session, spec, start, min(stop, order.total))


def _read_range(
    order: Anchors, places: Places, session: Any, spec: ListSpec, start: int, stop: int
) -> Iterator[array[int]]:
    while start < stop:
        segment, place = divmod(start, STRIDE)
        end = _end_of_run(order, segment, stop) if place == 0 else segment
        if end > segment + 1:
            last = order.key(end) if end < order.segments else None
            packed = places.between(session, spec, order.key(segment), last, order.newest, None)
            yield unpack_ids(packed)
        else:
            end = segment + 1
            ids = order.learnt.get(segment) or order.way(segment).ids(places, session, spec)
            chosen = ids[place : stop - segment * STRIDE]
            yield array("q", (row_id for row_id in chosen if row_id != LOST))
        start = end * STRIDE


def _end_of_run(order: Anchors, segment: int, stop: int) -> int:
    """The segment up to which all are wanted whole and none is known."""
    end = segment
    while end < segment + KEYS_IN_PART and end < order.segments and end not in order.learnt:
        if min((end + 1) * STRIDE, order.total) > stop:
            break
        end += 1
    return end


def _find_among(order: Anchors, places: Places, session: Any, spec: ListSpec, kept: Kept) -> Found:
    sought = kept.ids | kept.marks
    if kept.inverted:
        sought |= set(places.newer(session, spec, kept.newest, KEPT_MOST))
    segments = _segments_of(order, places, session, spec, sought)
    marked = kept.marks - kept.ids
    chosen = {segment for row_id, segment in segments.items() if row_id not in marked}
    if len(chosen) > SEGMENTS_MOST:
        # Too scattered: better nothing than something else than was chosen.
        kept = Kept(marks=kept.marks)
        segments = {row_id: segment for row_id, segment in segments.items() if row_id in kept.marks}
    rows: dict[int, int] = {}
    learnt: dict[int, array[int]] = {}
    for segment in sorted(set(segments.values())):
        ids = learnt[segment] = order.way(segment).ids(places, session, spec)
        rows |= {row_id: segment * STRIDE + n for n, row_id in enumerate(ids) if row_id in sought}
    return kept.at(rows, order.total)._replace(learnt=learnt)


def _segments_of(
    order: Anchors, places: Places, session: Any, spec: ListSpec, ids: Iterable[int]
) -> Mapping[int, int]:
    """The segment of each row that the list has: first the part of the anchors, then the anchor in it."""
    ids = sorted(ids)
    parts = sorted(set(places.locate(session, spec, ids, order.first_keys).values()))
    numbered = [(part * KEYS_IN_PART + n, key) for part in parts for n, key in enumerate(order.keys_of(part))]
    found = places.locate(session, spec, ids, [key for _segment, key in numbered])
    return {row_id: numbered[place][0] for row_id, place in found.items()}

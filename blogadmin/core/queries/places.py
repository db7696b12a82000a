"""What is told of where rows are in a list: plain values for both halves."""

from __future__ import annotations

from typing import NamedTuple

STRIDE = 256
"""Rows from one anchor to the next."""
Key = tuple[str | None, ...]
"""What the order says of a row: the values that it sorts by, as the server writes them."""


class Part(NamedTuple):
    """A part of a survey, in the list's order.

    ``total`` rows the list has; no id in it is above ``newest``. The parts of a short list have its ``ids``,
    packed. Those of an ``anchored`` one have ``keys``, a JSON array with the key of every ``STRIDE``-th row,
    and the first and last part also the ids of the first and last ``STRIDE`` rows.
    """

    total: int
    newest: int
    anchored: bool
    ids: bytes
    keys: str = ""

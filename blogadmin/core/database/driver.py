"""Loads the driver as soon as it can be had."""

from __future__ import annotations

import sys
from importlib import import_module


def load() -> None:
    """Load psycopg2 without Python's own ``ssl``, which takes as long as the driver itself.

    The driver has that module set up an OpenSSL older than 1.1 before libpq would, and does without it where
    there is none. Encryption is libpq's. Whoever wants ``ssl`` afterwards loads it as ever; no other thread
    may want it meanwhile.
    """
    if "ssl" in sys.modules:
        import_module("psycopg2")
        return
    # What stands for a module that there is none of.
    sys.modules["ssl"] = None  # pyright: ignore[reportArgumentType]
    try:
        import_module("psycopg2")
    finally:
        del sys.modules["ssl"]

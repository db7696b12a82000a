"""The emergency exit from a wait for the server: the socket under a connection is shut."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import psycopg2
from psycopg2 import extensions


def shut(raw: extensions.connection) -> None:
    """Shut the socket under ``raw``, so that whoever waits for the server wakes with an error."""
    # Not at the top: it is hardly ever wanted, and the first rows wait for this module.
    import socket

    # The family does not matter to shutdown(); the duplicate leaves libpq its own descriptor.
    with (
        contextlib.suppress(psycopg2.Error, OSError),
        closing(socket.fromfd(raw.fileno(), socket.AF_INET, socket.SOCK_STREAM)) as twin,
    ):
        twin.shutdown(socket.SHUT_RDWR)


@contextmanager
def alarm(seconds: float, act: Callable[..., object], *arguments: object) -> Iterator[None]:
    """Call ``act`` in a thread of its own if what is done within takes longer than ``seconds``.

    Behind a proxy whose server is gone an answer may never come, and no timeout of libpq or the server
    notices; ``act`` then shuts the socket.
    """
    timer = threading.Timer(seconds, act, arguments)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()

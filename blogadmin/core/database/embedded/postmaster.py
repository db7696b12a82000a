"""The server's life: whether it runs, launching it, shutting it down."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from pathlib import Path

from blogadmin.core.database.embedded import failure
from blogadmin.core.database.embedded.cluster import Cluster, tail
from blogadmin.core.database.embedded.lock import POLL_S, FileLock, is_held

# Recovery after a crash in the middle of a big import may take this long.
START_TIMEOUT_S = 120.0
STOP_TIMEOUT_S = 60.0
_PG_CTL_TIMEOUT_S = 30.0


def runs(cluster: Cluster) -> bool:
    """Tell whether any process of the server lives, whether or not it answers."""
    if os.name == "posix":
        return is_held(cluster.alive)
    # Locks are not inherited there; but numbers of processes are told apart by the server's own pipe.
    return _pg_ctl(cluster, "status", "-D", str(cluster.data)) == 0


def launch(cluster: Cluster) -> None:
    """Start the server and return before it answers; does nothing if it runs.

    The caller holds the lock of the home folder. Raises ``EmbeddedServerError`` or ``OSError``.
    """
    with FileLock(cluster.alive) as alive:
        if not alive.take(0):
            return
        cluster.clear_traces()
        cluster.prune_logs()
        cluster.write_settings()
        cluster.make_socket_folder()
        cluster.start_log.write_bytes(b"")
        posix = os.name == "posix"
        waiting = ("-W",) if posix else ("-w", "-t", f"{START_TIMEOUT_S:.0f}")
        try:
            cluster.programs.run(
                "pg_ctl",
                *("start", "-D", cluster.data, *waiting),
                output=cluster.start_log,
                timeout=START_TIMEOUT_S + _PG_CTL_TIMEOUT_S,
                pass_fds=(alive.fd,) if posix else (),
            )
        except subprocess.TimeoutExpired as error:
            raise failure.not_started(cluster.home, cluster.start_log, str(error)) from error


def shut_down(cluster: Cluster) -> bool:
    """Stop the server, ending every session; return whether it is off within the time allowed."""
    deadline = time.monotonic() + STOP_TIMEOUT_S
    # Waiting ourselves is ten times finer. A server that someone started by hand holds no lock of ours.
    waiting = "-W" if os.name == "posix" and runs(cluster) else "-w"
    _pg_ctl(cluster, "stop", "-D", str(cluster.data), "-m", "fast", waiting)
    while runs(cluster):
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_S)
    cluster.remove_socket_folder()
    return True


def last_words(cluster: Cluster) -> str:
    """Return the end of what the server wrote during its last start."""
    began = cluster.start_log.stat().st_ctime
    logs = [path for path in (cluster.folder / "log").glob("*.log") if path.stat().st_mtime >= began]
    return "\n".join(tail(path) for path in (cluster.start_log, *sorted(logs)))


def _pg_ctl(cluster: Cluster, *arguments: str) -> int:
    with tempfile.TemporaryDirectory(prefix="blogadmin-") as scratch:
        try:
            return cluster.programs.run(
                "pg_ctl",
                *arguments,
                output=Path(scratch, "output"),
                timeout=STOP_TIMEOUT_S + _PG_CTL_TIMEOUT_S,
            )
        except (OSError, subprocess.TimeoutExpired):
            return -1

"""A real PgBouncer of a test's own, before the server of the tests, and what is asked of any pooler."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg2
import pytest
from sqlalchemy import URL, make_url

from blogadmin.core.database.embedded.root import user_namespace

SETTINGS = """
[databases]
* = host={host} port={port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {listen}
unix_socket_dir =
auth_type = {auth}
auth_file = {folder}/users
pool_mode = transaction
default_pool_size = {size}
ignore_startup_parameters = extra_float_digits,options
logfile = {folder}/log
"""
LOCKS = """
SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database
WHERE l.locktype = 'advisory' AND d.datname = current_database()
"""
"""How many locks of sessions are held in this database; through a pooler they would outlive us."""


def live_in_new_york(sql: Callable[..., object], url: str) -> None:
    """Give the database at ``url`` a setting that the program would not choose."""
    sql(f"ALTER DATABASE \"{make_url(url).database}\" SET timezone = 'America/New_York'")


class _NoPooler(Exception):
    """Why there can be none on this computer."""


@contextmanager
def pgbouncer(url: str, folder: Path) -> Iterator[str]:
    """Pool transactions on at most two connections to each database: the address to use instead.

    Skips the test, and says why, where there can be no PgBouncer.
    """
    try:
        with _running(url, folder, size=2) as pooled:
            yield pooled
    except _NoPooler as why:
        pytest.skip(str(why))


@contextmanager
def _running(url: str, folder: Path, *, size: int) -> Iterator[str]:
    program = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin:/usr/local/sbin")
    if program is None:
        raise _NoPooler("PgBouncer is not installed")
    # It refuses to run as root, who may look like nobody, as the server of the tests does.
    prefix = user_namespace() if hasattr(os, "geteuid") and os.geteuid() == 0 else ()
    if not prefix and os.geteuid() == 0:
        raise _NoPooler("PgBouncer does not run as root, and this system has no user namespaces")
    target = make_url(url)
    public = target.set(drivername="postgresql", host="127.0.0.1", port=_free_port(), query={})
    settings = _write(folder, target, public, size)
    with (folder / "output").open("wb") as output:
        running = subprocess.Popen([*prefix, program, str(settings)], stdout=output, stderr=output)
        try:
            pooled = public.render_as_string(hide_password=False)
            _await(pooled, running, folder)
            yield pooled
        finally:
            running.terminate()
            running.wait(10)


def _write(folder: Path, target: URL, public: URL, size: int) -> Path:
    password = target.password or ""
    (folder / "users").write_text(f'"{target.username}" "{password}"\n')
    settings = folder / "pgbouncer.ini"
    settings.write_text(
        SETTINGS.format(
            host=target.query.get("host") or target.host or "127.0.0.1",
            port=target.query.get("port") or target.port or 5432,
            listen=public.port,
            auth="scram-sha-256" if password else "trust",
            folder=folder,
            size=size,
        )
    )
    return settings


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def _await(url: str, running: subprocess.Popen[bytes], folder: Path) -> None:
    while running.poll() is None:
        try:
            psycopg2.connect(url).close()
        except psycopg2.OperationalError as exc:
            if "refused" not in str(exc):
                raise
        else:
            return
    raise _NoPooler(f"PgBouncer does not start: {(folder / 'output').read_text()}")

"""Stops a server whose last program was killed and never came back.

A program that ends properly stops the server if nobody else uses it. One that is killed cannot, and
without care its server would run until the computer is shut down. A watching process would need
watching itself. So each server watches its own door: one session, which belongs to no program, looks
now and then whether anyone is connected, and stops the server if not. It sends nothing, so by
PostgreSQL's rules it does not notice that the program that opened it has gone.

Programs and caretaker agree through an advisory lock: each program holds it shared, and whoever stops
the server must hold it alone. So no program gets a server that is about to go.
"""

from __future__ import annotations

import select
import shlex
import subprocess
import sys

import psycopg2
import psycopg2.extensions

from blogadmin.core.database.embedded.binaries import Programs

NAME = "blogadmin caretaker"
LOCK_KEY = 0x626C6F67  # "blog"; nothing else in the database "postgres" locks
LINGER_S = 30.0

_WATCH = f"""
DO $caretaker$
BEGIN
    LOOP
        PERFORM pg_sleep(current_setting('blogadmin.linger')::float8);
        COMMIT;  -- the list of sessions is read once a transaction
        CONTINUE WHEN EXISTS (
            SELECT FROM pg_stat_activity
            WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()
        );
        IF pg_try_advisory_lock({LOCK_KEY}) THEN
            EXECUTE format(
                'COPY (SELECT WHERE false) TO PROGRAM %L', current_setting('blogadmin.stop')
            );
            PERFORM pg_sleep(60);  -- keep the lock until the server ends this session
        END IF;
    END LOOP;
END
$caretaker$
"""


def send(dsn: str, programs: Programs, linger: float) -> None:
    """Leave a caretaker in the server that ``dsn`` names; it looks every ``linger`` seconds.

    Raises ``psycopg2.Error`` when the server cannot be reached.
    """
    connection = psycopg2.connect(dsn, async_=True)
    try:
        _wait(connection)
        cursor = connection.cursor()
        cursor.execute(
            "SELECT set_config('client_connection_check_interval', '0', false),"
            " set_config('statement_timeout', '0', false),"
            " set_config('blogadmin.linger', %s, false), set_config('blogadmin.stop', %s, false)",
            (str(linger), _stop_command(programs)),
        )
        _wait(connection)
        cursor.execute(_WATCH)
        # Only sent, never awaited: it ends with the server.
        while connection.poll() == psycopg2.extensions.POLL_WRITE:
            select.select([], [connection], [])
    finally:
        connection.close()


def _wait(connection: psycopg2.extensions.connection) -> None:
    while (state := connection.poll()) != psycopg2.extensions.POLL_OK:
        if state == psycopg2.extensions.POLL_READ:
            select.select([connection], [], [])
        else:
            select.select([], [connection], [])


def _stop_command(programs: Programs) -> str:
    # Run by a session of the server, so with its data folder as the current one.
    command = [str(programs.folder / "pg_ctl"), "stop", "-D", ".", "-m", "fast", "-W"]
    return subprocess.list2cmdline(command) if sys.platform == "win32" else shlex.join(command)

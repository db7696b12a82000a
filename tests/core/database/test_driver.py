"""The driver is loaded without what it does not need, and nothing is missing afterwards."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading

import pytest

_SSL_REQUEST = b"\x00\x00\x00\x08\x04\xd2\x16/"
"""Its length and the number that PostgreSQL's protocol has for it."""


def fresh(script: str) -> list[str]:
    """What a new interpreter prints."""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return done.stdout.split()


@pytest.mark.parametrize("before", ["", "import ssl"])
def test_python_s_ssl_is_left_to_those_who_want_it(before: str) -> None:
    script = (
        f"{before}\n"
        "import sys\n"
        # What measures coverage may have loaded it.
        "there = sys.modules.get('ssl')\n"
        "from blogadmin.core.database import driver\n"
        "driver.load()\n"
        "print(sys.modules.get('ssl') is there, 'psycopg2' in sys.modules)\n"
        "import ssl\n"
        "print(ssl.create_default_context().verify_mode.name)\n"
    )
    assert fresh(script) == ["True", "True", "CERT_REQUIRED"]


def test_the_driver_still_asks_for_encryption() -> None:
    asked: list[bytes] = []

    def refuse(server: socket.socket) -> None:
        client, _address = server.accept()
        with client:
            asked.append(client.recv(8))
            client.sendall(b"N")

    with socket.create_server(("127.0.0.1", 0)) as server:
        refusing = threading.Thread(target=refuse, args=(server,))
        refusing.start()
        words = fresh(
            "from blogadmin.core.database import driver\n"
            "driver.load()\n"
            "import psycopg2\n"
            "try:\n"
            f"    psycopg2.connect(host='127.0.0.1', port={server.getsockname()[1]}, sslmode='require')\n"
            "except psycopg2.OperationalError as exc:\n"
            "    print(exc)\n"
        )
        refusing.join(10)
    assert asked == [_SSL_REQUEST]
    assert "server does not support SSL, but SSL was required" in " ".join(words)

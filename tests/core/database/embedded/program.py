"""A program that uses the embedded server: told over stdin what to do, it answers in lines of JSON."""

from __future__ import annotations

import json
import os
import pwd
import sys
from pathlib import Path
from typing import Any

from blogadmin.core.database.embedded import EmbeddedServer, EmbeddedServerError


def obey(server: EmbeddedServer, command: str, argument: str) -> Any:
    if command == "start":
        server.start()
        return {"url": server.url("postgres"), "data": str(server.data), "major": server.major}
    if command == "ensure":
        return server.ensure_database(argument)
    return getattr(server, command)()


def become(login: str) -> None:
    """Drop root's rights for those of ``login``."""
    entry = pwd.getpwnam(login)
    os.setgroups([])
    os.setgid(entry.pw_gid)
    os.setuid(entry.pw_uid)


def main(home: str, linger: str, login: str = "") -> None:
    if login:
        become(login)
    server = EmbeddedServer(Path(home), fast=True)
    server._linger = float(linger)
    for line in sys.stdin:
        command, _, argument = line.strip().partition(" ")
        try:
            answer: dict[str, Any] = {"answer": obey(server, command, argument)}
        except EmbeddedServerError as error:
            answer = {"reason": error.reason, "message": str(error), "detail": error.detail}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])

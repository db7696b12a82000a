"""What the server stores lets in whoever has the password, and nobody else."""

from __future__ import annotations

from contextlib import closing
from urllib.parse import urlsplit

import psycopg2
import pytest

from blogadmin.core.database.embedded.scram import verifier


def test_the_server_takes_the_verifier_for_its_password(
    server_url: str, admin: psycopg2.extensions.cursor
) -> None:
    admin.execute("CREATE ROLE drawn LOGIN PASSWORD %s", (verifier("lot-24_bytes"),))
    target = urlsplit(server_url)._replace(scheme="postgresql").geturl()
    try:
        with closing(psycopg2.connect(target, user="drawn", password="lot-24_bytes")) as connection:
            assert connection.info.user == "drawn"
        with pytest.raises(psycopg2.OperationalError, match="password"):
            psycopg2.connect(target, user="drawn", password="lot-24-bytes")
    finally:
        admin.execute("DROP ROLE drawn")


def test_no_two_are_the_same() -> None:
    assert verifier("lot") != verifier("lot")


def test_a_password_that_would_have_to_be_normalised_is_refused() -> None:
    with pytest.raises(ValueError, match="ASCII"):
        verifier("drawn\u00adby lot")

"""How a server stores a password that was drawn by lot."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

_SALT_BYTES = 16


def verifier(password: str) -> str:
    """What a server may store instead of ``password``, in PostgreSQL's form of RFC 5803, hashed once.

    Many rounds of hashing keep a person's password from being guessed by whoever steals what is stored.
    Nobody guesses 24 bytes drawn by lot, and each connection would wait for the rounds, 5 ms for 4,096.
    The driver's own ``encrypt_password`` hashes as often as a server says that runs already.
    Letters of ``password`` must be ASCII: others are normalised before they are hashed.
    """
    if not password.isascii():
        raise ValueError("the password is not ASCII")
    salt = secrets.token_bytes(_SALT_BYTES)
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, 1)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    return f"SCRAM-SHA-256$1:{_text(salt)}${_text(stored)}:{_text(server)}"


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()

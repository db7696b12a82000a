"""Bringing content in bulk: the sample blog, and generated blogs of any size."""

from __future__ import annotations

from typing import Final

# Well-formed, so that a verifier answers "wrong password" rather than fails, and no password is known (or
# will be found) whose Argon2id digest is all zeros.
UNUSABLE_HASH: Final = "$argon2id$v=19$m=65536,t=3,p=4$" + "A" * 22 + "$" + "A" * 43
"""The ``password_hash`` of users that nobody can sign in as until a password is set for them."""

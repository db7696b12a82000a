"""Passwords on their way in: what is one, and its hash. Nothing here keeps or shows either."""

from __future__ import annotations

from blogadmin.core.database.errors import Invalid
from blogadmin.core.values import PASSWORD_MAX, PASSWORD_MIN

# Half a gigabyte would be the first choice of RFC 9106; its second choice suits a desktop: a quarter of a
# second in a worker thread.
_MEMORY_KIB = 64 * 1024
_ROUNDS = 3
_LANES = 4


def password_problem(plain: str) -> str | None:
    """Tell why ``plain`` cannot be a password, or ``None`` if it can; completes "The password …"."""
    if len(plain) < PASSWORD_MIN:
        return f"must have at least {PASSWORD_MIN} characters."
    if len(plain) > PASSWORD_MAX:
        return f"may have at most {PASSWORD_MAX:,} characters."
    if "\x00" in plain:
        return "contains a NUL character, which no form can send. Remove it."
    if any("\ud800" <= ch <= "\udfff" for ch in plain):
        return "contains half of a character (a lone surrogate). Type it again."
    return None


def hash_password(plain: str) -> str:
    """The argon2id hash of ``plain``, salted anew each time. Slow on purpose: call it in a worker.

    Raises ``Invalid("password", …)`` for what ``password_problem`` refuses.
    """
    problem = password_problem(plain)
    if problem:
        raise Invalid("password", problem)
    from argon2 import PasswordHasher  # only a person who sets a password waits for it to load

    return PasswordHasher(time_cost=_ROUNDS, memory_cost=_MEMORY_KIB, parallelism=_LANES).hash(plain)

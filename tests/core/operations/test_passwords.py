"""Passwords become argon2id hashes, and what no form could send is refused."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.low_level import Type

from blogadmin.core.database.errors import Invalid
from blogadmin.core.operations.users import hash_password, password_problem


def test_a_password_is_hashed_with_argon2id_and_checks_out() -> None:
    hashed = hash_password("correct horse é")
    parameters = extract_parameters(hashed)
    assert (parameters.type, parameters.memory_cost, parameters.time_cost, parameters.parallelism) == (
        Type.ID,
        65_536,
        3,
        4,
    )
    assert PasswordHasher().verify(hashed, "correct horse é")
    assert hash_password("correct horse é") != hashed


@pytest.mark.parametrize(
    ("plain", "words"),
    [
        ("", "at least 10"),
        ("123456789", "at least 10"),
        ("x" * 1025, "at most 1,024"),
        ("0123456789\x00", "NUL"),
        ("0123456789\ud800", "half of a character"),
    ],
)
def test_what_cannot_be_a_password_is_refused(plain: str, words: str) -> None:
    problem = password_problem(plain)
    assert problem
    assert words in problem
    with pytest.raises(Invalid) as caught:
        hash_password(plain)
    assert caught.value.field == "password"


@pytest.mark.parametrize("plain", ["0123456789", "x" * 1024, "        \t\n", "Пароль пароль 😀"])
def test_a_password_may_hold_anything_else(plain: str) -> None:
    assert password_problem(plain) is None

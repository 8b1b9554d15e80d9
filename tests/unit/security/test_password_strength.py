"""Password strength estimation with zxcvbn."""

import pytest

from novacart.adapters.security.password_strength import ZxcvbnPasswordStrength

STRENGTH = ZxcvbnPasswordStrength()


@pytest.mark.parametrize(
    "password",
    [
        "",
        "password",
        "Password1!",
        "P@ssw0rd",
        "iloveyou2024",
        "passwordpassword",
        "qwertyuiop",
        "zaq12wsx",
        "abcdefgh",
        "87654321a",
        "aaaaaaaaaaaa",
        "abababab",
        "Welcome2026!",
        "novacart1",
    ],
)
def test_common_password_is_guessable(password: str) -> None:
    assert STRENGTH.is_guessable(password)


@pytest.mark.parametrize(
    "password",
    [
        "mango-on-the-roof-3",
        "correct horse battery staple",
        "Tr0ub4dor&3",
        "x9$kQ2!v",
        "पासवर्ड आमरस",
        "".join(chr(0x4E00 + 7 * number) for number in range(256)),
    ],
)
def test_uncommon_password_is_not_guessable(password: str) -> None:
    assert not STRENGTH.is_guessable(password)


def test_only_the_first_32_characters_are_estimated() -> None:
    # zxcvbn takes seconds for long passwords.
    strong = "x9$kQ2!v"
    assert STRENGTH.is_guessable("a" * 32 + strong)
    assert not STRENGTH.is_guessable("a" * 24 + strong)

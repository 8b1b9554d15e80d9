"""Password strength estimation with zxcvbn."""

import time

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


def test_adversarial_password_is_estimated_in_bounded_time() -> None:
    # Many leetspeak substitutions: 72 characters of it take zxcvbn more than 5 s.
    started = time.process_time()
    STRENGTH.is_guessable("4@8({[</369&#!1/|0$5+7%2/" * 10)
    assert time.process_time() - started < 3

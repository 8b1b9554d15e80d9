"""Argon2id as the shop uses it, and the tokens of reset links."""

import re

import pytest

from novacart.adapters.security.password_hasher import Argon2idHasher
from novacart.adapters.security.reset_tokens import HmacResetTokens
from tests.support.contracts.password_hasher import PasswordHasherContract

CHEAP = Argon2idHasher(memory_kib=64, passes=1)
CHEAPER = Argon2idHasher(memory_kib=32, passes=1)


class TestArgon2idHasher(PasswordHasherContract):
    @pytest.fixture
    def hasher(self) -> Argon2idHasher:
        return CHEAP

    @pytest.fixture
    def older(self) -> Argon2idHasher:
        return CHEAPER

    def test_the_shop_hashes_with_nineteen_mebibytes_twice(self) -> None:
        password_hash = Argon2idHasher().hash("mango")
        assert password_hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
        assert len(password_hash) <= 255

    def test_nobody_is_held_against_a_hash_of_the_same_cost(self) -> None:
        hasher = Argon2idHasher()
        assert not hasher.is_outdated(hasher._nobody)


def test_a_reset_token_is_the_same_each_time_and_another_for_each_reset() -> None:
    tokens = HmacResetTokens("key")
    assert tokens.token_for(5) == HmacResetTokens("key").token_for(5)
    assert len({tokens.token_for(number) for number in range(50)}) == 50


def test_another_key_makes_other_tokens() -> None:
    assert HmacResetTokens("key").token_for(5) != HmacResetTokens("yek").token_for(5)


def test_a_reset_token_has_256_bits_and_goes_into_an_address_as_it_is() -> None:
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", HmacResetTokens("key").token_for(5))


def test_any_text_has_a_hash() -> None:
    for text in ("", "x", "\ud800"):
        assert re.fullmatch("[0-9a-f]{64}", HmacResetTokens("key").hash(text))

"""Password hashing with Argon2id, and password reset tokens."""

import re
from concurrent.futures import ThreadPoolExecutor
from time import sleep

import pytest
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from novacart.adapters.security.link_tokens import HmacLinkTokens
from novacart.adapters.security.password_hasher import Argon2idHasher
from tests.support.contracts.password_hasher import PasswordHasherContract

CHEAP = Argon2idHasher(memory_kib=64, passes=1)
OLDER = Argon2idHasher(memory_kib=32, passes=1)


class TestArgon2idHasher(PasswordHasherContract):
    @pytest.fixture
    def hasher(self) -> Argon2idHasher:
        return CHEAP

    @pytest.fixture
    def older(self) -> Argon2idHasher:
        return OLDER

    def test_default_parameters_are_19_mib_and_two_passes(self) -> None:
        password_hash = Argon2idHasher().hash("mango")
        assert password_hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
        assert len(password_hash) <= 255

    def test_dummy_hash_has_current_parameters(self) -> None:
        hasher = Argon2idHasher()
        assert not hasher.is_outdated(hasher._dummy_hash)
        with pytest.raises(VerifyMismatchError):
            # It is verified in full, and so takes as long as a real one.
            PasswordHasher().verify(hasher._dummy_hash, "mango")

    def test_one_password_is_hashed_at_a_time(self, monkeypatch: pytest.MonkeyPatch) -> None:
        running, most = 0, 0

        class SlowArgon2:
            def verify(self, _password_hash: str, _password: str) -> None:
                nonlocal running, most
                running += 1
                most = max(most, running)
                sleep(0.005)
                running -= 1

        hasher = Argon2idHasher(memory_kib=64, passes=1)
        monkeypatch.setattr(hasher, "_argon2", SlowArgon2())
        with ThreadPoolExecutor(4) as threads:
            assert all(threads.map(lambda _: hasher.verify("mango", "hash"), range(8)))
        assert most == 1


def test_reset_token_is_deterministic_and_differs_by_reset() -> None:
    tokens = HmacLinkTokens("key")
    assert tokens.token_for(5) == HmacLinkTokens("key").token_for(5)
    assert len({tokens.token_for(number) for number in range(50)}) == 50


def test_reset_token_depends_on_the_key() -> None:
    assert HmacLinkTokens("key").token_for(5) != HmacLinkTokens("yek").token_for(5)


def test_reset_token_has_256_bits_and_is_url_safe() -> None:
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", HmacLinkTokens("key").token_for(5))


def test_any_text_can_be_hashed() -> None:
    for text in ("", "x", "\ud800"):
        assert re.fullmatch("[0-9a-f]{64}", HmacLinkTokens("key").hash(text))

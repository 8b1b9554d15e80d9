"""Contract of password hashers."""

import pytest

from novacart.application.ports.password_hasher import PasswordHasher


class PasswordHasherContract:
    """Subclasses provide `hasher`, and `older` with other parameters."""

    def test_verify_accepts_only_the_password(self, hasher: PasswordHasher) -> None:
        password_hash = hasher.hash("पासवर्ड mango 3")
        assert hasher.verify("पासवर्ड mango 3", password_hash)
        assert not hasher.verify("पासवर्ड mango 4", password_hash)

    def test_hashes_are_salted(self, hasher: PasswordHasher) -> None:
        assert hasher.hash("mango") != hasher.hash("mango")

    def test_verify_without_hash_is_false(self, hasher: PasswordHasher) -> None:
        assert not hasher.verify("", None)
        assert not hasher.verify("mango", None)

    @pytest.mark.parametrize("malformed", ["", "mango", "$argon2id$v=19$m=8,t=1,p=1$x$y", "!"])
    def test_verify_malformed_hash_is_false(self, hasher: PasswordHasher, malformed: str) -> None:
        assert not hasher.verify("mango", malformed)

    def test_hash_with_other_parameters_is_valid_but_outdated(
        self, hasher: PasswordHasher, older: PasswordHasher
    ) -> None:
        before, now = older.hash("mango"), hasher.hash("mango")
        assert hasher.verify("mango", before)
        assert hasher.is_outdated(before)
        assert not hasher.is_outdated(now)

"""What every hasher of passwords promises."""

import pytest

from novacart.application.ports.password_hasher import PasswordHasher


class PasswordHasherContract:
    """Subclasses give `hasher`, and `older`: one with other parameters."""

    def test_a_password_is_known_again(self, hasher: PasswordHasher) -> None:
        password_hash = hasher.hash("पासवर्ड mango 3")
        assert hasher.verify("पासवर्ड mango 3", password_hash)
        assert not hasher.verify("पासवर्ड mango 4", password_hash)

    def test_two_hashes_of_one_password_differ(self, hasher: PasswordHasher) -> None:
        assert hasher.hash("mango") != hasher.hash("mango")

    def test_nobody_is_known_by_any_password(self, hasher: PasswordHasher) -> None:
        assert not hasher.verify("", None)
        assert not hasher.verify("mango", None)

    @pytest.mark.parametrize("broken", ["", "mango", "$argon2id$v=19$m=8,t=1,p=1$x$y", "!"])
    def test_a_broken_hash_fits_nothing(self, hasher: PasswordHasher, broken: str) -> None:
        assert not hasher.verify("mango", broken)

    def test_a_hash_of_other_parameters_fits_and_is_outdated(
        self, hasher: PasswordHasher, older: PasswordHasher
    ) -> None:
        before, now = older.hash("mango"), hasher.hash("mango")
        assert hasher.verify("mango", before)
        assert hasher.is_outdated(before)
        assert not hasher.is_outdated(now)

"""Encryption of secrets at rest."""

import pytest

from novacart.adapters.security.secret_cipher import FernetSecretCipher
from novacart.application.ports.secret_cipher import DecryptionFailed, SecretCipher
from tests.fakes.account_security import FakeSecretCipher

KEY = "a-key-of-the-tests-alone-0123456789"


@pytest.mark.parametrize("cipher", [FernetSecretCipher(KEY), FakeSecretCipher()])
def test_encrypted_text_hides_the_secret_and_can_be_decrypted(cipher: SecretCipher) -> None:
    encrypted = cipher.encrypt("JBSWY3DPEHPK3PXP")
    assert "JBSWY3DPEHPK3PXP" not in encrypted
    assert cipher.decrypt(encrypted) == "JBSWY3DPEHPK3PXP"
    with pytest.raises(DecryptionFailed):
        cipher.decrypt("x" + encrypted)


def test_same_key_decrypts_in_another_process_and_another_key_does_not() -> None:
    encrypted = FernetSecretCipher(KEY).encrypt("secret")
    assert FernetSecretCipher(KEY).decrypt(encrypted) == "secret"
    with pytest.raises(DecryptionFailed):
        FernetSecretCipher(KEY + "x").decrypt(encrypted)

"""Encryption of secrets with Fernet (AES-128-CBC and HMAC-SHA-256)."""

from base64 import urlsafe_b64encode
from typing import Final

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from novacart.application.ports.secret_cipher import DecryptionFailed

_PURPOSE: Final = b"novacart.secret-cipher"
_KEY_LENGTH: Final = 32  # bytes


class FernetSecretCipher:
    """The key is derived from the secret key (HKDF, RFC 5869): changing that loses the secrets."""

    def __init__(self, secret_key: str) -> None:
        key = HKDF(algorithm=SHA256(), length=_KEY_LENGTH, salt=None, info=_PURPOSE).derive(
            secret_key.encode()
        )
        self._fernet = Fernet(urlsafe_b64encode(key))

    def encrypt(self, text: str) -> str:
        return self._fernet.encrypt(text.encode()).decode()

    def decrypt(self, text: str) -> str:
        try:
            return self._fernet.decrypt(text.encode()).decode()
        except InvalidToken as error:
            raise DecryptionFailed("The secret was encrypted with another key.") from error

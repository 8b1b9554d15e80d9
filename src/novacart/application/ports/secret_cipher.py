"""Encryption of secrets at rest."""

from typing import Protocol

from novacart.application.ports.errors import PortError


class DecryptionFailed(PortError):
    """The text was encrypted with another key, or is damaged."""


class SecretCipher(Protocol):
    def encrypt(self, text: str) -> str: ...

    def decrypt(self, text: str) -> str:
        """Raises `DecryptionFailed`."""
        ...

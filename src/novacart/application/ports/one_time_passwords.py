"""Time-based one-time passwords (RFC 6238)."""

from datetime import datetime
from typing import Protocol


class OneTimePasswords(Protocol):
    def new_secret(self) -> str:
        """A random shared secret in Base32."""
        ...

    def matching_step(self, secret: str, code: str, *, at: datetime) -> int | None:
        """The time step that the code belongs to: the step of `at`, or the one before or after it.

        None for a wrong code. Takes the same time for every code.
        """
        ...

    def provisioning_uri(self, secret: str, *, account: str) -> str:
        """The `otpauth://` URI that authenticator apps read from a QR code."""
        ...

    def qr_code(self, uri: str) -> str:
        """The QR code of a URI, as an SVG image in a `data:` URL."""
        ...

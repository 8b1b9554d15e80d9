"""Time-based one-time passwords (RFC 6238) with pyotp; QR codes with segno."""

import hmac
from datetime import datetime
from typing import Final

import pyotp

_PERIOD: Final = 30  # seconds
_WINDOW: Final = (0, -1, 1)


class PyotpOneTimePasswords:
    """Six digits, SHA-1 and steps of 30 seconds, which every authenticator app supports."""

    def __init__(self, *, issuer: str = "NovaCart") -> None:
        self._issuer = issuer

    def new_secret(self) -> str:
        return pyotp.random_base32()

    def matching_step(self, secret: str, code: str, *, at: datetime) -> int | None:
        totp = pyotp.TOTP(secret, interval=_PERIOD)
        now = int(at.timestamp()) // _PERIOD
        candidate = code.encode("utf-8", "surrogatepass")
        matches = [
            now + offset
            for offset in _WINDOW
            if hmac.compare_digest(totp.generate_otp(now + offset).encode(), candidate)
        ]
        return matches[0] if matches else None

    def provisioning_uri(self, secret: str, *, account: str) -> str:
        return pyotp.TOTP(secret, interval=_PERIOD).provisioning_uri(
            name=account, issuer_name=self._issuer
        )

    def qr_code(self, uri: str) -> str:
        # It takes 1 MB, and workers show no QR codes.
        import segno  # noqa: PLC0415

        return segno.make(uri, error="m", micro=False).svg_data_uri(scale=5, light="#fff")

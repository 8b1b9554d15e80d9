"""Tokens of links derived from the secret key."""

import hashlib
import hmac
from base64 import urlsafe_b64encode

# The first links reset passwords. Another text would invalidate the links that were mailed.
_PURPOSE = b"novacart.password-reset:"


class HmacLinkTokens:
    """HMAC-SHA-256 of the link's id (RFC 2104)."""

    def __init__(self, secret_key: str) -> None:
        self._key = hashlib.sha256(_PURPOSE + secret_key.encode()).digest()

    def token_for(self, link_id: int) -> str:
        digest = hmac.digest(self._key, str(link_id).encode(), "sha256")
        return urlsafe_b64encode(digest).rstrip(b"=").decode()

    def hash(self, token: str) -> str:
        # A token has 256 random bits and can't be guessed, so a fast hash is as safe as a slow one.
        return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()

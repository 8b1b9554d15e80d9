"""Tokens of links to the orders of guests, signed with a key derived from the secret key."""

import hashlib
import hmac
import re
from base64 import urlsafe_b64encode
from datetime import UTC, datetime
from typing import Final

from novacart.domain.ordering.errors import InvalidOrderLink
from novacart.domain.ordering.order_link import OrderLink
from novacart.domain.shared.ids import OrderId

_PURPOSE: Final = b"novacart.order-link:"
_EMAIL_PURPOSE: Final = b"novacart.order-lookup-email:"
# The order's id, the generation of its links, the expiry in Unix seconds, and the signature.
_TOKEN: Final = re.compile(r"([0-9]{1,18})\.([0-9]{1,9})\.([0-9]{1,11})\.([A-Za-z0-9_-]{43})")


class HmacOrderLinkTokens:
    """`<order>.<generation>.<expiry>.<signature>`, with HMAC-SHA-256 (RFC 2104)."""

    def __init__(self, secret_key: str) -> None:
        self._key = hashlib.sha256(_PURPOSE + secret_key.encode()).digest()
        self._email_key = hashlib.sha256(_EMAIL_PURPOSE + secret_key.encode()).digest()

    def issue(self, link: OrderLink) -> str:
        content = f"{link.order_id}.{link.generation}.{int(link.expires_at.timestamp())}"
        return f"{content}.{self._signature(content)}"

    def read(self, token: str) -> OrderLink:
        match = _TOKEN.fullmatch(token)
        if match is None:
            raise InvalidOrderLink
        content, _, signature = token.rpartition(".")
        if not hmac.compare_digest(signature, self._signature(content)):
            raise InvalidOrderLink
        return OrderLink(
            order_id=OrderId(int(match[1])),
            generation=int(match[2]),
            expires_at=datetime.fromtimestamp(int(match[3]), UTC),
        )

    def email_digest(self, email_key: str) -> str:
        return hmac.digest(self._email_key, email_key.encode(), "sha256").hex()

    def _signature(self, content: str) -> str:
        digest = hmac.digest(self._key, content.encode(), "sha256")
        return urlsafe_b64encode(digest).rstrip(b"=").decode()

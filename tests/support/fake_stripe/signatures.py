"""Signing webhook payloads (Stripe docs: Verify webhook signatures manually)."""

from __future__ import annotations

import hashlib
import hmac
import time


def sign(payload: bytes, *secrets: str, timestamp: int | None = None) -> str:
    """Return a Stripe-Signature header: ``t`` in Unix seconds, and a ``v1`` for each secret.

    While a secret is rolled, Stripe signs with the old and the new one.
    """
    at = int(time.time()) if timestamp is None else timestamp
    signed = b"%d.%s" % (at, payload)
    digests = [hmac.new(key.encode(), signed, hashlib.sha256).hexdigest() for key in secrets]
    return ",".join([f"t={at}", *(f"v1={digest}" for digest in digests)])

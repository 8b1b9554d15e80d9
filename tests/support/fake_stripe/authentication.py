"""Bearer authentication with API keys (Stripe API: Authentication)."""

from __future__ import annotations

import hashlib

from tests.support.fake_stripe.errors import StripeError
from tests.support.fake_stripe.wire import Request


def account_of(request: Request) -> str:
    """Return the account of a secret test key; each key has its own account.

    Raises 401 for a missing or other key; the message never contains a whole key.
    """
    scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
    key = credentials.strip() if scheme.lower() == "bearer" else ""
    if not key:
        raise StripeError(
            "You did not provide an API key. You need to provide your API key in the Authorization "
            "header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').",
            status=401,
            stored=False,
        )
    if not key.startswith(("sk_test_", "rk_test_")):
        raise StripeError(f"Invalid API Key provided: {key[:8]}{'*' * 8}", status=401, stored=False)
    return "acct_" + hashlib.sha256(key.encode()).hexdigest()[:16]

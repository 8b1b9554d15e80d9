"""What Stripe's errors mean to the shop."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import stripe

from novacart.application.ports.payment_gateway import (
    GatewayFailed,
    GatewayRefused,
    GatewayUnavailable,
)
from novacart.domain.payments.errors import PaymentDeclined

_FAILED: Final = 500
_RETRY_AFTER: Final = 5
_LONGEST_RETRY_AFTER: Final = 120


@contextmanager
def translating() -> Iterator[None]:
    """Raise the port's errors instead of the library's, garbage in an answer included."""
    try:
        yield
    except stripe.CardError as error:
        raise PaymentDeclined(error.user_message or "The payment was declined.") from error
    except (stripe.InvalidRequestError, stripe.IdempotencyError) as error:
        raise GatewayRefused(error.user_message or "Stripe refused the request.") from error
    except stripe.StripeError as error:
        raise _unavailable(error) from error
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise GatewayUnavailable("Stripe's answer can't be read.") from error


def is_missing(error: stripe.InvalidRequestError) -> bool:
    """Whether Stripe has no such object."""
    return error.code == "resource_missing"


def _unavailable(error: stripe.StripeError) -> GatewayUnavailable:
    headers = error.headers or {}
    if error.http_status == _FAILED and _replayed(headers):
        # Stripe docs, "Idempotent requests": a kept 500 is repeated as long as its key lives.
        return GatewayFailed("Stripe failed, and repeats it.", retry_after=_RETRY_AFTER)
    said = str(headers.get("Retry-After") or headers.get("retry-after") or "")
    wait = int(said) if said.isdecimal() else _RETRY_AFTER
    return GatewayUnavailable(
        "The payment provider can't be reached.", retry_after=min(wait, _LONGEST_RETRY_AFTER)
    )


def _replayed(headers: dict[str, str]) -> bool:
    said = {name.lower(): value for name, value in headers.items()}
    return said.get("idempotent-replayed", "").lower() == "true"

"""Translation of Stripe's errors to those of the port."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import stripe

from novacart.application.ports.payment_gateway import (
    GatewayFailed,
    GatewayRefused,
    GatewayUnavailable,
)
from novacart.domain.payments.errors import AmountTooLarge, AmountTooSmall, PaymentDeclined

# Stripe docs, "Error codes". Stripe has other limits for other currencies.
_REFUSED_AMOUNTS: Final[dict[str | None, type[AmountTooLarge | AmountTooSmall]]] = {
    "amount_too_large": AmountTooLarge,
    "amount_too_small": AmountTooSmall,
}
_FAILED: Final = 500
_RETRY_AFTER: Final = 5
_MAX_RETRY_AFTER: Final = 120


@contextmanager
def translate_errors() -> Iterator[None]:
    """Raise the port's errors, also for a response that cannot be parsed."""
    try:
        yield
    except stripe.CardError as error:
        raise PaymentDeclined(error.user_message or "The payment was declined.") from error
    except (stripe.InvalidRequestError, stripe.IdempotencyError) as error:
        raise GatewayRefused(error.user_message or "Stripe refused the request.") from error
    except stripe.StripeError as error:
        raise _unavailable(error) from error
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise GatewayUnavailable("Stripe's response cannot be parsed.") from error


@contextmanager
def refused_amounts() -> Iterator[None]:
    """Raise `AmountTooLarge` and `AmountTooSmall`; other errors of Stripe pass unchanged."""
    try:
        yield
    except stripe.InvalidRequestError as error:
        if error.code in _REFUSED_AMOUNTS:
            raise _REFUSED_AMOUNTS[error.code] from error
        raise


def is_missing(error: stripe.InvalidRequestError) -> bool:
    """Whether Stripe has no such object."""
    return error.code == "resource_missing"


def _unavailable(error: stripe.StripeError) -> GatewayUnavailable:
    headers = error.headers or {}
    if error.http_status == _FAILED and _replayed(headers):
        # Stripe docs, "Idempotent requests": a 500 is stored and repeated for its key.
        return GatewayFailed("Stripe failed and repeats it.", retry_after=_RETRY_AFTER)
    header = str(headers.get("Retry-After") or headers.get("retry-after") or "")
    seconds = int(header) if header.isdecimal() else _RETRY_AFTER
    return GatewayUnavailable(
        "The payment provider cannot be reached.", retry_after=min(seconds, _MAX_RETRY_AFTER)
    )


def _replayed(headers: dict[str, str]) -> bool:
    values = {name.lower(): value for name, value in headers.items()}
    return values.get("idempotent-replayed", "").lower() == "true"

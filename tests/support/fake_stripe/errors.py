"""Stripe's error envelope (Stripe API: Errors, Error codes)."""

from __future__ import annotations

from typing import Any

from tests.support.fake_stripe.wire import Json, Response, encode


class StripeError(Exception):
    """An error response of Stripe.

    ``stored``: is the response stored under the request's idempotency key? Stripe stores results
    once the endpoint has begun to execute, and not if the parameters were invalid (Stripe API:
    Idempotent requests; Advanced error handling).
    """

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        type: str = "invalid_request_error",  # noqa: A002 - Stripe's own field name
        stored: bool = True,
        headers: dict[str, str] | None = None,
        **details: Any,  # noqa: ANN401 - any further field of the envelope
    ) -> None:
        """Build the error; ``details`` are further fields of the envelope (code, param…)."""
        super().__init__(message)
        self.status = status
        self.stored = stored
        self.headers = headers or {}
        self.error: Json = {"message": message, "type": type}
        self.error |= {name: value for name, value in details.items() if value is not None}
        if code := details.get("code"):
            self.error["doc_url"] = f"https://stripe.com/docs/error-codes/{code.replace('_', '-')}"

    def response(self) -> Response:
        """Return the error as an HTTP response."""
        return Response(
            status=self.status, body=encode({"error": self.error}), headers=dict(self.headers)
        )


def invalid(message: str, *, param: str | None = None, code: str | None = None) -> StripeError:
    """Reject the parameters before the endpoint executes."""
    return StripeError(message, param=param, code=code, stored=False)


def missing(kind: str, identifier: str, *, param: str, status: int = 404) -> StripeError:
    """Report a missing object: 404 for an id in the path, 400 for one in a parameter."""
    return StripeError(
        f"No such {kind}: '{identifier}'",
        status=status,
        code="resource_missing",
        param=param,
        stored=False,
    )


def unexpected_state(message: str, intent: Json) -> StripeError:
    """Reject an operation for the PaymentIntent's status; the error contains the intent."""
    return StripeError(message, code="payment_intent_unexpected_state", payment_intent=intent)


def card_declined(
    *, code: str, decline_code: str | None, message: str, intent: Json | None = None
) -> StripeError:
    """Report a decline by the issuer (Stripe docs: Card declines)."""
    charge = intent["latest_charge"] if intent else None
    return StripeError(
        message,
        status=402,
        type="card_error",
        code=code,
        decline_code=decline_code,
        charge=charge,
        payment_intent=intent,
    )


def api_error() -> StripeError:
    """Report an error on Stripe's side."""
    return StripeError(
        "An unknown error occurred; the result of this request is indeterminate.",
        status=500,
        type="api_error",
    )


def rate_limited(*, retry_after: int) -> StripeError:
    """Report a rate limit; rate limiters run before the idempotency layer."""
    return StripeError(
        "Request rate limit exceeded. Learn more about rate limits here "
        "https://stripe.com/docs/rate-limits.",
        status=429,
        code="rate_limit",
        stored=False,
        headers={"Retry-After": str(retry_after)},
    )


def key_in_use(key: str) -> StripeError:
    """Report a key whose first request is in progress."""
    return StripeError(
        "There is currently another in-progress request using this Idempotent Key (that probably "
        f"means you submitted twice, and the other request is still going through): {key}.",
        status=409,
        type="idempotency_error",
        code="idempotency_key_in_use",
        stored=False,
    )

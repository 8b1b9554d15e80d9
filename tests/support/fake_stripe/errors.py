"""Stripe's error envelope (Stripe API: Errors, Error codes)."""

from __future__ import annotations

from typing import Any

from tests.support.fake_stripe.wire import Answer, Json, encode


class StripeError(Exception):
    """A refusal as Stripe words it.

    ``kept`` tells whether the answer is stored under the request's idempotency key: results are
    kept once the endpoint has begun to execute, and not when the parameters were refused before
    (Stripe API: Idempotent requests; Advanced error handling).
    """

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        type: str = "invalid_request_error",  # noqa: A002 - Stripe's own field name
        kept: bool = True,
        headers: dict[str, str] | None = None,
        **details: Any,  # noqa: ANN401 - any further field of the envelope
    ) -> None:
        """Word the refusal; ``details`` are further fields of the envelope (code, param…)."""
        super().__init__(message)
        self.status = status
        self.kept = kept
        self.headers = headers or {}
        self.error: Json = {"message": message, "type": type}
        self.error |= {name: value for name, value in details.items() if value is not None}
        if code := details.get("code"):
            self.error["doc_url"] = f"https://stripe.com/docs/error-codes/{code.replace('_', '-')}"

    def answer(self) -> Answer:
        """Return the refusal as an HTTP answer."""
        return Answer(
            status=self.status, body=encode({"error": self.error}), headers=dict(self.headers)
        )


def invalid(message: str, *, param: str | None = None, code: str | None = None) -> StripeError:
    """Refuse the parameters before anything is executed."""
    return StripeError(message, param=param, code=code, kept=False)


def missing(kind: str, identifier: str, *, param: str, status: int = 404) -> StripeError:
    """Say that there is no such object: 404 for one in the path, 400 for one in a parameter."""
    return StripeError(
        f"No such {kind}: '{identifier}'",
        status=status,
        code="resource_missing",
        param=param,
        kept=False,
    )


def unexpected_state(message: str, intent: Json) -> StripeError:
    """Refuse what the PaymentIntent's status forbids; the envelope holds the intent."""
    return StripeError(message, code="payment_intent_unexpected_state", payment_intent=intent)


def card_declined(
    *, code: str, decline_code: str | None, message: str, intent: Json | None = None
) -> StripeError:
    """Pass on the issuer's refusal (Stripe docs: Card declines)."""
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
    """Fail on Stripe's side."""
    return StripeError(
        "An unknown error occurred; the result of this request is indeterminate.",
        status=500,
        type="api_error",
    )


def rate_limited(*, retry_after: int) -> StripeError:
    """Turn a request away; rate limiters run before the idempotency layer."""
    return StripeError(
        "Request rate limit exceeded. Learn more about rate limits here "
        "https://stripe.com/docs/rate-limits.",
        status=429,
        code="rate_limit",
        kept=False,
        headers={"Retry-After": str(retry_after)},
    )


def key_in_use(key: str) -> StripeError:
    """Refuse a key whose first request is still being worked on."""
    return StripeError(
        "There is currently another in-progress request using this Idempotent Key (that probably "
        f"means you submitted twice, and the other request is still going through): {key}.",
        status=409,
        type="idempotency_error",
        code="idempotency_key_in_use",
        kept=False,
    )

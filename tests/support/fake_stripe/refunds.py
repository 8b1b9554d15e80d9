"""The endpoints under /v1/refunds (Stripe API: Refunds)."""

from __future__ import annotations

from tests.support.fake_stripe import refund_lifecycle
from tests.support.fake_stripe.errors import StripeError, invalid
from tests.support.fake_stripe.parameters import Parameters
from tests.support.fake_stripe.store import Store
from tests.support.fake_stripe.wire import Json

REASONS = ("duplicate", "fraudulent", "requested_by_customer")


def create(store: Store, values: Json, *, status: str) -> Json:
    """Refund a charge or a part of it; ``status`` is that of new refunds."""
    params = Parameters(
        values, allowed=("amount", "charge", "payment_intent", "metadata", "reason")
    )
    amount, metadata = params.integer("amount"), params.metadata()
    reason = params.choice("reason", REASONS)
    charge = _charge_to_refund(store, params)
    return refund_lifecycle.begin(
        store, charge, amount=amount, reason=reason, metadata=metadata, status=status
    )


def _charge_to_refund(store: Store, params: Parameters) -> Json:
    intent_id, charge_id = params.text("payment_intent"), params.text("charge")
    if charge_id:
        charge = store.get("charge", charge_id, param="charge", status=400)
        if not charge["captured"]:
            raise StripeError(f"Charge {charge_id} is not a successful charge.", param="charge")
        return charge
    if not intent_id:
        raise invalid(
            "One of the following params should be provided for this request: payment_intent or "
            "charge.",
        )
    intent = store.get("payment_intent", intent_id, param="payment_intent", status=400)
    if intent["status"] != "succeeded":
        raise StripeError(
            f"This PaymentIntent ({intent_id}) does not have a successful charge to refund.",
            param="payment_intent",
        )
    return store.get("charge", intent["latest_charge"])


def cancel(store: Store, values: Json, identifier: str) -> Json:
    """Cancel a refund that requires an action of the customer (Stripe API: Cancel a refund)."""
    Parameters(values)
    return refund_lifecycle.cancel(store, store.get("refund", identifier, param="refund"))

"""Routes of payments and refunds."""

from typing import Any

from flask import Response

from novacart.adapters.web.http.auth import principal, shopper_required
from novacart.adapters.web.http.blueprint import Blueprint
from novacart.adapters.web.http.endpoints import calls_provider
from novacart.adapters.web.http.idempotency import idempotency_key, idempotent
from novacart.adapters.web.http.responses import json_response
from novacart.adapters.web.payments.schemas import (
    PaymentIntentRequestSchema,
    PaymentIntentSchema,
    RefundRequestSchema,
    RefundSchema,
)
from novacart.application.idempotency.idempotent_requests import IdempotentRequests
from novacart.application.ordering.guest_checkout import (
    StartGuestCheckout,
    StartGuestCheckoutCommand,
)
from novacart.application.ordering.start_checkout import StartCheckout, StartCheckoutCommand
from novacart.application.payments.open_payment import OpenPayment, OpenPaymentCommand
from novacart.application.payments.queries import PaymentIntent, PaymentQueries
from novacart.application.payments.request_refund import RequestRefund, RequestRefundCommand
from novacart.domain.payments.errors import RefundRefused
from novacart.domain.payments.lifecycle import RefundStatus
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.ids import AddressId, OrderId, OrderLineId, PaymentId, RefundId
from novacart.domain.shared.money import Money
from novacart.domain.shared.refunds import LineQuantity

_MESSAGES = {
    RefundStatus.PENDING: "The refund is being processed.",
    RefundStatus.SUCCEEDED: "The money was refunded.",
}


def payments_blueprint(
    *,
    open_payment: OpenPayment,
    start_checkout: StartCheckout,
    start_guest_checkout: StartGuestCheckout,
    request_refund: RequestRefund,
    queries: PaymentQueries,
    once: IdempotentRequests,
) -> Blueprint:
    """`/api/payments/`."""
    blueprint = Blueprint(
        "payments", __name__, url_prefix="/api/payments", description="Payments and refunds."
    )

    def replay_payment(payment_id: int) -> Response:
        return _intent_response(open_payment.replay(principal().user_id, PaymentId(payment_id)))

    def replay_refund(refund_id: int) -> Response:
        refund = queries.refund(RefundId(refund_id))
        if refund is None or refund.status is RefundStatus.FAILED:
            raise RefundRefused
        return _refund_response(refund.id, refund.amount, refund.status)

    def check_out(body: dict[str, Any]) -> OrderId:
        shopper, expected_total = principal(), body["expected_total"]
        if shopper.is_guest:
            return start_guest_checkout(
                StartGuestCheckoutCommand(
                    guest_id=shopper.user_id,
                    email=body["email"],
                    address=body.get("address", {}),
                    expected_total=expected_total,
                )
            ).id
        if "address_id" not in body:
            raise InvalidValue("address_id", "Choose a delivery address.")
        return start_checkout(
            StartCheckoutCommand(
                user_id=shopper.user_id,
                address_id=AddressId(body["address_id"]),
                expected_total=expected_total,
            )
        ).id

    @blueprint.route("/payment-intent/", methods=["POST"])
    @calls_provider
    @shopper_required
    @idempotent(blueprint, once, render=replay_payment)
    @blueprint.arguments(PaymentIntentRequestSchema)
    @blueprint.response(200, PaymentIntentSchema)
    @blueprint.raises(
        "order_not_found",
        "order_not_payable",
        "payment_declined",
        "amount_too_large",
        "amount_too_small",
        "amount_not_payable",
        "cart_empty",
        "out_of_stock",
        "invalid_value",
        "total_changed",
        "too_many_unpaid_orders",
        "too_many_units",
        "too_many_renewals",
        "too_many_declines",
    )
    def payment_intent(body: dict[str, Any]) -> Response:
        """Start the payment of an order, or check out the whole cart.

        A guest checks out with `email` and `address`. Repeating the request returns the same
        payment.
        """
        command = OpenPaymentCommand(
            user_id=principal().user_id,
            order_id=OrderId(body["order_id"]) if "order_id" in body else check_out(body),
            expected_total=body["expected_total"],
            idempotency_key=idempotency_key(),
        )
        return _intent_response(open_payment(command))

    @blueprint.route("/refund/<int:order_id>/", methods=["POST"])
    @calls_provider
    @shopper_required
    @idempotent(blueprint, once, render=replay_refund)
    @blueprint.arguments(RefundRequestSchema, required=False)
    @blueprint.response(200, RefundSchema)
    @blueprint.raises(
        "order_not_found",
        "order_line_not_found",
        "invalid_value",
        "nothing_to_refund",
        "order_not_paid",
        "refund_exceeds_payment",
        "refund_not_allowed",
        "payment_disputed",
        "partial_refund_needs_staff",
        "above_your_limit",
        "own_order",
        "reauthentication_required",
        "refund_refused",
    )
    def refund(body: dict[str, Any], order_id: int) -> Response:
        """Refund a paid order; staff may refund any part of any order.

        Owners and managers refund any amount, support up to its limit. Everyone else refunds
        an own order in full.
        """
        result = request_refund(
            RequestRefundCommand(
                actor=principal().actor,
                order_id=OrderId(order_id),
                amount=body.get("amount"),
                units=[
                    LineQuantity(line_id=OrderLineId(item["id"]), quantity=item["quantity"])
                    for item in body.get("items", ())
                ],
                reason=body["reason"],
                idempotency_key=idempotency_key(),
            )
        )
        return _refund_response(result.id, result.amount, result.status)

    return blueprint


def _intent_response(intent: PaymentIntent) -> Response:
    return json_response(
        {
            "payment_intent_id": intent.reference,
            "client_secret": intent.client_secret,
            "amount": intent.amount,
            "currency": intent.amount.currency,
            "order_id": intent.order_id,
            "publishable_key": intent.publishable_key,
        }
    )


def _refund_response(refund_id: RefundId, amount: Money, status: RefundStatus) -> Response:
    # A customer need not know whether the provider has confirmed the request yet.
    shown = RefundStatus.PENDING if status is RefundStatus.REQUESTED else status
    return json_response(
        {
            "message": _MESSAGES.get(shown, "The refund was not made."),
            "refund_id": refund_id,
            "amount": amount,
            "currency": amount.currency,
            "status": shown.lower(),
        }
    )

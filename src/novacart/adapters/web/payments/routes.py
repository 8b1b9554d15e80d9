"""Paying and refunding over HTTP."""

from typing import Any

from flask import Response

from novacart.adapters.web.http.auth import login_required, may, principal
from novacart.adapters.web.http.blueprint import Blueprint
from novacart.adapters.web.http.idempotency import idempotency_key, idempotent
from novacart.adapters.web.http.responses import json_response
from novacart.adapters.web.payments.schemas import (
    PaymentIntentRequestSchema,
    PaymentIntentSchema,
    RefundRequestSchema,
    RefundSchema,
)
from novacart.application.authorization.limits import StaffLimits
from novacart.application.idempotency.idempotent_requests import IdempotentRequests
from novacart.application.ordering.start_checkout import StartCheckout, StartCheckoutCommand
from novacart.application.payments.open_payment import OpenPayment, OpenPaymentCommand
from novacart.application.payments.queries import IntentView, PaymentQueries
from novacart.application.payments.request_refund import (
    RefundedUnits,
    RequestRefund,
    RequestRefundCommand,
)
from novacart.domain.payments.errors import RefundRefused
from novacart.domain.shared.ids import AddressId, OrderId, OrderLineId, PaymentId, RefundId
from novacart.domain.shared.money import Money

_MESSAGES = {
    "pending": "The refund is on its way.",
    "succeeded": "The money was refunded.",
}


def payments_blueprint(
    *,
    open_payment: OpenPayment,
    start_checkout: StartCheckout,
    request_refund: RequestRefund,
    queries: PaymentQueries,
    limits: StaffLimits,
    once: IdempotentRequests,
) -> Blueprint:
    """`/api/payments/`: what a customer pays, and gets back."""
    blueprint = Blueprint(
        "payments", __name__, url_prefix="/api/payments", description="Paying, and being refunded."
    )

    def opened_again(payment_id: int) -> Response:
        return _intent(open_payment.again(principal().user_id, PaymentId(payment_id)))

    def refunded_again(refund_id: int) -> Response:
        found = queries.refund(RefundId(refund_id))
        if found is None or found.status == "FAILED":
            raise RefundRefused
        return _refund(found.id, found.amount, found.status)

    @blueprint.route("/payment-intent/", methods=["POST"])
    @login_required
    @idempotent(blueprint, once, render=opened_again)
    @blueprint.arguments(PaymentIntentRequestSchema)
    @blueprint.response(200, PaymentIntentSchema)
    @blueprint.raises(
        "order_not_found",
        "order_not_payable",
        "payment_declined",
        "cart_empty",
        "out_of_stock",
        "invalid_value",
    )
    def payment_intent(body: dict[str, Any]) -> Response:
        """Begin to pay an order, or check out your whole cart; asked again, the same."""
        user_id = principal().user_id
        if body["order_id"] is None:
            address_id = AddressId(body["address_id"])
            order_id = start_checkout(
                StartCheckoutCommand(user_id=user_id, address_id=address_id)
            ).id
        else:
            order_id = OrderId(body["order_id"])
        return _intent(
            open_payment(
                OpenPaymentCommand(
                    user_id=user_id, order_id=order_id, idempotency_key=idempotency_key()
                )
            )
        )

    @blueprint.route("/refund/<int:order_id>/", methods=["POST"])
    @login_required
    @idempotent(blueprint, once, render=refunded_again)
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
        "partial_refund_needs_staff",
        "above_your_limit",
        "refund_refused",
    )
    def refund(body: dict[str, Any], order_id: int) -> Response:
        """Get the money of a paid order back; staff may refund any part of any order.

        Owners and managers any amount, support up to its limit; whoever else is a customer here.
        """
        items = body["items"] or ()
        made = request_refund(
            RequestRefundCommand(
                user_id=principal().user_id,
                order_id=OrderId(order_id),
                as_staff=may("orders.refund"),
                at_most=limits.limit_for(principal().role, "orders.refund"),
                amount=body["amount"],
                units=[
                    RefundedUnits(line_id=OrderLineId(item["id"]), quantity=item["quantity"])
                    for item in items
                ],
                reason=body["reason"] or "",
                idempotency_key=idempotency_key(),
            )
        )
        return _refund(made.id, made.amount, made.status)

    return blueprint


def _intent(view: IntentView) -> Response:
    return json_response(
        {
            "payment_intent_id": view.reference,
            "client_secret": view.client_secret,
            "amount": view.amount,
            "currency": view.amount.currency,
            "order_id": view.order_id,
            "publishable_key": view.publishable_key,
        }
    )


def _refund(refund_id: RefundId, amount: Money, status: str) -> Response:
    # Whether the provider has heard of it yet is nothing to a customer.
    shown = "pending" if status == "REQUESTED" else status.lower()
    return json_response(
        {
            "message": _MESSAGES.get(shown, "The refund was not made."),
            "refund_id": refund_id,
            "amount": amount,
            "currency": amount.currency,
            "status": shown,
        }
    )

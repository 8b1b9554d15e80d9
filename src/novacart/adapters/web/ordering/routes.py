"""Routes of orders."""

from functools import partial
from typing import Any

from flask import Response

from novacart.adapters.web.http.auth import principal, shopper_required
from novacart.adapters.web.http.blueprint import Blueprint
from novacart.adapters.web.http.endpoints import calls_provider
from novacart.adapters.web.http.idempotency import idempotency_key, idempotent
from novacart.adapters.web.http.responses import json_response
from novacart.adapters.web.http.schemas import MessageSchema
from novacart.adapters.web.ordering.schemas import (
    CancelItemSchema,
    CancellableItemSchema,
    DeliveryEstimateSchema,
    HistoryQuerySchema,
    ItemQuerySchema,
    OrderPageSchema,
    OrderSchema,
    PlaceOrderSchema,
    cancellable_item_json,
    order_json,
    order_page_json,
)
from novacart.application.idempotency.idempotent_requests import IdempotentRequests
from novacart.application.ordering.cancel_item import CancelItem, CancelItemCommand
from novacart.application.ordering.cancel_order import CancelOrder, CancelOrderCommand
from novacart.application.ordering.estimate_delivery import EstimateDelivery
from novacart.application.ordering.guest_checkout import PlaceGuestOrder, PlaceGuestOrderCommand
from novacart.application.ordering.place_order import PlaceOrder, PlaceOrderCommand
from novacart.application.ordering.queries import OrderQueries, OrderView
from novacart.application.payments.queries import PaymentQueries
from novacart.domain.ordering.errors import OrderNotFound
from novacart.domain.payments.errors import RefundRefused
from novacart.domain.payments.lifecycle import RefundStatus
from novacart.domain.shared.ids import OrderId, OrderLineId, RefundId


def orders_blueprint(
    *,
    place_order: PlaceOrder,
    place_guest_order: PlaceGuestOrder,
    cancel_order: CancelOrder,
    cancel_item: CancelItem,
    estimate_delivery: EstimateDelivery,
    queries: OrderQueries,
    refunds: PaymentQueries,
    once: IdempotentRequests,
) -> Blueprint:
    """`/api/orders/`: the orders of the signed-in customer."""
    blueprint = Blueprint(
        "orders",
        __name__,
        url_prefix="/api/orders",
        description="The orders of the signed-in customer.",
    )

    def own_order(order_id: int) -> OrderView:
        return _existing(queries.order_of(principal().user_id, OrderId(order_id)))

    @blueprint.route("/my/")
    @shopper_required
    @blueprint.arguments(HistoryQuerySchema, location="query")
    @blueprint.response(200, OrderPageSchema)
    @blueprint.raises("page_not_found")
    def history(query: dict[str, Any]) -> Response:
        """List your orders, newest first, in pages. A page beyond the last is 404."""
        number, size = query["page"], query["page_size"]
        page = queries.history(
            principal().user_id, page=number, page_size=size, search=query["search"] or None
        )
        return json_response(order_page_json(page, number=number, size=size))

    @blueprint.route("/latest/")
    @shopper_required
    @blueprint.response(200, OrderSchema)
    @blueprint.raises("order_not_found")
    def latest() -> Response:
        """Get the order that you placed last."""
        return json_response(order_json(_existing(queries.latest(principal().user_id))))

    @blueprint.route("/<int:order_id>/")
    @shopper_required
    @blueprint.response(200, OrderSchema)
    @blueprint.raises("order_not_found")
    def show(order_id: int) -> Response:
        """Get one of your orders."""
        return json_response(order_json(own_order(order_id)))

    @blueprint.route("/create/", methods=["POST"])
    @shopper_required
    @idempotent(blueprint, once, render=lambda order_id: _created(own_order(order_id)))
    @blueprint.arguments(PlaceOrderSchema, required=False)
    @blueprint.response(201, OrderSchema)
    @blueprint.raises(
        "cart_empty",
        "invalid_value",
        "out_of_stock",
        "total_changed",
        "too_many_unpaid_orders",
        "too_many_cod_orders",
        "too_many_units",
        "too_many_renewals",
        "too_many_requests",
    )
    def create(body: dict[str, Any]) -> Response:
        """Place an order of your whole cart; its stock is reserved and the cart is cleared.

        A guest gives `email` and `address`, which are ignored from users.
        """
        return _created(_place(body, place_order, place_guest_order))

    @blueprint.route("/cancel/<int:order_id>/", methods=["POST"])
    @shopper_required
    @blueprint.response(200, MessageSchema)
    @blueprint.raises(
        "order_not_found",
        "order_already_cancelled",
        "order_already_shipped",
        "paid_order_cannot_be_cancelled",
    )
    def cancel(order_id: int) -> Response:
        """Cancel an unpaid order, or a cash-on-delivery order that is not shipped."""
        cancel_order(CancelOrderCommand(order_id=OrderId(order_id), user_id=principal().user_id))
        return json_response({"message": "Your order is cancelled."})

    @blueprint.route("/cancel-item/")
    @shopper_required
    @blueprint.arguments(ItemQuerySchema, location="query")
    @blueprint.response(200, CancellableItemSchema)
    @blueprint.raises("order_not_found", "order_line_not_found")
    def cancellable_item(query: dict[str, Any]) -> Response:
        """Get one item of an order, with the order data that the cancellation page shows."""
        order = own_order(query["orderId"])
        return json_response(cancellable_item_json(order, order.line(query["itemId"])))

    # The endpoint is part of the operationId, which generated clients use.
    @blueprint.route("/cancel-item/", methods=["POST"], endpoint="call_off_item")
    @calls_provider
    @shopper_required
    @idempotent(blueprint, once, render=partial(_replay_item_cancellation, refunds))
    @blueprint.arguments(CancelItemSchema)
    @blueprint.response(200, MessageSchema)
    @blueprint.raises(
        "order_not_found",
        "order_line_not_found",
        "order_line_already_cancelled",
        "order_already_shipped",
        "order_not_paid",
        "refund_not_allowed",
        "payment_disputed",
        "refund_refused",
    )
    def cancel_one_item(body: dict[str, Any]) -> Response:
        """Cancel one item; if it was paid online, it is refunded.

        Like a refund, this is possible until the processing of a paid order starts. Items of a
        cash-on-delivery order can be cancelled until it is shipped.
        """
        cancel_item(
            CancelItemCommand(
                user_id=principal().user_id,
                order_id=OrderId(body["orderId"]),
                line_id=OrderLineId(body["itemId"]),
                reason=body["reason"],
                idempotency_key=idempotency_key(),
            )
        )
        return _item_cancelled()

    @blueprint.route("/delivery-estimate/")
    @shopper_required
    @blueprint.response(200, DeliveryEstimateSchema)
    def delivery_estimate() -> Response:
        """Estimate the delivery date of an order placed now."""
        return json_response({"estimated_delivery": estimate_delivery()})

    return blueprint


def _place(
    body: dict[str, Any], place_order: PlaceOrder, place_guest_order: PlaceGuestOrder
) -> OrderView:
    shopper = principal()
    choices = {
        "payment_method": body["payment_method"],
        "expected_total": body["expected_total"],
        "idempotency_key": idempotency_key(),
    }
    if shopper.is_guest:
        return place_guest_order(
            PlaceGuestOrderCommand(
                guest_id=shopper.user_id, email=body["email"], address=body["address"], **choices
            )
        )
    return place_order(
        PlaceOrderCommand(user_id=shopper.user_id, address_id=body.get("address_id"), **choices)
    )


def _existing(order: OrderView | None) -> OrderView:
    if order is None:
        raise OrderNotFound
    return order


def _created(order: OrderView) -> Response:
    return json_response(order_json(order), 201, {"Location": f"/api/orders/{order.id}/"})


def _item_cancelled() -> Response:
    return json_response(
        {"message": "Your item is cancelled. If you paid for it online, it will be refunded."}
    )


def _replay_item_cancellation(refunds: PaymentQueries, resource_id: int) -> Response:
    # The id of a refund, or of a cash-on-delivery order: all ids come from one sequence.
    refund = refunds.refund(RefundId(resource_id))
    if refund is not None and refund.status is RefundStatus.FAILED:
        raise RefundRefused
    return _item_cancelled()

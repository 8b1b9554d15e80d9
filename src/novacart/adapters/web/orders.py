"""A customer's orders over HTTP."""

from typing import Any

from flask import Response

from novacart.adapters.web.answers import json_answer
from novacart.adapters.web.auth import principal, signed_in
from novacart.adapters.web.blueprint import Blueprint
from novacart.adapters.web.idempotency import idempotency_key, idempotent
from novacart.adapters.web.order_json import order_json
from novacart.adapters.web.order_reads import add_reads, own_order
from novacart.adapters.web.schemas.orders import (
    CancelItemSchema,
    OrderSchema,
    PlaceOrderSchema,
)
from novacart.adapters.web.schemas.wishlist import MessageSchema
from novacart.application.idempotency.answer_once import AnswerOnce
from novacart.application.ordering.cancel_item import CallOffItem, CancelItem
from novacart.application.ordering.cancel_order import CallOff, CancelOrder
from novacart.application.ordering.estimate_delivery import EstimateDelivery
from novacart.application.ordering.place_order import PlaceCartAsOrder, PlaceOrder
from novacart.application.ordering.queries import OrderQueries
from novacart.application.ordering.views import OrderView
from novacart.domain.shared.ids import AddressId, OrderId, OrderLineId


def orders_blueprint(
    *,
    place_order: PlaceOrder,
    cancel_order: CancelOrder,
    cancel_item: CancelItem,
    estimate_delivery: EstimateDelivery,
    queries: OrderQueries,
    once: AnswerOnce,
) -> Blueprint:
    """`/api/orders/`: a customer's own."""
    blueprint = Blueprint(
        "orders", __name__, url_prefix="/api/orders", description="What a customer bought."
    )
    add_reads(blueprint, queries=queries, estimate_delivery=estimate_delivery)

    @blueprint.route("/create/", methods=["POST"])
    @signed_in
    @idempotent(blueprint, once, render=lambda order_id: _placed(own_order(queries, order_id)))
    @blueprint.arguments(PlaceOrderSchema, required=False)
    @blueprint.response(201, OrderSchema)
    @blueprint.refuses("cart_empty", "invalid_value", "out_of_stock")
    def create(body: dict[str, Any]) -> Response:
        """Order all that is in your cart; it is reserved for you and your cart is empty."""
        address_id = body["address_id"]
        order = place_order(
            PlaceCartAsOrder(
                user_id=principal().user_id,
                address_id=None if address_id is None else AddressId(address_id),
                payment_method=body["payment_method"],
                idempotency_key=idempotency_key(),
            )
        )
        return _placed(order)

    @blueprint.route("/cancel/<int:order_id>/", methods=["POST"])
    @signed_in
    @blueprint.response(200, MessageSchema)
    @blueprint.refuses(
        "order_not_found",
        "order_already_cancelled",
        "order_already_shipped",
        "paid_order_cannot_be_cancelled",
    )
    def cancel(order_id: int) -> Response:
        """Call an order off: an unpaid one always, a cash-on-delivery one until it ships."""
        cancel_order(CallOff(order_id=OrderId(order_id), user_id=principal().user_id))
        return json_answer({"message": "Your order is cancelled."})

    @blueprint.route("/cancel-item/", methods=["POST"])
    @signed_in
    @idempotent(blueprint, once, render=lambda _: _item_cancelled())
    @blueprint.arguments(CancelItemSchema)
    @blueprint.response(200, MessageSchema)
    @blueprint.refuses(
        "order_not_found",
        "order_line_not_found",
        "order_line_already_cancelled",
        "order_already_shipped",
        "order_not_paid",
    )
    def call_off_item(body: dict[str, Any]) -> Response:
        """Call one item off; what was paid online for it is refunded."""
        cancel_item(
            CallOffItem(
                user_id=principal().user_id,
                order_id=OrderId(body["orderId"]),
                line_id=OrderLineId(body["itemId"]),
                reason=body["reason"] or "The customer cancelled it.",
                idempotency_key=idempotency_key(),
            )
        )
        return _item_cancelled()

    return blueprint


def _placed(order: OrderView) -> Response:
    return json_answer(order_json(order), 201, {"Location": f"/api/orders/{order.id}/"})


def _item_cancelled() -> Response:
    return json_answer({"message": "Your item is cancelled; whatever you paid for it is refunded."})

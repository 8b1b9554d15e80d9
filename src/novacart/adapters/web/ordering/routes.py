"""A customer's orders over HTTP."""

from typing import Any

from flask import Response

from novacart.adapters.web.http.auth import login_required, principal
from novacart.adapters.web.http.blueprint import Blueprint
from novacart.adapters.web.http.idempotency import idempotency_key, idempotent
from novacart.adapters.web.http.responses import json_response
from novacart.adapters.web.ordering.order_json import order_json
from novacart.adapters.web.ordering.read_routes import add_reads, own_order
from novacart.adapters.web.ordering.schemas import (
    CancelItemSchema,
    OrderSchema,
    PlaceOrderSchema,
)
from novacart.adapters.web.wishlist.schemas import MessageSchema
from novacart.application.idempotency.idempotent_requests import IdempotentRequests
from novacart.application.ordering.cancel_item import CancelItem, CancelItemCommand
from novacart.application.ordering.cancel_order import CancelOrder, CancelOrderCommand
from novacart.application.ordering.estimate_delivery import EstimateDelivery
from novacart.application.ordering.place_order import PlaceOrder, PlaceOrderCommand
from novacart.application.ordering.queries import OrderQueries, OrderView
from novacart.domain.ordering.lifecycle import PaymentMethod
from novacart.domain.shared.ids import AddressId, OrderId, OrderLineId


def orders_blueprint(
    *,
    place_order: PlaceOrder,
    cancel_order: CancelOrder,
    cancel_item: CancelItem,
    estimate_delivery: EstimateDelivery,
    queries: OrderQueries,
    once: IdempotentRequests,
) -> Blueprint:
    """`/api/orders/`: a customer's own."""
    blueprint = Blueprint(
        "orders", __name__, url_prefix="/api/orders", description="What a customer bought."
    )
    add_reads(blueprint, queries=queries, estimate_delivery=estimate_delivery)

    @blueprint.route("/create/", methods=["POST"])
    @login_required
    @idempotent(blueprint, once, render=lambda order_id: _placed(own_order(queries, order_id)))
    @blueprint.arguments(PlaceOrderSchema, required=False)
    @blueprint.response(201, OrderSchema)
    @blueprint.raises("cart_empty", "invalid_value", "out_of_stock")
    def create(body: dict[str, Any]) -> Response:
        """Order all that is in your cart; it is reserved for you and your cart is empty."""
        address_id = body["address_id"]
        order = place_order(
            PlaceOrderCommand(
                user_id=principal().user_id,
                address_id=None if address_id is None else AddressId(address_id),
                payment_method=PaymentMethod(body["payment_method"]),
                idempotency_key=idempotency_key(),
            )
        )
        return _placed(order)

    @blueprint.route("/cancel/<int:order_id>/", methods=["POST"])
    @login_required
    @blueprint.response(200, MessageSchema)
    @blueprint.raises(
        "order_not_found",
        "order_already_cancelled",
        "order_already_shipped",
        "paid_order_cannot_be_cancelled",
    )
    def cancel(order_id: int) -> Response:
        """Call an order off: an unpaid one always, a cash-on-delivery one until it ships."""
        cancel_order(CancelOrderCommand(order_id=OrderId(order_id), user_id=principal().user_id))
        return json_response({"message": "Your order is cancelled."})

    @blueprint.route("/cancel-item/", methods=["POST"])
    @login_required
    @idempotent(blueprint, once, render=lambda _: _item_cancelled())
    @blueprint.arguments(CancelItemSchema)
    @blueprint.response(200, MessageSchema)
    @blueprint.raises(
        "order_not_found",
        "order_line_not_found",
        "order_line_already_cancelled",
        "order_already_shipped",
        "order_not_paid",
    )
    def call_off_item(body: dict[str, Any]) -> Response:
        """Call one item off; what was paid online for it is refunded."""
        cancel_item(
            CancelItemCommand(
                user_id=principal().user_id,
                order_id=OrderId(body["orderId"]),
                line_id=OrderLineId(body["itemId"]),
                reason=body["reason"] or "Cancelled by the customer.",
                idempotency_key=idempotency_key(),
            )
        )
        return _item_cancelled()

    return blueprint


def _placed(order: OrderView) -> Response:
    return json_response(order_json(order), 201, {"Location": f"/api/orders/{order.id}/"})


def _item_cancelled() -> Response:
    return json_response(
        {"message": "Your item is cancelled; whatever you paid for it is refunded."}
    )

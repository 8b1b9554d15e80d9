"""A customer's orders, as they are read over HTTP."""

from typing import Any
from urllib.parse import urlencode

from flask import Response, request

from novacart.adapters.web.http.auth import login_required, principal
from novacart.adapters.web.http.blueprint import Blueprint
from novacart.adapters.web.http.responses import json_response
from novacart.adapters.web.ordering.order_json import cancellable_item_json, order_json
from novacart.adapters.web.ordering.schemas import (
    CancellableItemSchema,
    DeliveryEstimateSchema,
    HistoryQuerySchema,
    ItemQuerySchema,
    OrderPageSchema,
    OrderSchema,
)
from novacart.application.ordering.estimate_delivery import EstimateDelivery
from novacart.application.ordering.queries import OrderQueries, OrderView
from novacart.domain.ordering.errors import OrderLineNotFound, OrderNotFound
from novacart.domain.shared.ids import OrderId


def own_order(queries: OrderQueries, order_id: int) -> OrderView:
    """The signed-in user's own order. Raises `OrderNotFound`."""
    order = queries.order_of(principal().user_id, OrderId(order_id))
    if order is None:
        raise OrderNotFound
    return order


def add_reads(
    blueprint: Blueprint, *, queries: OrderQueries, estimate_delivery: EstimateDelivery
) -> None:
    """Hang the routes that change nothing on the orders' blueprint."""

    @blueprint.route("/my/")
    @login_required
    @blueprint.arguments(HistoryQuerySchema, location="query")
    @blueprint.response(200, OrderPageSchema)
    def history(query: dict[str, Any]) -> Response:
        """Your orders, newest first, page by page."""
        page, page_size = query["page"], query["page_size"]
        found = queries.history(
            principal().user_id, page=page, page_size=page_size, search=query["search"] or None
        )
        return json_response(
            {
                "count": found.count,
                "next": _page_url(page + 1) if page * page_size < found.count else None,
                "previous": _page_url(page - 1) if page > 1 else None,
                "results": [order_json(order) for order in found.orders],
            }
        )

    @blueprint.route("/latest/")
    @login_required
    @blueprint.response(200, OrderSchema)
    @blueprint.raises("order_not_found")
    def latest() -> Response:
        """The order you placed last."""
        order = queries.latest(principal().user_id)
        if order is None:
            raise OrderNotFound
        return json_response(order_json(order))

    @blueprint.route("/<int:order_id>/")
    @login_required
    @blueprint.response(200, OrderSchema)
    @blueprint.raises("order_not_found")
    def show(order_id: int) -> Response:
        """One of your orders."""
        return json_response(order_json(own_order(queries, order_id)))

    @blueprint.route("/cancel-item/")
    @login_required
    @blueprint.arguments(ItemQuerySchema, location="query")
    @blueprint.response(200, CancellableItemSchema)
    @blueprint.raises("order_not_found", "order_line_not_found")
    def cancellable_item(query: dict[str, Any]) -> Response:
        """One item of an order, with what you need to know before you call it off."""
        order = own_order(queries, query["orderId"])
        for line in order.lines:
            if line.id == query["itemId"]:
                return json_response(cancellable_item_json(order, line))
        raise OrderLineNotFound

    @blueprint.route("/delivery-estimate/")
    @login_required
    @blueprint.response(200, DeliveryEstimateSchema)
    def delivery_estimate() -> Response:
        """When something ordered now would arrive."""
        return json_response({"estimated_delivery": estimate_delivery()})


def _page_url(page: int) -> str:
    """This request's own address, for another page."""
    query = [*request.args.items(multi=True)]
    others = [(name, value) for name, value in query if name != "page"]
    return f"{request.base_url}?{urlencode([('page', page), *others])}"

"""Orders as v1 clients read them."""

from typing import Any, Final

from novacart.adapters.web.media.routes import absolute
from novacart.application.ordering.queries import OrderLineView, OrderView

_METHODS: Final = {"COD": "Cash on Delivery", "ONLINE": "Online Payment"}


def order_json(order: OrderView) -> dict[str, Any]:
    """What `OrderSchema` describes."""
    return {
        "id": order.id,
        "number": order.number,
        "status": order.status,
        "payment_method": order.payment_method,
        "payment_status": order.payment_status,
        "total_amount": str(order.total),
        "currency": order.total.currency,
        "created_at": order.placed_at,
        "paid_at": order.paid_at,
        "estimated_delivery": order.estimated_delivery,
        "address": _address(order) or None,
        "items": [
            _product(line)
            | {
                "product": line.product_id,
                "status": line.status,
                "payment_method": order.payment_method,
                "cancelled_at": line.cancelled_at,
            }
            for line in order.lines
        ],
    }


def cancellable_item_json(order: OrderView, line: OrderLineView) -> dict[str, Any]:
    """What `CancellableItemSchema` describes: one line with what its page needs of the order."""
    return _product(line) | {
        "currency": order.total.currency,
        "email": order.email,
        "payment_method": _METHODS[order.payment_method],
        "status": line.status,
        "estimated_delivery": order.estimated_delivery,
        "cancelled_at": line.cancelled_at,
        "created_at": order.placed_at,
        "address": _address(order),
    }


def _product(line: OrderLineView) -> dict[str, Any]:
    return {
        "id": line.id,
        "product_title": line.title,
        "product_subtitle": line.subtitle,
        "product_image": absolute(line.image),
        "quantity": line.quantity,
        "price_at_purchase": str(line.unit_price),
    }


def _address(order: OrderView) -> dict[str, Any]:
    address = order.address
    if address is None:
        return {}
    return {
        "id": address.source_id,
        "name": address.name,
        "mobile": address.mobile,
        "pincode": address.pincode,
        "state": address.state,
        "district": address.district,
        "town": address.town,
        "house_number": address.house_number,
        "address": address.address,
        "address_type": address.address_type,
    }

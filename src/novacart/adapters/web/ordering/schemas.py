"""Request and response schemas of orders."""

from enum import StrEnum
from typing import Any, Final
from urllib.parse import urlencode

from flask import request
from marshmallow import fields

from novacart.adapters.web.http.errors import ApiError
from novacart.adapters.web.http.fields import (
    MAX_INTEGER,
    Identifier,
    IntegerOrDigits,
    MoneyString,
    QueryInteger,
    QuerySchema,
    Schema,
    StrictInteger,
    Text,
    UtcTime,
)
from novacart.adapters.web.http.schemas import BoughtVariantSchema, GuestAddressSchema
from novacart.adapters.web.media.routes import absolute_url, srcset
from novacart.application.ordering.queries import OrderLineView, OrderPage, OrderView
from novacart.domain.ordering.lifecycle import (
    LineStatus,
    OrderPaymentStatus,
    OrderStatus,
    PaymentMethod,
)
from novacart.domain.shared.money import decimal_string

_MAX_PAGE_SIZE: Final = 100


class PaymentMethodLabel(StrEnum):
    """The payment method as the cancellation page shows it."""

    COD = "Cash on Delivery"
    ONLINE = "Online Payment"


def _value_of(enum: type[StrEnum]) -> fields.Field[Any]:
    return fields.Enum(enum, by_value=fields.String, required=True)


class OrderLookupSchema(Schema):
    number = Text(required=True, metadata={"description": "The number of the order."})
    email = Text(required=True, metadata={"description": "The address it was placed with."})


class OrderLinkSchema(Schema):
    token = Text(required=True, metadata={"description": "The last part of the mailed link."})


class PlaceOrderSchema(Schema):
    address_id = Identifier(
        metadata={"description": "One of your addresses; required for `COD`."},
    )
    payment_method = fields.Enum(
        PaymentMethod,
        by_value=fields.String,
        load_default=PaymentMethod.ONLINE,
        error_messages={"unknown": "Choose ONLINE or COD."},
    )
    expected_total = MoneyString(
        load_default=None,
        allow_none=False,
        metadata={"description": "The total that the customer saw; another total is an error."},
    )
    email = Text(
        load_default="",
        metadata={"description": "The email address of a guest."},
    )
    address = fields.Nested(
        GuestAddressSchema,
        load_default=dict,
        metadata={"description": "The delivery address of a guest."},
    )


class OrderAddressSchema(Schema):
    id = Identifier(
        required=True,
        allow_none=True,
        metadata={"description": "The entry of the address book; null for a guest's address."},
    )
    name = fields.String(required=True)
    mobile = fields.String(required=True)
    pincode = fields.String(required=True)
    state = fields.String(required=True)
    district = fields.String(required=True)
    town = fields.String(required=True)
    house_number = fields.String(required=True)
    address = fields.String(required=True)
    address_type = fields.String(required=True)


class OrderLineSchema(Schema):
    id = Identifier(required=True)
    product = Identifier(required=True, metadata={"description": "The product's id."})
    variant = fields.Nested(BoughtVariantSchema, required=True)
    product_title = fields.String(required=True)
    product_subtitle = fields.String(required=True)
    product_image = fields.URL(required=True, allow_none=True)
    product_image_srcset = fields.String(
        required=True,
        allow_none=True,
        metadata={
            "description": "The image in up to three sizes, as the attribute `srcset` of HTML. Null"
            " for an image elsewhere or one that the product no longer has, and in the responses"
            " that place an order or add it to an account."
        },
    )
    quantity = StrictInteger(minimum=1, required=True)
    price_at_purchase = MoneyString(required=True, metadata={"description": "Price of one unit."})
    status = _value_of(LineStatus)
    payment_method = _value_of(PaymentMethod)
    cancelled_at = UtcTime(required=True, allow_none=True)
    refundable_amount = MoneyString(
        required=True,
        metadata={
            "description": "Of its price, what was paid online and is neither refunded nor being"
            " refunded."
        },
    )


class OrderSchema(Schema):
    id = Identifier(required=True)
    number = fields.String(required=True, metadata={"example": "NC-20261122-7K3M9Q"})
    status = _value_of(OrderStatus)
    payment_method = _value_of(PaymentMethod)
    payment_status = _value_of(OrderPaymentStatus)
    total_amount = MoneyString(required=True)
    refunded_amount = MoneyString(
        required=True, metadata={"description": "What the customer received back."}
    )
    currency = fields.String(required=True, metadata={"example": "INR"})
    created_at = UtcTime(required=True)
    paid_at = UtcTime(required=True, allow_none=True)
    returned_at = UtcTime(
        required=True,
        allow_none=True,
        metadata={"description": "When a cash-on-delivery order came back undelivered."},
    )
    expires_at = UtcTime(
        required=True,
        allow_none=True,
        metadata={"description": "When an order that is not paid online by then is cancelled."},
    )
    shipped_at = UtcTime(required=True, allow_none=True)
    delivered_at = UtcTime(required=True, allow_none=True)
    carrier = fields.String(required=True, allow_none=True)
    tracking_number = fields.String(required=True, allow_none=True)
    estimated_delivery = fields.Date(required=True)
    address = fields.Nested(OrderAddressSchema, required=True, allow_none=True)
    items = fields.List(fields.Nested(OrderLineSchema), required=True)


class HistoryQuerySchema(QuerySchema):
    page = QueryInteger(minimum=1, maximum=MAX_INTEGER // _MAX_PAGE_SIZE, load_default=1)
    page_size = QueryInteger(minimum=1, maximum=_MAX_PAGE_SIZE, load_default=5)
    search = Text(
        maximum=100,
        load_default="",
        metadata={"description": "The number of an order, or words of titles and subtitles."},
    )


class OrderPageSchema(Schema):
    count = StrictInteger(minimum=0, required=True)
    next = fields.URL(required=True, allow_none=True)
    previous = fields.URL(required=True, allow_none=True)
    results = fields.List(fields.Nested(OrderSchema), required=True)


class ItemQuerySchema(Schema):
    orderId = IntegerOrDigits(minimum=1, required=True)  # noqa: N815 (v1's name)
    itemId = IntegerOrDigits(minimum=1, required=True)  # noqa: N815 (v1's name)


class CancelItemSchema(ItemQuerySchema):
    reason = Text(maximum=500, load_default="")


class CancellableItemSchema(Schema):
    id = Identifier(required=True)
    product_title = fields.String(required=True)
    product_subtitle = fields.String(required=True)
    product_image = fields.URL(required=True, allow_none=True)
    email = fields.String(required=True)
    quantity = StrictInteger(minimum=1, required=True)
    price_at_purchase = MoneyString(required=True)
    currency = fields.String(required=True, metadata={"example": "INR"})
    payment_method = _value_of(PaymentMethodLabel)
    status = _value_of(LineStatus)
    estimated_delivery = fields.Date(required=True)
    cancelled_at = UtcTime(required=True, allow_none=True)
    created_at = UtcTime(required=True)
    address = fields.Dict(
        required=True, metadata={"description": "As in an order; `{}` if it has none."}
    )


class DeliveryEstimateSchema(Schema):
    estimated_delivery = fields.Date(required=True)


def order_json(order: OrderView) -> dict[str, Any]:
    """The JSON of `OrderSchema`."""
    site = request.host_url
    return {
        "id": order.id,
        "number": order.number,
        "status": order.status,
        "payment_method": order.payment_method,
        "payment_status": order.payment_status,
        "total_amount": decimal_string(order.total_minor, order.currency),
        "refunded_amount": decimal_string(order.refunded_minor, order.currency),
        "currency": order.currency,
        "created_at": order.placed_at,
        "paid_at": order.paid_at,
        "returned_at": order.returned_at,
        "expires_at": order.expires_at,
        "shipped_at": order.shipped_at,
        "delivered_at": order.delivered_at,
        "carrier": order.carrier,
        "tracking_number": order.tracking_number,
        "estimated_delivery": order.estimated_delivery,
        "address": _address_json(order) or None,
        "items": [
            {
                **_line_json(line, order.currency, site),
                "product": line.product_id,
                "product_image_srcset": srcset(line.image_sizes, site),
                "variant": {"id": line.variant_id, "sku": line.sku, "options": line.options},
                "status": line.status,
                "payment_method": order.payment_method,
                "cancelled_at": line.cancelled_at,
                "refundable_amount": decimal_string(
                    line.refundable_minor if order.is_paid_online else 0, order.currency
                ),
            }
            for line in order.lines
        ],
    }


def order_page_json(page: OrderPage, *, number: int, size: int) -> dict[str, Any]:
    """The JSON of `OrderPageSchema`, for page `number` of `size` orders.

    Raises 404 for a page beyond the last; the first page of an empty history exists.
    """
    if number > 1 and not page.orders:
        raise ApiError("page_not_found", "This page is beyond the last one.")
    return {
        "count": page.count,
        "next": _page_url(number + 1) if number * size < page.count else None,
        "previous": _page_url(number - 1) if number > 1 else None,
        "results": [order_json(order) for order in page.orders],
    }


def cancellable_item_json(order: OrderView, line: OrderLineView) -> dict[str, Any]:
    """The JSON of `CancellableItemSchema`."""
    return {
        **_line_json(line, order.currency, request.host_url),
        "currency": order.currency,
        "email": order.email,
        "payment_method": PaymentMethodLabel[order.payment_method],
        "status": line.status,
        "estimated_delivery": order.estimated_delivery,
        "cancelled_at": line.cancelled_at,
        "created_at": order.placed_at,
        "address": _address_json(order),
    }


def _page_url(number: int) -> str:
    """The URL of this request with another page number."""
    query = [(name, value) for name, value in request.args.items(multi=True) if name != "page"]
    return f"{request.host_url}{request.path[1:]}?{urlencode([('page', number), *query])}"


def _line_json(line: OrderLineView, currency: str, site: str) -> dict[str, Any]:
    return {
        "id": line.id,
        "product_title": line.title,
        "product_subtitle": line.subtitle,
        "product_image": absolute_url(line.image, site),
        "quantity": line.quantity,
        "price_at_purchase": decimal_string(line.unit_price_minor, currency),
    }


def _address_json(order: OrderView) -> dict[str, Any]:
    if order.address is None:
        return {}
    address = order.address
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

"""What orders take and show."""

from marshmallow import fields, validate

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

_METHODS = ("ONLINE", "COD")
_ORDER_STATUSES = (
    "PENDING",
    "CONFIRMED",
    "PAID",
    "PROCESSING",
    "SHIPPED",
    "DELIVERED",
    "CANCELLED",
    "REFUNDED",
)
_PAYMENT_STATUSES = ("PENDING", "PAID", "PARTIALLY_REFUNDED", "REFUNDED", "VOIDED")
_LINE_STATUSES = ("PENDING", "CONFIRMED", "CANCELLED", "REFUND_REQUESTED", "REFUNDED")


def _one_of(words: tuple[str, ...]) -> fields.String:
    return fields.String(required=True, validate=validate.OneOf(words))


class PlaceOrderSchema(Schema):
    address_id = Identifier(
        allow_none=True,
        load_default=None,
        metadata={"description": "One of your addresses; `COD` needs it."},
    )
    payment_method = fields.String(
        load_default="ONLINE",
        validate=validate.OneOf(_METHODS, error="Choose ONLINE or COD."),
    )


class OrderAddressSchema(Schema):
    id = Identifier(required=True)
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
    product_title = fields.String(required=True)
    product_subtitle = fields.String(required=True)
    product_image = fields.URL(required=True, allow_none=True)
    quantity = StrictInteger(minimum=1, required=True)
    price_at_purchase = MoneyString(required=True, metadata={"description": "Of one unit."})
    status = _one_of(_LINE_STATUSES)
    payment_method = _one_of(_METHODS)
    cancelled_at = UtcTime(required=True, allow_none=True)


class OrderSchema(Schema):
    id = Identifier(required=True)
    number = fields.String(required=True, metadata={"example": "NC-20261122-7K3M9Q"})
    status = _one_of(_ORDER_STATUSES)
    payment_method = _one_of(_METHODS)
    payment_status = _one_of(_PAYMENT_STATUSES)
    total_amount = MoneyString(required=True)
    currency = fields.String(required=True, metadata={"example": "INR"})
    created_at = UtcTime(required=True)
    paid_at = UtcTime(required=True, allow_none=True)
    estimated_delivery = fields.Date(required=True)
    address = fields.Nested(OrderAddressSchema, required=True, allow_none=True)
    items = fields.List(fields.Nested(OrderLineSchema), required=True)


class HistoryQuerySchema(QuerySchema):
    page = QueryInteger(minimum=1, maximum=MAX_INTEGER // 100, load_default=1)
    page_size = QueryInteger(minimum=1, maximum=100, load_default=5)
    search = Text(maximum=100, load_default="")


class OrderPageSchema(Schema):
    count = StrictInteger(minimum=0, required=True)
    next = fields.URL(required=True, allow_none=True)
    previous = fields.URL(required=True, allow_none=True)
    results = fields.List(fields.Nested(OrderSchema), required=True)


class ItemQuerySchema(Schema):
    orderId = IntegerOrDigits(minimum=1, required=True)  # noqa: N815 (v1's name)
    itemId = IntegerOrDigits(minimum=1, required=True)  # noqa: N815 (v1's name)


class CancelItemSchema(ItemQuerySchema):
    reason = Text(maximum=500, load_default="", allow_none=True)


class CancellableItemSchema(Schema):
    id = Identifier(required=True)
    product_title = fields.String(required=True)
    product_subtitle = fields.String(required=True)
    product_image = fields.URL(required=True, allow_none=True)
    email = fields.String(required=True)
    quantity = StrictInteger(minimum=1, required=True)
    price_at_purchase = MoneyString(required=True)
    currency = fields.String(required=True, metadata={"example": "INR"})
    payment_method = _one_of(("Cash on Delivery", "Online Payment"))
    status = _one_of(_LINE_STATUSES)
    estimated_delivery = fields.Date(required=True)
    cancelled_at = UtcTime(required=True, allow_none=True)
    created_at = UtcTime(required=True)
    address = fields.Dict(
        required=True, metadata={"description": "As an order's; `{}` where it has none."}
    )


class DeliveryEstimateSchema(Schema):
    estimated_delivery = fields.Date(required=True)

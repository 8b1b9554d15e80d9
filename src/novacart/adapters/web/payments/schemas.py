"""Schemas of payments and refunds."""

from typing import Any, Final

from marshmallow import ValidationError, fields, validate, validates_schema

from novacart.adapters.web.http.fields import (
    Identifier,
    MoneyString,
    Schema,
    StrictInteger,
    Text,
)
from novacart.adapters.web.http.schemas import GuestAddressSchema
from novacart.domain.payments.lifecycle import DisputeStatus

DISPUTE_OUTCOMES: Final = {
    "open": DisputeStatus.NEEDS_RESPONSE,
    "respond": DisputeStatus.UNDER_REVIEW,
    "win": DisputeStatus.WON,
    "lose": DisputeStatus.LOST,
}
_LARGEST_QUANTITY = 1_000_000
_MOST_ITEMS = 500


class PaymentIntentRequestSchema(Schema):
    """`address_id` is ignored if there is an `order_id`: an order already has its address."""

    order_id = Identifier(metadata={"description": "An unpaid order of the user."})
    address_id = Identifier(
        metadata={"description": "Check out the whole cart, with delivery to this address."},
    )
    email = Text(load_default="", metadata={"description": "The email address of a guest."})
    address = fields.Nested(
        GuestAddressSchema,
        metadata={"description": "Check out a guest's whole cart, with delivery to this address."},
    )
    expected_total = MoneyString(
        load_default=None,
        allow_none=False,
        metadata={"description": "The total that the customer saw; another total is an error."},
    )

    @validates_schema
    def require_one(self, data: dict[str, Any], **_: object) -> None:
        if not data.keys() & {"order_id", "address_id", "address"}:
            raise ValidationError("Give an order or a delivery address.", "order_id")


class PaymentIntentSchema(Schema):
    payment_intent_id = fields.String(required=True)
    client_secret = fields.String(required=True)
    amount = MoneyString(required=True)
    currency = fields.String(required=True)
    order_id = Identifier(required=True)
    publishable_key = fields.String(required=True)


class RefundItemSchema(Schema):
    id = Identifier(required=True, metadata={"description": "A line of the order."})
    quantity = StrictInteger(required=True, minimum=1, maximum=_LARGEST_QUANTITY)


class RefundRequestSchema(Schema):
    """Without the members `amount` and `items`, everything that is left is refunded."""

    amount = MoneyString()
    items = fields.List(
        fields.Nested(RefundItemSchema),
        # An empty list is more likely a mistake than a request to refund everything.
        validate=validate.Length(1, _MOST_ITEMS, error="Give 1 to 500 items, or omit them."),
    )
    reason = Text(load_default="", maximum=500)


class RefundSchema(Schema):
    message = fields.String(required=True)
    refund_id = Identifier(required=True)
    amount = MoneyString(required=True)
    currency = fields.String(required=True, metadata={"example": "INR"})
    status = fields.String(
        required=True,
        validate=validate.OneOf(("pending", "succeeded", "failed", "cancelled")),
    )


class ReceivedSchema(Schema):
    received = fields.Boolean(required=True)


class ConfirmSchema(Schema):
    outcome = fields.String(
        required=True, validate=validate.OneOf(("succeed", "decline"), error="succeed or decline.")
    )


class ConfirmedSchema(Schema):
    payment_intent_id = fields.String(required=True)
    status = fields.String(required=True)


class DisputeSchema(Schema):
    outcome = fields.String(
        required=True,
        validate=validate.OneOf(tuple(DISPUTE_OUTCOMES), error="open, respond, win or lose."),
    )

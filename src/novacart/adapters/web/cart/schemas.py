"""Request and response schemas of the cart."""

from typing import Any

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from novacart.adapters.web.http.fields import Identifier, MoneyString, Schema, StrictInteger, Text
from novacart.adapters.web.http.schemas import BoughtVariantSchema, VariantReferenceSchema
from novacart.application.cart.change_quantity import QuantityStep

_MAX_IDS = 1000
_MAX_TOKEN = 2048


class CartItemSchema(Schema):
    id = Identifier(required=True)
    product = Identifier(required=True, metadata={"description": "The product's id."})
    variant = fields.Nested(BoughtVariantSchema, required=True)
    product_title = fields.String(required=True)
    product_subtitle = fields.String(required=True)
    product_price = MoneyString(required=True)
    product_image = fields.URL(required=True, allow_none=True)
    product_image_srcset = fields.String(
        required=True,
        allow_none=True,
        metadata={
            "description": "The image in up to three sizes, as the attribute `srcset` of HTML. Null"
            " for an image elsewhere."
        },
    )
    quantity = StrictInteger(minimum=1, required=True)
    stock = StrictInteger(required=True, metadata={"description": "Units that you can order now."})
    total_price = fields.Float(
        required=True, metadata={"description": "Price times quantity, in major units."}
    )
    currency = fields.String(required=True, metadata={"example": "INR"})
    estimated_delivery = fields.Date(required=True)


class AddToCartSchema(VariantReferenceSchema):
    quantity = StrictInteger(minimum=1, load_default=1)


class AddedSchema(Schema):
    message = fields.String(required=True)
    id = Identifier(required=True, metadata={"description": "The cart line's id."})
    quantity = StrictInteger(minimum=1, required=True)


class ChangeQuantitySchema(Schema):
    """One step, or the new quantity; the step wins."""

    action = fields.Enum(
        QuantityStep,
        by_value=fields.String,
        error_messages={"unknown": "An action is increase or decrease."},
    )
    quantity = StrictInteger(minimum=0)

    @validates_schema
    def require_change(self, data: dict[str, Any], **_: object) -> None:
        if not data:
            raise ValidationError("An action or a quantity is required.", "action")

    @post_load
    def use_change(self, data: dict[str, Any], **_: object) -> dict[str, Any]:
        return {"change": data["action"] if "action" in data else data["quantity"]}


class QuantitySchema(Schema):
    message = fields.String(required=True)
    quantity = StrictInteger(minimum=0, required=True)


class CartLinesSchema(Schema):
    cart_ids = fields.List(
        Identifier(),
        required=True,
        validate=validate.Length(1, _MAX_IDS, error="Must be a list of 1 to 1000 ids."),
    )


class DeletedSchema(Schema):
    message = fields.String(required=True)
    deleted = StrictInteger(minimum=0, required=True)


class MovedSchema(Schema):
    message = fields.String(required=True)
    added_to_wishlist = StrictInteger(minimum=0, required=True)
    already_in_wishlist = StrictInteger(minimum=0, required=True)


class GuestSessionRequestSchema(Schema):
    guest_token = Text(
        load_default=None,
        allow_none=False,
        maximum=_MAX_TOKEN,
        metadata={"description": "The guest's token, to extend its session."},
    )


class GuestSessionSchema(Schema):
    access = fields.String(required=True, metadata={"description": "Valid for 30 days."})


class MergeRequestSchema(Schema):
    guest_token = Text(required=True, maximum=_MAX_TOKEN)


class AdjustedItemSchema(Schema):
    variant_id = Identifier(required=True)
    requested = StrictInteger(
        minimum=1, required=True, metadata={"description": "The larger quantity of both carts."}
    )
    quantity = StrictInteger(
        minimum=0, required=True, metadata={"description": "Zero if the item was removed."}
    )


class MergedCartSchema(Schema):
    adjusted = fields.List(fields.Nested(AdjustedItemSchema), required=True)

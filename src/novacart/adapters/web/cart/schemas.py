"""What a cart takes and shows."""

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from novacart.adapters.web.http.fields import Identifier, MoneyString, Schema, StrictInteger

_MOST_LINES = 1000


class CartItemSchema(Schema):
    id = Identifier(required=True)
    product = Identifier(required=True, metadata={"description": "The product's id."})
    product_title = fields.String(required=True)
    product_subtitle = fields.String(required=True)
    product_price = MoneyString(required=True)
    product_image = fields.URL(required=True, allow_none=True)
    quantity = StrictInteger(minimum=1, required=True)
    stock = StrictInteger(
        required=True, metadata={"description": "What you could order of it now."}
    )
    total_price = fields.Float(
        required=True, metadata={"description": "Price times quantity, in major units."}
    )
    currency = fields.String(required=True, metadata={"example": "INR"})
    estimated_delivery = fields.Date(required=True)


class AddToCartSchema(Schema):
    """The product's id under either name that v1 clients use; `product_id` wins."""

    product_id = Identifier(metadata={"description": "The product to put into the cart."})
    book_id = Identifier(metadata={"description": "The same, as older clients call it."})
    quantity = StrictInteger(minimum=1, load_default=1)

    @validates_schema
    def one_is_there(self, data: dict[str, Any], **_: object) -> None:
        if "product_id" not in data and "book_id" not in data:
            raise ValidationError("Name a product.", "product_id")


class AddedSchema(Schema):
    message = fields.String(required=True)
    id = Identifier(required=True, metadata={"description": "The cart line's id."})
    quantity = StrictInteger(minimum=1, required=True)


class ChangeQuantitySchema(Schema):
    """One step, or the quantity to have; a step wins."""

    action = fields.String(
        validate=validate.OneOf(
            ("increase", "decrease"), error="An action is increase or decrease."
        )
    )
    quantity = StrictInteger(minimum=0)

    @validates_schema
    def one_is_there(self, data: dict[str, Any], **_: object) -> None:
        if not data:
            raise ValidationError("Say increase or decrease, or a quantity.", "action")


class QuantitySchema(Schema):
    message = fields.String(required=True)
    quantity = StrictInteger(minimum=0, required=True)


class CartLinesSchema(Schema):
    cart_ids = fields.List(
        Identifier(),
        required=True,
        validate=validate.Length(1, _MOST_LINES, error="Name 1 to 1000 items."),
    )


class DeletedSchema(Schema):
    message = fields.String(required=True)
    deleted = StrictInteger(minimum=0, required=True)


class MovedSchema(Schema):
    message = fields.String(required=True)
    added_to_wishlist = StrictInteger(minimum=0, required=True)
    already_in_wishlist = StrictInteger(minimum=0, required=True)

"""What a wishlist takes and shows."""

from typing import Any

from marshmallow import ValidationError, fields, validates_schema

from novacart.adapters.web.catalog.schemas import ProductSchema
from novacart.adapters.web.http.fields import Identifier, Schema, UtcTime


class WishSchema(Schema):
    """The product's id under either name that v1 clients use; `product_id` wins."""

    product_id = Identifier(metadata={"description": "The product to wish for."})
    book_id = Identifier(metadata={"description": "The same, as older clients call it."})

    @validates_schema
    def one_is_there(self, data: dict[str, Any], **_: object) -> None:
        if not data:
            raise ValidationError("Name a product.", "product_id")


class WishlistItemSchema(Schema):
    id = Identifier(required=True, metadata={"description": "The product's own id."})
    book = fields.Nested(ProductSchema, required=True)
    created_at = UtcTime(required=True)


class WishedSchema(Schema):
    message = fields.String(required=True)
    id = Identifier(required=True)


class MessageSchema(Schema):
    message = fields.String(required=True)

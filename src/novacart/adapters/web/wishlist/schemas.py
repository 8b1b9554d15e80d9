"""Request and response schemas of the wishlist."""

from marshmallow import fields

from novacart.adapters.web.catalog.product_schemas import ProductSchema
from novacart.adapters.web.http.fields import Identifier, Schema, UtcTime
from novacart.adapters.web.http.schemas import VariantReferenceSchema


class WishSchema(VariantReferenceSchema):
    pass


class WishedVariantSchema(Schema):
    """The variant of a wishlist item."""

    id = Identifier(required=True)
    options = fields.String(
        required=True, metadata={"description": "Its values on one line.", "example": "Size: M"}
    )


class WishlistItemSchema(Schema):
    id = Identifier(required=True, metadata={"description": "The product's id."})
    variant = fields.Nested(WishedVariantSchema, required=True)
    book = fields.Nested(ProductSchema, required=True)
    created_at = UtcTime(required=True)


class WishedSchema(Schema):
    message = fields.String(required=True)
    id = Identifier(required=True)

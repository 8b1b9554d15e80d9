"""Request and response schemas of the wishlist."""

from marshmallow import fields

from novacart.adapters.web.catalog.schemas import ProductSchema
from novacart.adapters.web.http.fields import Identifier, Schema, UtcTime
from novacart.adapters.web.http.schemas import ProductReferenceSchema


class WishSchema(ProductReferenceSchema):
    pass


class WishlistItemSchema(Schema):
    id = Identifier(required=True, metadata={"description": "The product's id."})
    book = fields.Nested(ProductSchema, required=True)
    created_at = UtcTime(required=True)


class WishedSchema(Schema):
    message = fields.String(required=True)
    id = Identifier(required=True)

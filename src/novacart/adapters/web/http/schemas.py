"""Schemas that several features use."""

from typing import Any

from marshmallow import ValidationError, fields, post_load, validates_schema

from novacart.adapters.web.http.fields import Identifier, Schema


class MessageSchema(Schema):
    message = fields.String(required=True)


class ProductReferenceSchema(Schema):
    """A product's id under either name that v1 clients use; `product_id` wins."""

    product_id = Identifier(metadata={"description": "The product's id."})
    book_id = Identifier(metadata={"description": "The product's id, as older clients name it."})

    @validates_schema
    def require_product(self, data: dict[str, Any], **_: object) -> None:
        if "product_id" not in data and "book_id" not in data:
            raise ValidationError("A product is required.", "product_id")

    @post_load
    def use_product_id(self, data: dict[str, Any], **_: object) -> dict[str, Any]:
        book_id = data.pop("book_id", None)
        return {"product_id": book_id} | data

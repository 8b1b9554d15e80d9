"""Schemas that several features use."""

from typing import Any

from marshmallow import ValidationError, fields, post_load, validates_schema

from novacart.adapters.web.http.fields import Identifier, Schema, Text
from novacart.domain.accounts.address import MAX_LENGTHS


class MessageSchema(Schema):
    message = fields.String(required=True)


class VariantReferenceSchema(Schema):
    """A variant, or a product for its default variant.

    v1 clients name the product by `product_id` or `book_id`; the former wins.
    """

    product_id = Identifier(metadata={"description": "The product's id, for its default variant."})
    book_id = Identifier(metadata={"description": "The product's id, as older clients name it."})
    variant_id = Identifier(
        metadata={"description": "The variant's id. A product named too must be its own."}
    )

    @validates_schema
    def require_product(self, data: dict[str, Any], **_: object) -> None:
        if not data.keys() & {"product_id", "book_id", "variant_id"}:
            raise ValidationError("A product is required.", "product_id")

    @post_load
    def use_product_id(self, data: dict[str, Any], **_: object) -> dict[str, Any]:
        book_id = data.pop("book_id", None)
        return {"product_id": book_id, "variant_id": None} | data


class BoughtVariantSchema(Schema):
    """The variant of a cart or order item."""

    id = Identifier(required=True)
    sku = fields.String(required=True, allow_none=True)
    options = fields.String(
        required=True,
        metadata={"description": "Its values on one line.", "example": "Size: M, Colour: Red"},
    )


class GuestAddressSchema(Schema):
    """The delivery address of a guest; each member has the rules of the address book."""

    name = Text(load_default="", maximum=MAX_LENGTHS["name"])
    mobile = Text(load_default="", maximum=30)
    pincode = Text(load_default="", maximum=6)
    state = Text(load_default="", maximum=MAX_LENGTHS["state"])
    district = Text(load_default="", maximum=MAX_LENGTHS["district"])
    town = Text(load_default="", maximum=MAX_LENGTHS["town"])
    house_number = Text(load_default="", maximum=MAX_LENGTHS["house_number"])
    address = Text(load_default="", maximum=MAX_LENGTHS["address"])

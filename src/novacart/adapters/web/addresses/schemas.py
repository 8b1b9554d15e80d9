"""Schemas of address books."""

from marshmallow import fields, validate

from novacart.adapters.web.http.fields import Identifier, Schema, StrictBoolean, Text
from novacart.domain.accounts.address import MAX_LENGTHS, AddressType

_TYPES = tuple(AddressType)


def _line(field: str) -> Text:
    return Text(required=True, maximum=MAX_LENGTHS[field])


class AddressSchema(Schema):
    """A new address."""

    name = _line("name")
    mobile = Text(
        required=True,
        maximum=30,
        metadata={
            "description": "10, 12 or 13 digits. `+`, spaces and dashes are removed.",
            "example": "9000000001",
        },
    )
    pincode = Text(
        required=True, maximum=6, metadata={"description": "6 digits.", "example": "411004"}
    )
    state = _line("state")
    district = _line("district")
    town = _line("town")
    house_number = _line("house_number")
    address = _line("address")
    address_type = fields.String(validate=validate.OneOf(_TYPES, error="Choose HOME or OFFICE."))
    is_default = StrictBoolean()


class AddressChangeSchema(AddressSchema):
    """Some fields of an address; used with `partial=True`."""


class AddressViewSchema(Schema):
    id = Identifier(required=True)
    name = fields.String(required=True)
    mobile = fields.String(required=True)
    pincode = fields.String(required=True)
    state = fields.String(required=True)
    district = fields.String(required=True)
    town = fields.String(required=True)
    house_number = fields.String(required=True)
    address = fields.String(required=True)
    address_type = fields.String(required=True, validate=validate.OneOf(_TYPES))
    is_default = StrictBoolean(required=True)


class PincodePlaceSchema(Schema):
    city = fields.String(required=True)
    state = fields.String(required=True)
    country = fields.String(required=True)

"""What an address book takes and shows."""

from marshmallow import fields, validate

from novacart.adapters.web.http.fields import Identifier, Schema, StrictBoolean, Text

_TYPES = ("HOME", "OFFICE")


def _line(maximum: int = 100) -> Text:
    return Text(required=True, maximum=maximum)


class AddressSchema(Schema):
    """An address as it is written down."""

    name = _line()
    mobile = Text(
        required=True,
        maximum=13,
        metadata={"description": "10, 12 or 13 digits.", "example": "9000000001"},
    )
    pincode = Text(
        required=True, maximum=6, metadata={"description": "6 digits.", "example": "411004"}
    )
    state = _line()
    district = _line()
    town = _line()
    house_number = _line()
    address = _line(500)
    address_type = fields.String(validate=validate.OneOf(_TYPES, error="Choose HOME or OFFICE."))
    is_default = StrictBoolean()


class AddressChangeSchema(AddressSchema):
    """Any part of an address; used with `partial=True`."""


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

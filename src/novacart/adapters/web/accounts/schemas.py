"""What accounts take and show."""

from marshmallow import fields

from novacart.adapters.web.http.fields import Identifier, Schema, StrictBoolean, Text

_PASSWORD = {"format": "password"}
# What the policy refuses with a sentence of its own must get past the schema to hear it.
_LONGEST_PASSWORD = 1024
_LONGEST_TOKEN = 2048


class RegistrationSchema(Schema):
    username = Text(
        required=True,
        minimum=1,
        maximum=150,
        metadata={"description": "Letters, digits and @ . + - _", "example": "meenal"},
    )
    email = Text(
        required=True,
        minimum=1,
        maximum=254,
        metadata={"format": "email", "example": "meenal@example.com"},
    )
    password = Text(required=True, minimum=1, maximum=_LONGEST_PASSWORD, metadata=_PASSWORD)


class IdentitySchema(Schema):
    username = fields.String(required=True)
    email = fields.String(required=True)


class DashboardSchema(Schema):
    id = Identifier(required=True)
    username = fields.String(required=True)
    email = fields.String(required=True)
    first_name = fields.String(required=True)
    last_name = fields.String(required=True)
    is_staff = StrictBoolean(required=True)


class ProfileSchema(Schema):
    """A member that is left out stays as it is."""

    username = Text(minimum=1, maximum=150)
    first_name = Text(maximum=150)
    last_name = Text(maximum=150)


class CredentialSchema(Schema):
    username = Text(
        required=True,
        minimum=1,
        maximum=254,
        metadata={"description": "The username, or the e-mail address.", "example": "meenal"},
    )
    password = Text(required=True, minimum=1, maximum=_LONGEST_PASSWORD, metadata=_PASSWORD)


class TokenPairSchema(Schema):
    access = fields.String(required=True)
    refresh = fields.String(required=True)


class RefreshSchema(Schema):
    refresh = Text(required=True, maximum=_LONGEST_TOKEN)


class TokenSchema(Schema):
    token = Text(required=True, maximum=_LONGEST_TOKEN)


class NothingSchema(Schema):
    """An empty object."""


class ResetRequestSchema(Schema):
    email = Text(
        required=True,
        maximum=254,
        # Not `format: email`: what is none gets the same answer as one that nobody has.
        metadata={"description": "The account's e-mail address.", "example": "meenal@example.com"},
    )


class NewPasswordSchema(Schema):
    token = Text(required=True, maximum=_LONGEST_TOKEN)
    password = Text(required=True, minimum=1, maximum=_LONGEST_PASSWORD, metadata=_PASSWORD)


class StatusSchema(Schema):
    status = fields.String(required=True, metadata={"example": "OK"})


class DetailSchema(Schema):
    detail = fields.String(required=True)

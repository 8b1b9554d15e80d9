"""Schemas of accounts."""

from marshmallow import fields, validate

from novacart.adapters.web.http.fields import (
    Identifier,
    Schema,
    StrictBoolean,
    Text,
    UtcTime,
)

# Above the password rules' own maximum, so that a long password gets their message.
_MAX_PASSWORD = 1024
_MAX_TOKEN = 2048


def _password() -> Text:
    return Text(
        required=True,
        minimum=1,
        maximum=_MAX_PASSWORD,
        strip=False,
        metadata={"format": "password"},
    )


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
    password = _password()


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
    email_verified = StrictBoolean(
        required=True,
        metadata={"description": "Whether the link sent to the email address was opened."},
    )


class ProfileSchema(Schema):
    """Members that are left out keep their value."""

    username = Text(minimum=1, maximum=150)
    first_name = Text(maximum=150)
    last_name = Text(maximum=150)


class CredentialSchema(Schema):
    username = Text(
        required=True,
        minimum=1,
        maximum=254,
        metadata={"description": "The username or the email address.", "example": "meenal"},
    )
    password = _password()
    otp = Text(
        maximum=64,
        metadata={
            "description": "A code of the authenticator app, or a recovery code. Needed for"
            " accounts with two-factor authentication: without it the response is 401"
            " `mfa_required`.",
            "example": "123456",
        },
    )
    refresh = Text(
        maximum=_MAX_TOKEN,
        metadata={
            "description": "A valid refresh token of the account, if the client has one. The"
            " failed sign-ins of other clients do not delay one that has a session."
        },
    )


class TokenPairSchema(Schema):
    access = fields.String(required=True)
    refresh = fields.String(
        metadata={"description": "Always, unless `X-Session: cookie` asked for the cookie."}
    )


class RefreshSchema(Schema):
    refresh = Text(
        maximum=_MAX_TOKEN,
        metadata={"description": "Required, unless `X-Session: cookie` names the cookie."},
    )


class TokenSchema(Schema):
    token = Text(required=True, maximum=_MAX_TOKEN)


class NothingSchema(Schema):
    """An empty object."""


class ResetRequestSchema(Schema):
    email = Text(
        required=True,
        maximum=254,
        # Not `format: email`: an invalid address gets the same response as an unknown one.
        metadata={
            "description": "The account's email address.",
            "example": "meenal@example.com",
        },
    )


class NewPasswordSchema(Schema):
    token = Text(required=True, maximum=_MAX_TOKEN)
    password = _password()


class ChangePasswordSchema(Schema):
    current_password = _password()
    new_password = _password()


class PasswordSchema(Schema):
    password = _password()


class CodeSchema(Schema):
    otp = Text(
        required=True,
        minimum=1,
        maximum=64,
        metadata={"description": "A code of the authenticator app.", "example": "123456"},
    )


class IdentityProofSchema(Schema):
    """The password or a code; one of them."""

    password = Text(minimum=1, maximum=_MAX_PASSWORD, strip=False, metadata={"format": "password"})
    otp = Text(
        minimum=1,
        maximum=64,
        metadata={"description": "A code of the authenticator app, or a recovery code."},
    )


class SessionSchema(Schema):
    id = Identifier(required=True)
    opened_at = UtcTime(required=True)
    last_used_at = UtcTime(
        required=True, metadata={"description": "The last sign-in or token refresh."}
    )
    user_agent = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "The `User-Agent` of the client that signed in."},
    )
    is_current = StrictBoolean(
        required=True, metadata={"description": "Whether it is the session of this request."}
    )


class MfaStatusSchema(Schema):
    is_enabled = StrictBoolean(required=True)
    recovery_codes = fields.Integer(
        required=True,
        validate=validate.Range(min=0),
        metadata={"description": "The number of unused recovery codes."},
    )


class MfaSetupSchema(Schema):
    secret = fields.String(required=True, metadata={"description": "In Base32."})
    uri = fields.String(
        required=True, metadata={"description": "The `otpauth://` URI for authenticator apps."}
    )
    qr_code = fields.String(
        required=True,
        metadata={"description": "The QR code of the URI: an SVG image in a `data:` URL."},
    )


class RecoveryCodesSchema(Schema):
    recovery_codes = fields.List(fields.String(), required=True)


class StatusSchema(Schema):
    status = fields.String(required=True, metadata={"example": "OK"})


class DetailSchema(Schema):
    detail = fields.String(required=True)

"""Routes that verify email addresses."""

from typing import Any

from flask import Response

from novacart.adapters.web.accounts.schemas import StatusSchema, TokenSchema
from novacart.adapters.web.http.auth import login_required, principal, public
from novacart.adapters.web.http.blueprint import Blueprint
from novacart.adapters.web.http.rate_limits import limited
from novacart.adapters.web.http.responses import json_response
from novacart.application.accounts.verify_email import (
    RequestEmailVerification,
    RequestEmailVerificationCommand,
    VerifyEmail,
    VerifyEmailCommand,
)


def email_blueprint(
    *, verify_email: VerifyEmail, request_verification: RequestEmailVerification
) -> Blueprint:
    """`/api/email/verify/`."""
    blueprint = Blueprint(
        "email",
        __name__,
        url_prefix="/api/email/verify",
        description="Verification of email addresses.",
    )

    @blueprint.route("/", methods=["POST"])
    @public
    @limited("reset_token")
    @blueprint.arguments(TokenSchema)
    @blueprint.response(200, StatusSchema)
    @blueprint.raises("link_not_valid", "concurrent_change")
    def verify(body: dict[str, Any]) -> Response:
        """Verify the email address that a link was sent to, with the token of the link."""
        verify_email(VerifyEmailCommand(token=body["token"]))
        return json_response({"status": "OK"})

    @blueprint.route("/resend/", methods=["POST"])
    @login_required
    @blueprint.response(200, StatusSchema)
    def resend() -> Response:
        """Request another link, at most five an hour, unless the address is verified."""
        request_verification(RequestEmailVerificationCommand(user_id=principal().user_id))
        return json_response({"status": "OK"})

    return blueprint

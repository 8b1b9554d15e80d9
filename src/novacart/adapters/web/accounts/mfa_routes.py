"""Routes of two-factor authentication."""

from typing import Any, Final

from flask import Response

from novacart.adapters.web.accounts.schemas import (
    CodeSchema,
    DetailSchema,
    MfaSetupSchema,
    MfaStatusSchema,
    PasswordSchema,
    RecoveryCodesSchema,
)
from novacart.adapters.web.http.auth import current_session, login_required, principal
from novacart.adapters.web.http.blueprint import Blueprint
from novacart.adapters.web.http.errors import invalid
from novacart.adapters.web.http.responses import json_response
from novacart.application.accounts.queries import AccountQueries
from novacart.application.accounts.set_up_mfa import (
    ConfirmMfaSetup,
    ConfirmMfaSetupCommand,
    DisableMfa,
    DisableMfaCommand,
    ReplaceRecoveryCodes,
    ReplaceRecoveryCodesCommand,
    StartMfaSetup,
    StartMfaSetupCommand,
)
from novacart.domain.accounts.errors import InvalidCredentials, InvalidMfaCode

_NO_STORE: Final = {"Cache-Control": "no-store"}


def mfa_blueprint(
    *,
    queries: AccountQueries,
    start_setup: StartMfaSetup,
    confirm_setup: ConfirmMfaSetup,
    replace_codes: ReplaceRecoveryCodes,
    disable_mfa: DisableMfa,
) -> Blueprint:
    """`/api/mfa/`."""
    blueprint = Blueprint(
        "mfa", __name__, url_prefix="/api/mfa", description="Two-factor authentication."
    )

    @blueprint.route("/")
    @login_required
    @blueprint.response(200, MfaStatusSchema)
    def status() -> Response:
        """Get whether two-factor authentication is enabled."""
        mfa = queries.mfa_status(principal().user_id)
        return json_response({"is_enabled": mfa.is_enabled, "recovery_codes": mfa.recovery_codes})

    @blueprint.route("/setup/", methods=["POST"])
    @login_required
    @blueprint.response(200, MfaSetupSchema)
    @blueprint.raises("reauthentication_required", "mfa_already_enabled", "concurrent_change")
    def start() -> Response:
        """Create a secret for an authenticator app.

        It takes effect once `mfa/confirm/` has received a code of the app. Needs a sign-in or
        `reauthenticate/` within the last 15 minutes.
        """
        user = principal()
        setup = start_setup(StartMfaSetupCommand(actor=user.actor, email=user.email))
        body = {"secret": setup.secret, "uri": setup.uri, "qr_code": setup.qr_code}
        return json_response(body, headers=_NO_STORE)

    @blueprint.route("/confirm/", methods=["POST"])
    @login_required
    @blueprint.arguments(CodeSchema)
    @blueprint.response(200, RecoveryCodesSchema)
    @blueprint.raises(
        "invalid_value",
        "mfa_not_enabled",
        "mfa_already_enabled",
        "concurrent_change",
        "too_many_requests",
    )
    def confirm(body: dict[str, Any]) -> Response:
        """Enable two-factor authentication with the first code, and end your other sessions.

        The recovery codes are shown this once.
        """
        command = ConfirmMfaSetupCommand(
            actor=principal().actor, session=current_session(), code=body["otp"]
        )
        try:
            codes = confirm_setup(command)
        except InvalidMfaCode as error:
            raise invalid({"otp": [error.message]}) from error
        return json_response({"recovery_codes": list(codes)}, headers=_NO_STORE)

    @blueprint.route("/recovery-codes/", methods=["POST"])
    @login_required
    @blueprint.response(200, RecoveryCodesSchema)
    @blueprint.raises("reauthentication_required", "mfa_not_enabled", "concurrent_change")
    def recovery_codes() -> Response:
        """Replace the recovery codes.

        Needs a sign-in or `reauthenticate/` within the last 15 minutes.
        """
        codes = replace_codes(ReplaceRecoveryCodesCommand(actor=principal().actor))
        return json_response({"recovery_codes": list(codes)}, headers=_NO_STORE)

    @blueprint.route("/disable/", methods=["POST"])
    @login_required
    @blueprint.arguments(PasswordSchema)
    @blueprint.response(200, DetailSchema)
    @blueprint.raises(
        "invalid_value", "weak_password", "mfa_not_enabled", "mfa_mandatory", "too_many_requests"
    )
    def disable(body: dict[str, Any]) -> Response:
        """Disable two-factor authentication."""
        user = principal()
        command = DisableMfaCommand(actor=user.actor, email=user.email, password=body["password"])
        try:
            disable_mfa(command)
        except InvalidCredentials as error:
            raise invalid({"password": ["Your password is wrong."]}) from error
        return json_response({"detail": "Two-factor authentication is disabled."})

    return blueprint

"""Accounts over HTTP: registration, one's own profile, a forgotten password."""

from typing import Any

from flask import Response

from novacart.adapters.web.accounts.schemas import (
    DashboardSchema,
    DetailSchema,
    IdentitySchema,
    NewPasswordSchema,
    ProfileSchema,
    RegistrationSchema,
    ResetRequestSchema,
    StatusSchema,
    TokenSchema,
)
from novacart.adapters.web.http.auth import login_required, principal, public
from novacart.adapters.web.http.blueprint import Blueprint
from novacart.adapters.web.http.rate_limits import limited
from novacart.adapters.web.http.responses import json_response
from novacart.application.accounts.confirm_password_reset import (
    CheckResetToken,
    ConfirmPasswordReset,
    ConfirmPasswordResetCommand,
)
from novacart.application.accounts.register_user import RegisterUser, RegisterUserCommand
from novacart.application.accounts.request_password_reset import (
    RequestPasswordReset,
    RequestPasswordResetCommand,
)
from novacart.application.accounts.update_profile import UpdateProfile, UpdateProfileCommand


def accounts_blueprint(*, register: RegisterUser, update_profile: UpdateProfile) -> Blueprint:
    """`/api/register/` and what a user may see and change of the own account."""
    blueprint = Blueprint(
        "accounts", __name__, url_prefix="/api", description="Registration and one's own account."
    )

    @blueprint.route("/register/", methods=["POST"])
    @public
    @limited("register")
    @blueprint.arguments(RegistrationSchema)
    @blueprint.response(201, IdentitySchema)
    @blueprint.raises("invalid_value", "username_taken", "email_taken")
    def open_account(registration: dict[str, Any]) -> Response:
        """Open an account."""
        user = register(
            RegisterUserCommand(
                username=registration["username"],
                email=registration["email"],
                password=registration["password"],
            )
        )
        return json_response({"username": user.username, "email": user.email}, 201)

    @blueprint.route("/whoami/")
    @login_required
    @blueprint.response(200, IdentitySchema)
    def whoami() -> Response:
        """Who you are."""
        user = principal()
        return json_response({"username": user.username, "email": user.email})

    @blueprint.route("/my/dashboard/")
    @login_required
    @blueprint.response(200, DashboardSchema)
    def dashboard() -> Response:
        """Your account."""
        user = principal()
        return json_response(
            {
                "id": user.user_id,
                "username": user.username,
                "email": user.email,
                "first_name": user.first_name,
                "last_name": user.last_name,
                "is_staff": user.is_staff,
            }
        )

    @blueprint.route("/profile/update/", methods=["PATCH"])
    @login_required
    @blueprint.arguments(ProfileSchema)
    @blueprint.response(200, DashboardSchema)
    @blueprint.raises("invalid_value", "username_taken", "concurrent_change")
    def change(profile: dict[str, Any]) -> Response:
        """Change your names."""
        user = update_profile(UpdateProfileCommand(user_id=principal().user_id, **profile))
        return json_response(
            {
                "id": user.id,
                "username": user.username,
                "email": user.email,
                "first_name": user.first_name,
                "last_name": user.last_name,
                "is_staff": user.is_staff,
            }
        )

    return blueprint


def password_reset_blueprint(
    *,
    request_reset: RequestPasswordReset,
    check_token: CheckResetToken,
    confirm_reset: ConfirmPasswordReset,
) -> Blueprint:
    """`/api/password-reset/`: for whoever forgot the password."""
    blueprint = Blueprint(
        "password_reset",
        __name__,
        url_prefix="/api/password-reset",
        description="A new password for whoever forgot the old one.",
    )

    @blueprint.route("/", methods=["POST"])
    @public
    @limited("password_reset")
    @blueprint.arguments(ResetRequestSchema)
    @blueprint.response(200, StatusSchema)
    def ask(body: dict[str, Any]) -> Response:
        """Ask for a link; the answer is the same whether or not the address is known."""
        request_reset(RequestPasswordResetCommand(email=body["email"]))
        return json_response({"status": "OK"})

    @blueprint.route("/validate_token/", methods=["POST"])
    @public
    @limited("reset_token")
    @blueprint.arguments(TokenSchema)
    @blueprint.response(200, StatusSchema)
    @blueprint.raises("reset_token_not_found")
    def validate(body: dict[str, Any]) -> Response:
        """Ask whether a link is still good."""
        check_token(body["token"])
        return json_response({"status": "OK"})

    @blueprint.route("/confirm/", methods=["POST"])
    @public
    @limited("reset_token")
    @blueprint.arguments(NewPasswordSchema)
    @blueprint.response(200, DetailSchema)
    @blueprint.raises("reset_token_not_valid", "weak_password", "concurrent_change")
    def confirm(body: dict[str, Any]) -> Response:
        """Choose a new password; everybody who is signed in with the old one is out."""
        confirm_reset(ConfirmPasswordResetCommand(token=body["token"], password=body["password"]))
        return json_response({"detail": "Your password has been changed. Sign in with it now."})

    return blueprint

"""Routes of registration, the profile and password resets."""

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
from novacart.adapters.web.http.auth import Principal, login_required, principal, public
from novacart.adapters.web.http.blueprint import Blueprint
from novacart.adapters.web.http.rate_limits import count_attempt, limited
from novacart.adapters.web.http.responses import json_response
from novacart.application.accounts.confirm_password_reset import (
    CheckResetToken,
    CheckResetTokenCommand,
    ConfirmPasswordReset,
    ConfirmPasswordResetCommand,
)
from novacart.application.accounts.queries import Profile
from novacart.application.accounts.register_user import RegisterUser, RegisterUserCommand
from novacart.application.accounts.request_password_reset import (
    RequestPasswordReset,
    RequestPasswordResetCommand,
)
from novacart.application.accounts.update_profile import UpdateProfile, UpdateProfileCommand
from novacart.domain.shared.ids import UserId


def accounts_blueprint(*, register: RegisterUser, update_profile: UpdateProfile) -> Blueprint:
    """`/api/register/` and the routes of the signed-in user's profile."""
    blueprint = Blueprint(
        "accounts", __name__, url_prefix="/api", description="Registration and your own account."
    )

    @blueprint.route("/register/", methods=["POST"])
    @public
    @limited("register")
    @blueprint.arguments(RegistrationSchema)
    @blueprint.response(201, IdentitySchema)
    @blueprint.raises("invalid_value", "username_taken", "username_too_similar", "email_taken")
    def open_account(registration: dict[str, Any]) -> Response:
        """Create an account."""
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
        """Get your username and email address."""
        user = principal()
        return json_response({"username": user.username, "email": user.email})

    @blueprint.route("/my/dashboard/")
    @login_required
    @blueprint.response(200, DashboardSchema)
    def dashboard() -> Response:
        """Get your account."""
        return _dashboard_response(principal().user_id, principal())

    @blueprint.route("/profile/update/", methods=["PATCH"])
    @login_required
    @blueprint.arguments(ProfileSchema)
    @blueprint.response(200, DashboardSchema)
    @blueprint.raises(
        "invalid_value",
        "username_taken",
        "username_too_similar",
        "concurrent_change",
        "too_many_requests",
    )
    def change(profile: dict[str, Any]) -> Response:
        """Change your username or names."""
        if profile.get("username", principal().username) != principal().username:
            count_attempt("change_username", subject=str(principal().user_id))
        user = update_profile(UpdateProfileCommand(user_id=principal().user_id, **profile))
        return _dashboard_response(user.id, user)

    return blueprint


def password_reset_blueprint(
    *,
    request_reset: RequestPasswordReset,
    check_token: CheckResetToken,
    confirm_reset: ConfirmPasswordReset,
) -> Blueprint:
    """`/api/password-reset/`."""
    blueprint = Blueprint(
        "password_reset",
        __name__,
        url_prefix="/api/password-reset",
        description="Password reset by email.",
    )

    @blueprint.route("/", methods=["POST"])
    @public
    @limited("password_reset", subject_field="email")
    @blueprint.arguments(ResetRequestSchema)
    @blueprint.response(200, StatusSchema)
    def ask(body: dict[str, Any]) -> Response:
        """Request a reset link. The response is the same for known and unknown addresses."""
        request_reset(RequestPasswordResetCommand(email=body["email"]))
        return json_response({"status": "OK"})

    @blueprint.route("/validate_token/", methods=["POST"])
    @public
    @limited("reset_token")
    @blueprint.arguments(TokenSchema)
    @blueprint.response(200, StatusSchema)
    @blueprint.raises("reset_token_not_found")
    def validate(body: dict[str, Any]) -> Response:
        """Check whether a reset token is valid."""
        check_token(CheckResetTokenCommand(token=body["token"]))
        return json_response({"status": "OK"})

    @blueprint.route("/confirm/", methods=["POST"])
    @public
    @limited("reset_token")
    @blueprint.arguments(NewPasswordSchema)
    @blueprint.response(200, DetailSchema)
    @blueprint.raises("reset_token_not_valid", "weak_password", "concurrent_change")
    def confirm(body: dict[str, Any]) -> Response:
        """Set a new password and end all sessions of the account."""
        confirm_reset(ConfirmPasswordResetCommand(token=body["token"], password=body["password"]))
        return json_response({"detail": "Your password has been changed. You can sign in with it."})

    return blueprint


def _dashboard_response(user_id: UserId, user: Principal | Profile) -> Response:
    return json_response(
        {
            "id": user_id,
            "username": user.username,
            "email": user.email,
            "first_name": user.first_name,
            "last_name": user.last_name,
            "is_staff": user.is_staff,
            "email_verified": user.email_verified,
        }
    )

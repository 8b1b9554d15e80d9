"""Routes that end sessions and change the password of the signed-in user."""

from typing import Any

from flask import Response

from novacart.adapters.web.accounts.schemas import (
    ChangePasswordSchema,
    DetailSchema,
    TokenPairSchema,
)
from novacart.adapters.web.accounts.session_cookie import SESSION_HEADER_DOC, SessionCookie
from novacart.adapters.web.http.auth import login_required, principal
from novacart.adapters.web.http.blueprint import Blueprint
from novacart.adapters.web.http.errors import invalid
from novacart.adapters.web.http.responses import json_response
from novacart.application.accounts.change_password import ChangePassword, ChangePasswordCommand
from novacart.application.accounts.end_sessions import EndSessions, EndSessionsCommand
from novacart.domain.accounts.errors import InvalidCredentials, InvalidToken, WeakPassword


def sessions_blueprint(
    *, end_sessions: EndSessions, change_password: ChangePassword, cookie: SessionCookie
) -> Blueprint:
    """`/api/sessions/revoke/` and `/api/password/change/`."""
    blueprint = Blueprint(
        "sessions", __name__, url_prefix="/api", description="Your sessions and your password."
    )

    @blueprint.route("/sessions/revoke/", methods=["POST"])
    @login_required
    @blueprint.response(200, DetailSchema)
    def revoke() -> Response:
        """Sign out everywhere. Every access and refresh token of yours becomes invalid."""
        end_sessions(EndSessionsCommand(user_id=principal().user_id))
        return json_response({"detail": "You are signed out everywhere."})

    @blueprint.route("/password/change/", methods=["POST"])
    @login_required
    @blueprint.arguments(ChangePasswordSchema)
    @blueprint.response(200, TokenPairSchema)
    @blueprint.raises("invalid_value", "weak_password", "origin_not_allowed", "too_many_requests")
    @blueprint.doc(**SESSION_HEADER_DOC)
    def change(body: dict[str, Any]) -> Response:
        """Change your password and end your other sessions.

        The tokens of the response replace your current ones.
        """
        cookie.is_requested()  # Refuse another site before the change.
        user = principal()
        try:
            pair = change_password(
                ChangePasswordCommand(
                    user_id=user.user_id,
                    username=user.username,
                    email=user.email,
                    current=body["current_password"],
                    new=body["new_password"],
                    start_session=True,
                )
            )
        except InvalidCredentials as error:
            message = "Your current password is wrong."
            raise invalid({"current_password": [message]}) from error
        except WeakPassword as error:
            raise WeakPassword(error.errors["password"], field="new_password") from error
        if pair is None:
            raise InvalidToken
        return cookie.response(pair)

    return blueprint

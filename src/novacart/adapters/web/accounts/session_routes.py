"""Routes of the sessions and the password of the signed-in user."""

from typing import Any

from flask import Response

from novacart.adapters.web.accounts.schemas import (
    ChangePasswordSchema,
    DetailSchema,
    IdentityProofSchema,
    SessionSchema,
    TokenPairSchema,
)
from novacart.adapters.web.accounts.session_cookie import SESSION_HEADER_DOC, SessionCookie
from novacart.adapters.web.http.auth import current_session, login_required, principal
from novacart.adapters.web.http.blueprint import Blueprint
from novacart.adapters.web.http.errors import invalid
from novacart.adapters.web.http.fields import rfc3339
from novacart.adapters.web.http.responses import json_response
from novacart.application.accounts.change_password import ChangePassword, ChangePasswordCommand
from novacart.application.accounts.end_sessions import (
    EndSession,
    EndSessionCommand,
    EndSessions,
    EndSessionsCommand,
)
from novacart.application.accounts.queries import AccountQueries
from novacart.application.accounts.reauthenticate import Reauthenticate, ReauthenticateCommand
from novacart.application.ports.clock import Clock
from novacart.domain.accounts.errors import (
    InvalidCredentials,
    InvalidMfaCode,
    InvalidToken,
    WeakPassword,
)


def session_list_blueprint(
    *, queries: AccountQueries, clock: Clock, end_session: EndSession, end_sessions: EndSessions
) -> Blueprint:
    """Routes that list sessions and end one or all others."""
    blueprint = Blueprint(
        "session_list", __name__, url_prefix="/api", description="The list of your sessions."
    )

    @blueprint.route("/sessions/")
    @login_required
    @blueprint.response(200, SessionSchema(many=True))
    def sessions() -> Response:
        """List your sessions, the last used first."""
        rows = queries.list_sessions(principal().user_id, at=clock.now())
        return json_response(
            [
                {
                    "id": row.id,
                    "opened_at": rfc3339(row.opened_at),
                    "last_used_at": rfc3339(row.last_used_at),
                    "user_agent": row.user_agent,
                    "is_current": row.id == current_session(),
                }
                for row in rows
            ]
        )

    @blueprint.route("/sessions/<int:session_id>/", methods=["DELETE"])
    @login_required
    @blueprint.response(204)
    @blueprint.raises("session_not_found", "concurrent_change")
    def end(session_id: int) -> Response:
        """End one session. Its access and refresh tokens become invalid."""
        end_session(EndSessionCommand(user_id=principal().user_id, session=session_id))
        return Response(status=204)

    @blueprint.route("/sessions/revoke-others/", methods=["POST"])
    @login_required
    @blueprint.response(200, DetailSchema)
    def revoke_others() -> Response:
        """End every other session of yours."""
        end_sessions(EndSessionsCommand(user_id=principal().user_id, keep=current_session()))
        return json_response({"detail": "Your other sessions have ended."})

    return blueprint


def sessions_blueprint(
    *,
    end_sessions: EndSessions,
    reauthenticate: Reauthenticate,
    change_password: ChangePassword,
    cookie: SessionCookie,
) -> Blueprint:
    """`/api/sessions/revoke/`, `/api/reauthenticate/` and `/api/password/change/`."""
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

    @blueprint.route("/reauthenticate/", methods=["POST"])
    @login_required
    @blueprint.arguments(IdentityProofSchema)
    @blueprint.response(200, DetailSchema)
    @blueprint.raises("invalid_value", "token_not_valid", "too_many_requests")
    def confirm_identity(body: dict[str, Any]) -> Response:
        """Confirm your identity, which routes with 403 `reauthentication_required` ask for."""
        if ("password" in body) == ("otp" in body):
            raise invalid({"password": ["Send either a password or a code."]})
        user = principal()
        command = ReauthenticateCommand(
            user_id=user.user_id,
            session=current_session(),
            email=user.email,
            password=body.get("password", ""),
            code=body.get("otp", ""),
        )
        try:
            reauthenticate(command)
        except InvalidCredentials as error:
            raise invalid({"password": ["Your password is wrong."]}) from error
        except InvalidMfaCode as error:
            raise invalid({"otp": [error.message]}) from error
        return json_response({"detail": "Your identity is confirmed for 15 minutes."})

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

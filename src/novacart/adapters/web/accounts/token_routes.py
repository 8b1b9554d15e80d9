"""Routes of sign-in, token refresh and sign-out."""

from typing import Any

from flask import Response

from novacart.adapters.web.accounts.schemas import (
    CredentialSchema,
    NothingSchema,
    RefreshSchema,
    TokenPairSchema,
    TokenSchema,
)
from novacart.adapters.web.accounts.session_cookie import SESSION_HEADER_DOC, SessionCookie
from novacart.adapters.web.http.auth import public
from novacart.adapters.web.http.blueprint import Blueprint
from novacart.adapters.web.http.rate_limits import limited
from novacart.adapters.web.http.responses import json_response
from novacart.application.accounts.authenticate_user import VerifyToken, VerifyTokenCommand
from novacart.application.accounts.refresh_session import RefreshSession, RefreshSessionCommand
from novacart.application.accounts.sign_in import SignIn, SignInCommand
from novacart.application.accounts.sign_out import SignOut, SignOutCommand
from novacart.domain.accounts.errors import InvalidToken


def tokens_blueprint(
    *,
    sign_in: SignIn,
    refresh_session: RefreshSession,
    verify_token: VerifyToken,
    sign_out: SignOut,
    cookie: SessionCookie,
) -> Blueprint:
    """`/api/token/`."""
    blueprint = Blueprint(
        "tokens", __name__, url_prefix="/api/token", description="Sign-in, tokens and sign-out."
    )

    @blueprint.route("/", methods=["POST"])
    @public
    @blueprint.arguments(CredentialSchema)
    @blueprint.response(200, TokenPairSchema)
    @blueprint.raises(
        "wrong_credentials",
        "mfa_required",
        "mfa_code_not_valid",
        "mfa_setup_required",
        "origin_not_allowed",
        "too_many_requests",
    )
    @blueprint.doc(**SESSION_HEADER_DOC)
    def obtain(body: dict[str, Any]) -> Response:
        """Sign in with a username or email address.

        With two-factor authentication, `otp` is a code of the authenticator app.
        """
        pair = sign_in(
            SignInCommand(
                login=body["username"],
                password=body["password"],
                otp=body.get("otp"),
                refresh=cookie.known_token(body),
            )
        )
        return cookie.response(pair)

    @blueprint.route("/refresh/", methods=["POST"])
    @public
    @limited("refresh")
    @blueprint.arguments(RefreshSchema)
    @blueprint.response(200, TokenPairSchema)
    @blueprint.raises("token_not_valid", "origin_not_allowed")
    @blueprint.doc(**SESSION_HEADER_DOC)
    def refresh(body: dict[str, Any]) -> Response:
        """Exchange a refresh token for a new pair of tokens."""
        pair = refresh_session(RefreshSessionCommand(refresh=cookie.token(body)))
        return cookie.response(pair)

    @blueprint.route("/verify/", methods=["POST"])
    @public
    @blueprint.arguments(TokenSchema)
    @blueprint.response(200, NothingSchema)
    @blueprint.raises("token_not_valid")
    def verify(body: dict[str, Any]) -> Response:
        """Check whether a token is valid."""
        verify_token(VerifyTokenCommand(token=body["token"]))
        return json_response({})

    @blueprint.route("/blacklist/", methods=["POST"])
    @public
    @blueprint.arguments(RefreshSchema)
    @blueprint.response(200, NothingSchema)
    @blueprint.raises("token_not_valid", "origin_not_allowed")
    @blueprint.doc(**SESSION_HEADER_DOC)
    def blacklist(body: dict[str, Any]) -> Response:
        """Sign out.

        With `X-Session: cookie`, a session that has ended already is no error.
        """
        response = json_response({})
        cookie.delete(response)
        try:
            sign_out(SignOutCommand(refresh=cookie.token(body)))
        except InvalidToken:
            if not cookie.is_requested():
                raise
        return response

    return blueprint

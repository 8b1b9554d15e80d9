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
from novacart.adapters.web.http.auth import public
from novacart.adapters.web.http.blueprint import Blueprint
from novacart.adapters.web.http.rate_limits import limited
from novacart.adapters.web.http.responses import json_response
from novacart.application.accounts.authenticate_user import VerifyToken, VerifyTokenCommand
from novacart.application.accounts.refresh_session import RefreshSession, RefreshSessionCommand
from novacart.application.accounts.sign_in import SignIn, SignInCommand
from novacart.application.accounts.sign_out import SignOut, SignOutCommand
from novacart.application.ports.tokens import TokenPair


def tokens_blueprint(
    *,
    sign_in: SignIn,
    refresh_session: RefreshSession,
    verify_token: VerifyToken,
    sign_out: SignOut,
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
        "too_many_requests",
    )
    def obtain(body: dict[str, Any]) -> Response:
        """Sign in with a username or email address.

        Staff with two-factor authentication send a code of their authenticator app as `otp`.
        """
        pair = sign_in(
            SignInCommand(
                login=body["username"],
                password=body["password"],
                otp=body.get("otp"),
                refresh=body.get("refresh"),
            )
        )
        return token_response(pair)

    @blueprint.route("/refresh/", methods=["POST"])
    @public
    @limited("refresh")
    @blueprint.arguments(RefreshSchema)
    @blueprint.response(200, TokenPairSchema)
    @blueprint.raises("token_not_valid")
    def refresh(body: dict[str, Any]) -> Response:
        """Exchange a refresh token for a new pair of tokens."""
        pair = refresh_session(RefreshSessionCommand(refresh=body["refresh"]))
        return token_response(pair)

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
    @blueprint.raises("token_not_valid")
    def blacklist(body: dict[str, Any]) -> Response:
        """Sign out."""
        sign_out(SignOutCommand(refresh=body["refresh"]))
        return json_response({})

    return blueprint


def token_response(pair: TokenPair) -> Response:
    """The tokens, which no cache may store."""
    return json_response(
        {"access": pair.access, "refresh": pair.refresh},
        # RFC 6749, section 5.1.
        headers={"Cache-Control": "no-store"},
    )

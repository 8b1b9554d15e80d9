"""Sessions over HTTP: sign-in, refresh, verification, sign-out."""

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
from novacart.application.accounts.authenticate_user import VerifyToken
from novacart.application.accounts.refresh_session import RefreshSession, RefreshSessionCommand
from novacart.application.accounts.sign_in import SignIn, SignInCommand
from novacart.application.accounts.sign_out import SignOut, SignOutCommand


def tokens_blueprint(
    *,
    sign_in: SignIn,
    refresh_session: RefreshSession,
    verify_token: VerifyToken,
    sign_out: SignOut,
) -> Blueprint:
    """`/api/token/`: the tokens that a client carries."""
    blueprint = Blueprint(
        "tokens", __name__, url_prefix="/api/token", description="Sign-in and its tokens."
    )

    @blueprint.route("/", methods=["POST"])
    @public
    @limited("sign_in")
    @blueprint.arguments(CredentialSchema)
    @blueprint.response(200, TokenPairSchema)
    @blueprint.raises("wrong_credentials")
    def obtain(body: dict[str, Any]) -> Response:
        """Sign in by username or e-mail address."""
        pair = sign_in(SignInCommand(login=body["username"], password=body["password"]))
        return _secret({"access": pair.access, "refresh": pair.refresh})

    @blueprint.route("/refresh/", methods=["POST"])
    @public
    @limited("refresh")
    @blueprint.arguments(RefreshSchema)
    @blueprint.response(200, TokenPairSchema)
    @blueprint.raises("token_not_valid")
    def refresh(body: dict[str, Any]) -> Response:
        """Exchange a refresh token for a new pair."""
        pair = refresh_session(RefreshSessionCommand(refresh=body["refresh"]))
        return _secret({"access": pair.access, "refresh": pair.refresh})

    @blueprint.route("/verify/", methods=["POST"])
    @public
    @blueprint.arguments(TokenSchema)
    @blueprint.response(200, NothingSchema)
    @blueprint.raises("token_not_valid")
    def verify(body: dict[str, Any]) -> Response:
        """Ask whether a token is still good."""
        verify_token(body["token"])
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


def _secret(body: dict[str, str]) -> Response:
    # RFC 6749, 5.1: tokens are kept in no cache.
    return json_response(body, headers={"Cache-Control": "no-store"})

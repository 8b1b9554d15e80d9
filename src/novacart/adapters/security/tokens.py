"""JSON Web Tokens (RFC 7519) with Flask-JWT-Extended."""

from datetime import timedelta
from functools import lru_cache
from time import time
from typing import Any, Final, NamedTuple

import jwt
from flask import Flask
from flask_jwt_extended import (
    JWTManager,
    create_access_token,
    create_refresh_token,
)
from jwt.exceptions import PyJWTError

from novacart.application.ports.tokens import TokenClaims, TokenKind
from novacart.domain.accounts.errors import InvalidToken
from novacart.domain.accounts.guest import SESSION_LIFETIME
from novacart.domain.shared.ids import UserId

ALGORITHM: Final = "HS256"
_ISSUER: Final = "novacart"
_AUDIENCE: Final = "novacart-api"
_MAX_LENGTH: Final = 2048
# Verified tokens that a process remembers, about 1 KB each.
_REMEMBERED: Final = 4096


class _VerifiedToken(NamedTuple):
    """A token with a valid signature and claims. The times are Unix times in seconds."""

    claims: TokenClaims
    valid_from: int
    expires_at: int


class JwtTokens:
    """Tokens signed with HMAC-SHA-256; a token with another algorithm is rejected.

    Flask-JWT-Extended reads its settings from a Flask application and handles invalid tokens
    with its own responses, so it gets a separate application that serves no requests. It only
    creates tokens. PyJWT, which it is built on, reads them, since Flask-JWT-Extended decodes
    each token three times.

    A client sends the same token with each request, so a valid one is verified once and
    remembered with its claims. Its times are checked at each use. Invalid tokens are not
    remembered.
    """

    def __init__(
        self, *, secret_key: str, access_lifetime: timedelta, refresh_lifetime: timedelta
    ) -> None:
        self._key = secret_key
        self._verified = lru_cache(_REMEMBERED)(self._verify)
        self._app = Flask("novacart.tokens", static_folder=None)
        self._app.config.update(
            JWT_SECRET_KEY=secret_key,
            JWT_ALGORITHM=ALGORITHM,
            JWT_ENCODE_ISSUER=_ISSUER,
            JWT_ENCODE_AUDIENCE=_AUDIENCE,
            JWT_COOKIE_CSRF_PROTECT=False,
            JWT_ACCESS_TOKEN_EXPIRES=access_lifetime,
            JWT_REFRESH_TOKEN_EXPIRES=refresh_lifetime,
        )
        JWTManager(self._app)

    def issue(self, claims: TokenClaims) -> str:
        create = create_refresh_token if claims.kind is TokenKind.REFRESH else create_access_token
        is_guest = claims.kind is TokenKind.GUEST
        with self._app.app_context():
            token: str = create(
                str(claims.user_id),
                additional_claims={
                    "jti": claims.token_id,
                    "family": claims.family_id,
                    "generation": claims.password_generation,
                    "type": claims.kind.value,
                },
                expires_delta=SESSION_LIFETIME if is_guest else None,
            )
        return token

    def read(self, token: str) -> TokenClaims:
        if len(token) > _MAX_LENGTH:
            raise InvalidToken
        verified = self._verified(token)
        if not verified.valid_from <= time() < verified.expires_at:
            raise InvalidToken
        return verified.claims

    def _verify(self, token: str) -> _VerifiedToken:
        try:
            payload = jwt.decode(
                token,
                self._key,
                algorithms=[ALGORITHM],
                issuer=_ISSUER,
                audience=_AUDIENCE,
                options={"require": ["exp", "iat", "nbf"]},
            )
            return _VerifiedToken(
                claims=_parse_claims(payload),
                valid_from=max(int(payload["iat"]), int(payload["nbf"])),
                expires_at=int(payload["exp"]),
            )
        # For some malformed parts PyJWT raises built-in errors.
        except (PyJWTError, ValueError, TypeError, KeyError) as error:
            raise InvalidToken from error


def _parse_claims(payload: dict[str, Any]) -> TokenClaims:
    """Raises `KeyError`, `TypeError` or `ValueError` for claims of the wrong form."""
    return TokenClaims(
        kind=TokenKind(payload["type"]),
        user_id=UserId(_positive(int(payload["sub"]))),
        family_id=_positive(payload["family"]),
        password_generation=_positive(payload["generation"]),
        token_id=_text(payload["jti"]),
    )


def _positive(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 1 << 63:
        message = "not an id"
        raise ValueError(message)
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        message = "not a token id"
        raise TypeError(message)
    return value

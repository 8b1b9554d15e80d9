"""The refresh token in a cookie, for clients that send `X-Session: cookie` (decision 36)."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any, Final

from flask import Response, request

from novacart.adapters.web.http.errors import ApiError, invalid
from novacart.adapters.web.http.responses import json_response
from novacart.application.ports.tokens import TokenPair
from novacart.domain.accounts.errors import InvalidToken

SESSION_HEADER_DOC: Final[dict[str, Any]] = {
    "parameters": [
        {
            "in": "header",
            "name": "X-Session",
            "required": False,
            "description": "`cookie`: the refresh token travels in an HttpOnly cookie instead of"
            " the body. The request must come from a page of this shop.",
            "schema": {"type": "string"},
        }
    ]
}
_NAME: Final = "novacart_session"
_PATH: Final = "/api/token/"


class SessionCookie:
    """Reads and writes the cookie. The script of a page can't read it.

    Another site can't use it: `SameSite=Strict` keeps the browser from sending the cookie, the
    header `X-Session` makes it ask for permission first, which CORS refuses, and `Origin` must
    be this site or one of `origins`.
    """

    def __init__(
        self, *, lifetime: timedelta, secure: bool, origins: Collection[str] = frozenset()
    ) -> None:
        self._lifetime = lifetime
        self._secure = secure
        self._origins = frozenset(origins)
        self._name = f"__Secure-{_NAME}" if secure else _NAME

    def is_requested(self) -> bool:
        """Whether the client keeps its refresh token in the cookie. Raises 403 for another site."""
        if request.headers.get("X-Session", "").strip().lower() != "cookie":
            return False
        origin = request.headers.get("Origin", "")
        if origin not in {*self._origins, request.host_url.rstrip("/")}:
            raise ApiError(
                "origin_not_allowed", "Sessions in a cookie are for the pages of this shop."
            )
        return True

    def known_token(self, body: dict[str, Any]) -> str | None:
        """Return the refresh token of the cookie or of the body; None if there is none."""
        if self.is_requested():
            return request.cookies.get(self._name)
        token: str | None = body.get("refresh")
        return token

    def token(self, body: dict[str, Any]) -> str:
        """Return the refresh token. Raises `InvalidToken` or 400 if there is none."""
        token = self.known_token(body)
        if token is None:
            if self.is_requested():
                raise InvalidToken
            raise invalid({"refresh": ["Missing data for required field."]})
        return token

    def response(self, pair: TokenPair) -> Response:
        """The tokens, which no cache may store; the refresh token in the cookie if requested."""
        in_cookie = self.is_requested()
        body = {"access": pair.access}
        if not in_cookie:
            body["refresh"] = pair.refresh
        # RFC 6749, section 5.1.
        response = json_response(body, headers={"Cache-Control": "no-store"})
        if in_cookie:
            self._set(response, pair.refresh, self._lifetime)
        return response

    def delete(self, response: Response) -> None:
        """Delete the cookie if the client has one."""
        if self.is_requested():
            self._set(response, "", timedelta())

    def _set(self, response: Response, value: str, lifetime: timedelta) -> None:
        response.set_cookie(
            self._name,
            value,
            max_age=lifetime,
            path=_PATH,
            secure=self._secure,
            httponly=True,
            samesite="Strict",
        )

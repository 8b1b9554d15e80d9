"""Authentication of API requests, and the access that each route declares."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any, ParamSpec, Protocol, TypeVar, cast

from flask import current_app, g, request

from novacart.adapters.web.http.errors import ApiError
from novacart.application.accounts.authenticate_shopper import (
    AuthenticateShopper,
    AuthenticateShopperCommand,
    Shopper,
)
from novacart.application.authorization.actor import Actor
from novacart.domain.accounts.errors import AccountRequired, InvalidToken
from novacart.domain.accounts.role import Role
from novacart.domain.shared.ids import UserId

P = ParamSpec("P")
R = TypeVar("R")

EXTENSION = "novacart.authenticate"


class NotAuthenticated(ApiError):
    """The access token is missing, malformed, expired or revoked (RFC 6750, section 3)."""

    def __init__(self, detail: str = "Sign in to do this.") -> None:
        super().__init__("not_authenticated", detail, headers={"WWW-Authenticate": "Bearer"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """The signed-in user or guest, read from its record for this request.

    A guest has no names, no email address and no session; `session` is the token family.
    """

    user_id: UserId
    username: str = ""
    email: str = ""
    is_staff: bool = False
    is_guest: bool = False
    role: Role = Role.CUSTOMER
    first_name: str = ""
    last_name: str = ""
    email_verified: bool = False
    authenticated_at: datetime | None = None
    session: int | None = None

    @property
    def actor(self) -> Actor:
        return Actor(user_id=self.user_id, role=self.role, authenticated_at=self.authenticated_at)


class Authenticate(Protocol):
    def __call__(self, authorization: str | None, *, allow_guests: bool) -> Principal:
        """Return the user or guest of an `Authorization` header.

        Raises `NotAuthenticated`, and `AccountRequired` for a guest unless guests are allowed.
        """
        ...


class BearerAuthenticate:
    """Authenticate `Authorization: Bearer <access token>` (RFC 6750)."""

    def __init__(self, authenticate_shopper: AuthenticateShopper) -> None:
        self._authenticate_shopper = authenticate_shopper

    def __call__(self, authorization: str | None, *, allow_guests: bool) -> Principal:
        scheme, _, token = (authorization or "").strip().partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise NotAuthenticated
        try:
            shopper = self._authenticate_shopper(AuthenticateShopperCommand(access=token.strip()))
        except InvalidToken as error:
            raise NotAuthenticated("Your session has ended. Sign in again.") from error
        if shopper.is_guest and not allow_guests:
            raise AccountRequired
        return _principal(shopper)


def _principal(shopper: Shopper) -> Principal:
    user = shopper.profile
    if user is None:
        return Principal(user_id=shopper.user_id, is_guest=True)
    return Principal(
        user_id=user.id,
        username=user.username,
        email=user.email,
        is_staff=user.is_staff,
        role=user.role,
        first_name=user.first_name,
        last_name=user.last_name,
        email_verified=user.email_verified,
        authenticated_at=user.authenticated_at,
        session=shopper.session,
    )


def principal() -> Principal:
    """Return the user or guest of this request, on a route that requires one."""
    return cast("Principal", g.principal)


def current_session() -> int:
    """Return the token family of this request's user, on a route that requires one."""
    return cast("int", principal().session)


def public(route: Callable[P, R]) -> Callable[P, R]:
    """Mark a route as open to anyone. The `Authorization` header is ignored.

    The application does not start while a route declares no access.
    """
    cast("Any", route).access = "anyone"
    return route


def login_required(route: Callable[P, R]) -> Callable[P, R]:
    """Require a signed-in user, else 401, and 403 for a guest."""
    return _guard(route, "user")


def shopper_required(route: Callable[P, R]) -> Callable[P, R]:
    """Require a signed-in user or a guest, else 401."""
    return _guard(route, "shopper")


def staff_only(permission: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Require staff with this permission, else 401 or 403."""

    def decorator(route: Callable[P, R]) -> Callable[P, R]:
        return _guard(route, "staff", permission)

    return decorator


def may(permission: str) -> bool:
    """Whether the signed-in user has this permission, limited or not."""
    return principal().actor.may(permission)


def _guard(route: Callable[P, R], access: str, permission: str | None = None) -> Callable[P, R]:
    @wraps(route)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        authenticate: Authenticate = current_app.extensions[EXTENSION]
        g.principal = authenticate(
            request.headers.get("Authorization"), allow_guests=access == "shopper"
        )
        if permission is not None:
            principal().actor.require(permission)
        return route(*args, **kwargs)

    cast("Any", guarded).access = access
    cast("Any", guarded).permission = permission
    return guarded

"""Who asks: signed-in users, and what they may do."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, ParamSpec, Protocol, TypeVar, cast

from flask import current_app, g, request

from novacart.application.accounts.authenticate_user import AuthenticateUser
from novacart.application.authorization.actor import Actor
from novacart.domain.accounts.errors import TokenNotAccepted
from novacart.domain.accounts.role import Role
from novacart.domain.shared.errors import DomainError
from novacart.domain.shared.ids import UserId

P = ParamSpec("P")
R = TypeVar("R")

EXTENSION = "novacart.authenticate"


class NotSignedIn(DomainError):
    """No access token, or one that is no longer good: 401 with `WWW-Authenticate: Bearer`."""

    code = "not_authenticated"

    def __init__(self, message: str = "Sign in to do this.") -> None:
        super().__init__(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """A signed-in user, from the user's own record as it is now."""

    user_id: UserId
    username: str
    email: str
    is_staff: bool
    role: Role = Role.CUSTOMER
    first_name: str = ""
    last_name: str = ""

    @property
    def actor(self) -> Actor:
        return Actor(user_id=self.user_id, role=self.role)


class Authenticate(Protocol):
    def __call__(self, authorization: str | None) -> Principal:
        """The user that an `Authorization` header speaks for. Raises `NotSignedIn`."""
        ...


class BearerAuthenticate:
    """`Authorization: Bearer <access>` (RFC 6750); whatever is wrong with it is one error."""

    def __init__(self, authenticate_user: AuthenticateUser) -> None:
        self._authenticate_user = authenticate_user

    def __call__(self, authorization: str | None) -> Principal:
        scheme, _, token = (authorization or "").strip().partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise NotSignedIn
        try:
            user = self._authenticate_user(token.strip())
        except TokenNotAccepted as error:
            raise NotSignedIn("Your session has ended. Sign in again.") from error
        return Principal(
            user_id=user.id,
            username=user.username,
            email=user.email,
            is_staff=user.is_staff,
            role=user.role,
            first_name=user.first_name,
            last_name=user.last_name,
        )


def principal() -> Principal:
    """The user of this request, on a route marked `signed_in` or `staff_only`."""
    return cast("Principal", g.principal)


def open_to_anyone(route: Callable[P, R]) -> Callable[P, R]:
    """Answer to anyone, whatever `Authorization` says. A route says so, or is a mistake."""
    cast("Any", route).access = "anyone"
    return route


def signed_in(route: Callable[P, R]) -> Callable[P, R]:
    """Answer only to a signed-in user."""
    return _guarded(route, "user")


def staff_only(permission: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Answer only to staff of a role that has this permission, by the one table of them."""

    def decorator(route: Callable[P, R]) -> Callable[P, R]:
        return _guarded(route, "staff", permission)

    return decorator


def may(permission: str) -> bool:
    """Whether the signed-in user's role has this permission, be it up to a limit."""
    return principal().actor.may(permission)


def _guarded(route: Callable[P, R], access: str, permission: str | None = None) -> Callable[P, R]:
    @wraps(route)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        authenticate: Authenticate = current_app.extensions[EXTENSION]
        g.principal = authenticate(request.headers.get("Authorization"))
        if permission is not None:
            principal().actor.require(permission)
        return route(*args, **kwargs)

    cast("Any", guarded).access = access
    cast("Any", guarded).permission = permission
    return guarded

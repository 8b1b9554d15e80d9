"""Rate limits of routes."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final, ParamSpec, TypeVar, cast

from flask import current_app, request
from flask.typing import ResponseReturnValue

from novacart.adapters.web.http.body import json_body
from novacart.adapters.web.http.errors import ApiError
from novacart.application.authorization.throttle import Throttle

P = ParamSpec("P")
R = TypeVar("R", bound=ResponseReturnValue)

EXTENSION: Final = "novacart.throttle"
_FIRST_ERROR: Final = 400


def limited(
    operation: str, *, login_field: str | None = None
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Limit a route by the policy of an operation: 429 with `Retry-After` above the limit.

    `login_field` is the member of the JSON body that holds the login.
    """

    def decorator(route: Callable[P, R]) -> Callable[P, R]:
        @wraps(route)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            throttle: Throttle = current_app.extensions[EXTENSION]
            address, login = request.remote_addr, _login(login_field)
            if seconds := throttle.begin(operation, address=address, login=login):
                raise ApiError(
                    "too_many_requests",
                    "Too many attempts. Wait a while before you try again.",
                    headers={"Retry-After": str(seconds)},
                )
            try:
                response = route(*args, **kwargs)
            except Exception:
                throttle.failed(operation, address=address)
                raise
            if current_app.make_response(response).status_code >= _FIRST_ERROR:
                throttle.failed(operation, address=address)
            else:
                throttle.succeeded(operation, login=login)
            return response

        cast("Any", guarded).limited = operation
        return guarded

    return decorator


def _login(field: str | None) -> str | None:
    """The login in the body, or None if it is missing or invalid."""
    body = json_body() if field is not None else None
    login = body.get(field) if isinstance(body, dict) else None
    return login if isinstance(login, str) and login.strip() else None

"""Rate limits of routes."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final, ParamSpec, TypeVar, cast

from flask import current_app, request
from flask.typing import ResponseReturnValue

from novacart.adapters.web.http.body import json_body
from novacart.application.authorization.throttle import Throttle

P = ParamSpec("P")
R = TypeVar("R", bound=ResponseReturnValue)

EXTENSION: Final = "novacart.throttle"
_FIRST_ERROR: Final = 400


def limited(
    operation: str, *, subject_field: str | None = None
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Limit a route by the policy of an operation: 429 with `Retry-After` above the limit.

    `subject_field` is the member of the JSON body that is limited as well.
    """

    def decorator(route: Callable[P, R]) -> Callable[P, R]:
        @wraps(route)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            throttle: Throttle = current_app.extensions[EXTENSION]
            address = request.remote_addr
            throttle.begin(operation, address=address, subject=_subject(subject_field))
            try:
                response = route(*args, **kwargs)
            except Exception:
                throttle.failed(operation, address=address)
                raise
            if current_app.make_response(response).status_code >= _FIRST_ERROR:
                throttle.failed(operation, address=address)
            return response

        cast("Any", guarded).limited = operation
        return guarded

    return decorator


def count_attempt(operation: str, *, subject: str) -> None:
    """Count an attempt within a route. Raises `TooManyAttempts`."""
    throttle: Throttle = current_app.extensions[EXTENSION]
    throttle.begin(operation, address=request.remote_addr, subject=subject)


def _subject(field: str | None) -> str | None:
    """The member of the body, or None if it is missing or invalid."""
    body = json_body() if field is not None else None
    subject = body.get(field) if isinstance(body, dict) else None
    return subject if isinstance(subject, str) and subject.strip() else None

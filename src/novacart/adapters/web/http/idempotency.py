"""The `Idempotency-Key` header: same key and same body, same response byte for byte.

Follows the IETF draft "The Idempotency-Key HTTP Header Field".
"""

import hashlib
import json
import re
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from http import HTTPStatus
from typing import Any, Final, TypeVar, cast

from flask import Response, g, make_response, request

from novacart.adapters.web.http.auth import principal
from novacart.adapters.web.http.blueprint import Blueprint
from novacart.adapters.web.http.body import json_body
from novacart.adapters.web.http.errors import invalid
from novacart.application.idempotency.idempotent_requests import IdempotentRequests
from novacart.application.ports.errors import Unavailable
from novacart.application.ports.idempotency_keys import StoredResponse

F = TypeVar("F", bound=Callable[..., Any])

HEADER: Final = "Idempotency-Key"
_REPLAYED: Final = "Idempotent-Replayed"
# A structured-field string (RFC 8941), or the same without quotes, as most clients send it.
_SYNTAX: Final = re.compile(
    r'"([\x20\x21\x23-\x5b\x5d-\x7e]{1,255})"|([\x21\x23-\x2b\x2d-\x5b\x5d-\x7e]{1,255})'
)
_STORED_HEADERS: Final = ("Content-Type", "Location")


def idempotent(
    blueprint: Blueprint, requests: IdempotentRequests, *, render: Callable[[int], Response]
) -> Callable[[F], F]:
    """Make a route honour the `Idempotency-Key` header.

    Place it directly below `login_required` or `shopper_required`.

    The route's use case calls `fulfil` with the id of the resource it created, in its own
    transaction. `render` builds the response for that id if the first response was never stored,
    as after a crash. Error responses are not stored: they changed nothing, so the key is free
    again.
    """

    def decorator(route: F) -> F:
        @wraps(route)
        def handle(*args: Any, **kwargs: Any) -> Response:  # noqa: ANN401 (any route's arguments)
            key = _requested_key()
            if key is None:
                return make_response(route(*args, **kwargs))
            claim, acquired = requests.claim(principal().user_id, key, fingerprint=_fingerprint())
            if claim.response is not None:
                return _to_response(claim.response, replayed=True)
            if not acquired and claim.resource_id is not None:
                stored = requests.store(claim, _to_stored(render(claim.resource_id)))
                return _to_response(stored, replayed=True)
            g.idempotency_key = key
            try:
                response = make_response(route(*args, **kwargs))
            except Exception:
                # Report the first error, not that the key could not be released.
                with suppress(Unavailable):
                    requests.release(claim)
                raise
            if response.status_code >= HTTPStatus.BAD_REQUEST:
                requests.release(claim)
                return response
            first = _to_stored(response)
            stored = requests.store(claim, first)
            return _to_response(stored, replayed=stored != first)

        documented = blueprint.doc(parameters=[_PARAMETER])(handle)
        return cast(
            "F",
            blueprint.raises("idempotency_key_reused", "request_in_progress")(documented),
        )

    return decorator


def idempotency_key() -> str | None:
    """Return the key of the present request, for the route's command."""
    return cast("str | None", g.get("idempotency_key"))


def _requested_key() -> str | None:
    header = request.headers.get(HEADER)
    if header is None:
        return None
    match = _SYNTAX.fullmatch(header.strip())
    if match is None:
        raise invalid({HEADER: ["A key is 1 to 255 printable ASCII characters."]})
    return match[1] or match[2]


def _fingerprint() -> str:
    """Hash the method, the path and the body; the order of its members does not matter."""
    body = json.dumps(json_body(), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(f"{request.method} {request.path}\n{body}".encode()).hexdigest()


def _to_stored(response: Response) -> StoredResponse:
    headers = [(name, response.headers.get(name)) for name in _STORED_HEADERS]
    return StoredResponse(
        status=response.status_code,
        headers=tuple((name, value) for name, value in headers if value is not None),
        body=response.get_data(),
    )


def _to_response(stored: StoredResponse, *, replayed: bool) -> Response:
    response = Response(stored.body, stored.status)
    for name, value in stored.headers:
        response.headers[name] = value
    if replayed:
        response.headers[_REPLAYED] = "true"
    return response


_PARAMETER: Final[dict[str, Any]] = {
    "in": "header",
    "name": HEADER,
    "required": False,
    "description": "A unique key of the client's choice, such as a UUID. A request that is sent"
    " again within 24 hours with the same key and body takes effect once and gets the first"
    f" response, with `{_REPLAYED}: true`.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 257},
}

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
from novacart.application.ports.idempotency_keys import (
    Claim,
    KeyedRequest,
    RequestInProgress,
    StoredResponse,
)

F = TypeVar("F", bound=Callable[..., Any])
R = TypeVar("R")

HEADER: Final = "Idempotency-Key"
_REPLAYED: Final = "Idempotent-Replayed"
# A structured-field string (RFC 8941), or the same without quotes, as most clients send it.
_SYNTAX: Final = re.compile(
    r'"([\x20\x21\x23-\x5b\x5d-\x7e]{1,255})"|([\x21\x23-\x2b\x2d-\x5b\x5d-\x7e]{1,255})'
)
_STORED_HEADERS: Final = ("Content-Type", "Location")


def idempotent(
    blueprint: Blueprint,
    requests: IdempotentRequests,
    *,
    render: Callable[[int], Response],
    is_stored_by_use_case: bool = False,
) -> Callable[[F], F]:
    """Make a route honour the `Idempotency-Key` header.

    Place it directly below `login_required` or `shopper_required`.

    The route's use case calls `fulfil` with the id of the resource it created, in its own
    transaction. `render` builds the response for that id if the first response was never stored,
    as after a crash. Error responses are not stored: they changed nothing, so the key is free
    again.

    With `is_stored_by_use_case`, the use case stores the response to `keyed_request` in its own
    transaction instead. The key of a request that was sent before makes that transaction fail, so
    the key is looked up only after an error.
    """

    def decorator(route: F) -> F:
        keyed = _KeyedRoute(route, requests, render)
        answer = keyed.store_within if is_stored_by_use_case else keyed.store_after

        @wraps(route)
        def handle(*args: Any, **kwargs: Any) -> Response:  # noqa: ANN401 (any route's arguments)
            key = _requested_key()
            if key is None:
                return make_response(route(*args, **kwargs))
            g.idempotency_key, g.fingerprint = key, _fingerprint()
            return answer(*args, **kwargs)

        documented = blueprint.doc(parameters=[_PARAMETER])(handle)
        return cast(
            "F",
            blueprint.raises("idempotency_key_reused", "request_in_progress")(documented),
        )

    return decorator


class _KeyedRoute:
    """Two ways to answer a request with a key. See `idempotent`."""

    def __init__(
        self,
        route: Callable[..., Any],
        requests: IdempotentRequests,
        render: Callable[[int], Response],
    ) -> None:
        self._route = route
        self._requests = requests
        self._render = render

    def store_after(self, *args: Any, **kwargs: Any) -> Response:  # noqa: ANN401 (any route's arguments)
        claim, acquired = self._claim()
        if not acquired:
            return self._repeat(claim)
        try:
            response = make_response(self._route(*args, **kwargs))
        except Exception:
            self._release_after_error(claim)
            raise
        if response.status_code >= HTTPStatus.BAD_REQUEST:
            self._requests.release(claim)
            return response
        first = _to_stored(response)
        stored = self._requests.store(claim, first)
        return _to_response(stored, replayed=stored != first)

    def store_within(self, *args: Any, **kwargs: Any) -> Response:  # noqa: ANN401 (any route's arguments)
        try:
            return make_response(self._route(*args, **kwargs))
        except Unavailable:
            raise
        except Exception as error:
            claim, acquired = self._claim()
            if not acquired:
                return self._repeat(claim)
            self._release_after_error(claim)
            if not isinstance(error, RequestInProgress):
                raise
        # The key existed, but it had expired.
        return make_response(self._route(*args, **kwargs))

    def _claim(self) -> tuple[Claim, bool]:
        return self._requests.claim(
            principal().user_id, g.idempotency_key, fingerprint=g.fingerprint
        )

    def _release_after_error(self, claim: Claim) -> None:
        # Report the first error, not that the key could not be released.
        with suppress(Unavailable):
            self._requests.release(claim)

    def _repeat(self, claim: Claim) -> Response:
        stored = claim.response
        if stored is None:
            rendered = self._render(cast("int", claim.resource_id))
            stored = self._requests.store(claim, _to_stored(rendered))
        return _to_response(stored, replayed=True)


def idempotency_key() -> str | None:
    """Return the key of the present request, for the route's command."""
    return cast("str | None", g.get("idempotency_key"))


def keyed_request(render: Callable[[R], Response]) -> KeyedRequest[R] | None:
    """Return the present request, if it has a key, for a use case that stores its response.

    `render` builds the response of a result.
    """
    key = idempotency_key()
    if key is None:
        return None
    return KeyedRequest(
        key=key, fingerprint=g.fingerprint, respond=lambda result: _to_stored(render(result))
    )


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

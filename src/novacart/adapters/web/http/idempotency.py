"""`Idempotency-Key`: same key and same body, same answer, to the byte.

After the IETF's draft "The Idempotency-Key HTTP Header Field".
"""

import hashlib
import json
import re
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import Any, Final, TypeVar, cast

from flask import Response, g, make_response, request

from novacart.adapters.web.http.auth import principal
from novacart.adapters.web.http.blueprint import Blueprint
from novacart.adapters.web.http.errors import invalid
from novacart.adapters.web.http.json_body import json_body
from novacart.application.idempotency.idempotent_requests import IdempotentRequests
from novacart.application.ports.errors import Unavailable
from novacart.application.ports.idempotency_keys import StoredResponse

F = TypeVar("F", bound=Callable[..., Any])

HEADER: Final = "Idempotency-Key"
_REPLAYED: Final = "Idempotent-Replayed"
# A structured field's string, or the same without its quotes, as most clients send it.
_SYNTAX: Final = re.compile(
    r'"([\x20\x21\x23-\x5b\x5d-\x7e]{1,255})"|([\x21\x23-\x2b\x2d-\x5b\x5d-\x7e]{1,255})'
)
_KEPT_HEADERS: Final = ("Content-Type", "Location")
_FIRST_REFUSAL: Final = 400


def idempotent(
    blueprint: Blueprint, once: IdempotentRequests, *, render: Callable[[int], Response]
) -> Callable[[F], F]:
    """Honour the key on a `signed_in` route; stands right below it.

    The route's use case fulfils `idempotency_key()` with the id of what it brought about, in
    its own transaction. `render` answers for that id where the first answer was never kept,
    as after a crash. Refusals are not kept: they changed nothing, so the key is free again.
    """

    def decorator(route: F) -> F:
        @wraps(route)
        def answer(*args: Any, **kwargs: Any) -> Response:  # noqa: ANN401 (any route's arguments)
            key = _sent_key()
            if key is None:
                return make_response(route(*args, **kwargs))
            claim, is_mine = once.claim(principal().user_id, key, fingerprint=_fingerprint())
            if claim.answer is not None:
                return _sent(claim.answer, replayed=True)
            if not is_mine and claim.resource_id is not None:
                kept = once.keep(claim, _kept(render(claim.resource_id)))
                return _sent(kept, replayed=True)
            g.idempotency_key = key
            try:
                response = make_response(route(*args, **kwargs))
            except Exception:
                # What went wrong is to be told, not that the key could not be freed.
                with suppress(Unavailable):
                    once.release(claim)
                raise
            if response.status_code >= _FIRST_REFUSAL:
                once.release(claim)
                return response
            mine = _kept(response)
            kept = once.keep(claim, mine)
            return _sent(kept, replayed=kept != mine)

        documented = blueprint.doc(parameters=[_PARAMETER])(answer)
        return cast(
            "F",
            blueprint.refuses("idempotency_key_reused", "request_in_progress")(documented),
        )

    return decorator


def idempotency_key() -> str | None:
    """The key that the present request works on, for its command."""
    return cast("str | None", g.get("idempotency_key"))


def _sent_key() -> str | None:
    sent = request.headers.get(HEADER)
    if sent is None:
        return None
    match = _SYNTAX.fullmatch(sent.strip())
    if match is None:
        raise invalid({HEADER: ["A key is 1 to 255 printable ASCII characters."]})
    return match[1] or match[2]


def _fingerprint() -> str:
    """What makes two requests the same: the address and the body, however it is laid out."""
    body = json.dumps(json_body(), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(f"{request.method} {request.path}\n{body}".encode()).hexdigest()


def _kept(response: Response) -> StoredResponse:
    headers = [(name, response.headers.get(name)) for name in _KEPT_HEADERS]
    return StoredResponse(
        status=response.status_code,
        headers=tuple((name, value) for name, value in headers if value is not None),
        body=response.get_data(),
    )


def _sent(answer: StoredResponse, *, replayed: bool) -> Response:
    response = Response(answer.body, answer.status)
    for name, value in answer.headers:
        response.headers[name] = value
    if replayed:
        response.headers[_REPLAYED] = "true"
    return response


_PARAMETER: Final[dict[str, Any]] = {
    "in": "header",
    "name": HEADER,
    "required": False,
    "description": "A key of your choice, such as a UUID: sent again within 24 hours with the"
    " same body, the request takes effect once and gets the first answer, with"
    f" `{_REPLAYED}: true`.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 257},
}

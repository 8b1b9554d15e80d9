"""Which other origins' pages may call the API (Fetch standard, "CORS protocol")."""

from collections.abc import Collection
from typing import Final

from flask import Flask, Response, request

_METHODS: Final = "GET, POST, PUT, PATCH, DELETE"
_REQUEST_HEADERS: Final = (
    "authorization, content-type, idempotency-key, if-match, if-none-match, x-request-id"
)
_EXPOSED: Final = (
    "link, etag, x-total-count, x-request-id, retry-after, location, idempotent-replayed"
)
_PREFLIGHT_SECONDS: Final = "600"


def install(app: Flask, allowed_origins: Collection[str]) -> None:
    """Let pages of exactly these origins read every answer under `/api/`, errors included.

    Tokens travel in a header, so no credentials are allowed and no cookie is ever sent.
    """
    allowed = frozenset(allowed_origins)

    def answer_preflight() -> Response | None:
        asked = request.headers.get("Access-Control-Request-Method")
        if request.method != "OPTIONS" or asked is None or not _concerns():
            return None
        answer = Response(status=204)
        answer.headers.remove("Content-Type")
        if request.headers.get("Origin") in allowed:
            answer.headers["Access-Control-Allow-Methods"] = _METHODS
            answer.headers["Access-Control-Allow-Headers"] = _REQUEST_HEADERS
            answer.headers["Access-Control-Max-Age"] = _PREFLIGHT_SECONDS
        return answer

    def allow_reading(answer: Response) -> Response:
        if _concerns():
            # A second line adds to the first (RFC 9110, 5.3), and costs less than merging them.
            answer.headers.add("Vary", "Origin")
            origin = request.headers.get("Origin")
            if origin is not None and origin in allowed:
                answer.headers["Access-Control-Allow-Origin"] = origin
                answer.headers["Access-Control-Expose-Headers"] = _EXPOSED
        return answer

    app.before_request(answer_preflight)
    app.after_request(allow_reading)


def _concerns() -> bool:
    return request.path.startswith("/api/")

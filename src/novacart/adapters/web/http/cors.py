"""Cross-origin requests (Fetch standard, "CORS protocol"). Decision 15 says why no library."""

from collections.abc import Collection
from typing import Final

from flask import Flask, Response, request

_METHODS: Final = "GET, POST, PUT, PATCH, DELETE"
_REQUEST_HEADERS: Final = (
    "authorization, content-type, idempotency-key, if-match, if-none-match, x-request-id"
)
_EXPOSED_HEADERS: Final = (
    "link, etag, x-total-count, x-request-id, retry-after, location, idempotent-replayed"
)
_PREFLIGHT_MAX_AGE: Final = "600"  # seconds


def init_app(app: Flask, allowed_origins: Collection[str]) -> None:
    """Allow pages of exactly these origins to read every response under `/api/`, errors included.

    Credentials are not allowed: access tokens travel in a header, not in a cookie.
    """
    allowed = frozenset(allowed_origins)

    def handle_preflight() -> Response | None:
        method = request.headers.get("Access-Control-Request-Method")
        if request.method != "OPTIONS" or method is None or not _is_api_request():
            return None
        response = Response(status=204)
        response.headers.remove("Content-Type")
        if request.headers.get("Origin") in allowed:
            response.headers["Access-Control-Allow-Methods"] = _METHODS
            response.headers["Access-Control-Allow-Headers"] = _REQUEST_HEADERS
            response.headers["Access-Control-Max-Age"] = _PREFLIGHT_MAX_AGE
        return response

    def add_headers(response: Response) -> Response:
        if _is_api_request():
            # Also without an Origin: a cache must not reuse that response for another origin.
            response.headers["Vary"] = (
                f"{vary}, Origin" if (vary := response.headers.get("Vary")) else "Origin"
            )
            origin = request.headers.get("Origin")
            if origin is not None and origin in allowed:
                response.headers["Access-Control-Allow-Origin"] = origin
                response.headers["Access-Control-Expose-Headers"] = _EXPOSED_HEADERS
        return response

    app.before_request(handle_preflight)
    app.after_request(add_headers)


def _is_api_request() -> bool:
    return request.path.startswith("/api/")

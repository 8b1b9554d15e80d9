"""Cross-origin requests (Fetch standard, "CORS protocol"). Decision 15 says why no library."""

from collections.abc import Collection
from typing import Final

from flask import Request, Response

_METHODS: Final = "GET, POST, PUT, PATCH, DELETE"
_REQUEST_HEADERS: Final = (
    "authorization, content-type, idempotency-key, if-match, if-none-match, x-request-id, x-session"
)
_EXPOSED: Final = (
    "Access-Control-Expose-Headers",
    (
        "link, etag, x-total-count, x-estimated-count, x-request-id, retry-after, location,"
        " idempotent-replayed"
    ),
)
_PREFLIGHT_MAX_AGE: Final = "600"  # seconds
# The paths that set or read the session cookie.
_CREDENTIAL_PATHS: Final = ("/api/token/", "/api/password/change/")
_CREDENTIALS: Final = ("Access-Control-Allow-Credentials", "true")
_VARY: Final = ("Vary", "Origin")


class Cors:
    """Lets pages of exactly these origins read every response under `/api/`, errors included.

    Credentials are allowed only where the session cookie is set or read: elsewhere requests are
    authenticated by a header.
    """

    def __init__(self, allowed_origins: Collection[str]) -> None:
        self._allowed = frozenset(allowed_origins)

    def preflight(self, request: Request) -> Response | None:
        """Return the response to a preflight request; None for another one."""
        if "HTTP_ACCESS_CONTROL_REQUEST_METHOD" not in request.environ or not _is_api(request):
            return None
        response = Response(status=204)
        response.headers.remove("Content-Type")
        if request.environ.get("HTTP_ORIGIN") in self._allowed:
            response.headers["Access-Control-Allow-Methods"] = _METHODS
            response.headers["Access-Control-Allow-Headers"] = _REQUEST_HEADERS
            response.headers["Access-Control-Max-Age"] = _PREFLIGHT_MAX_AGE
        return response

    def headers(
        self, request: Request, response: Response, names: set[str]
    ) -> list[tuple[str, str]]:
        """Return the headers to add to a response. Adds to its `Vary` if it has one.

        `names` are those of its headers, in lower case.
        """
        if not _is_api(request):
            return []
        # Also without an Origin: a cache must not reuse that response for another origin.
        if "vary" in names:
            response.headers["Vary"] = f"{response.headers['Vary']}, Origin"
            headers = []
        else:
            headers = [_VARY]
        origin = request.environ.get("HTTP_ORIGIN")
        if origin is not None and origin in self._allowed:
            headers += (("Access-Control-Allow-Origin", origin), _EXPOSED)
            if request.path.startswith(_CREDENTIAL_PATHS):
                headers.append(_CREDENTIALS)
        return headers


def _is_api(request: Request) -> bool:
    return request.path.startswith("/api/")

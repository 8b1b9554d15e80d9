"""`Cache-Control` for shared caches, such as a CDN (RFC 9111, RFC 5861)."""

from http import HTTPStatus
from typing import Final

from flask import Flask, Request, Response

from novacart.adapters.web.http.endpoints import endpoint_of

_CACHEABLE_METHODS: Final = frozenset({"GET", "HEAD"})
_CACHEABLE_STATUSES: Final = frozenset({HTTPStatus.OK, HTTPStatus.NOT_MODIFIED})


class SharedCache:
    """Lets shared caches answer with the responses of views that are marked with `cacheable`.

    A cache may send a response for `seconds`, and for as long again while it fetches a new one.
    Browsers ask each time.
    """

    def __init__(self, seconds: int) -> None:
        self._value = f"public, max-age=0, s-maxage={seconds}, stale-while-revalidate={seconds}"

    def allow(self, app: Flask, request: Request, response: Response) -> None:
        """Set the header, unless the request names a user: those responses are never stored.

        `public` would let a cache store even the response to a request with `Authorization`.
        """
        if (
            response.status_code in _CACHEABLE_STATUSES
            and is_for_anybody(app, request)
            and "Set-Cookie" not in response.headers
        ):
            response.headers["Cache-Control"] = self._value


def is_for_anybody(app: Flask, request: Request) -> bool:
    """Whether the response is the same for every client, and the request names no user."""
    return (
        request.method in _CACHEABLE_METHODS
        and endpoint_of(app, request.endpoint).cacheable
        and "HTTP_AUTHORIZATION" not in request.environ
    )

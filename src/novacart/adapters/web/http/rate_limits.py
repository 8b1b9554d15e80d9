"""Rate limits of routes."""

from collections import OrderedDict
from collections.abc import Callable
from functools import wraps
from math import ceil, inf
from threading import Lock
from time import monotonic
from typing import Any, Final, NamedTuple, ParamSpec, TypeVar, cast
from wsgiref.types import WSGIEnvironment

from flask import Flask, Request, current_app, g, request
from flask.ctx import _AppCtxGlobals as Globals
from flask.typing import ResponseReturnValue
from werkzeug.http import parse_list_header

from novacart.adapters.web.http.body import json_body
from novacart.application.authorization.throttle import Throttle, TooManyAttempts, client_network

P = ParamSpec("P")
R = TypeVar("R", bound=ResponseReturnValue)

EXTENSION: Final = "novacart.throttle"
SEARCHES: Final = "novacart.search_limiter"
_COUNTED: Final = "novacart.search_is_counted"
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


def count_search() -> None:
    """Count a search of the client, unless the server has counted it. Raises `TooManyAttempts`."""
    limiter: SearchLimiter | None = current_app.extensions[SEARCHES]
    if limiter is not None:
        searches = 0 if _COUNTED in request.environ else 1
        g.search_began_at = limiter.count(request.remote_addr, searches=searches)


def count_coming_search(app: Flask, environ: WSGIEnvironment) -> None:
    """Count a search that is not handed to its view yet. Raises `TooManyAttempts`."""
    limiter: SearchLimiter | None = app.extensions.get(SEARCHES)
    if limiter is not None:
        limiter.count(_client_address(environ, app.config.get("TRUSTED_PROXIES", 0)))
        environ[_COUNTED] = True


def _client_address(environ: WSGIEnvironment, proxies: int) -> str:
    """The address that Werkzeug's `ProxyFix` sets, behind this number of proxies."""
    forwarded = parse_list_header(environ.get("HTTP_X_FORWARDED_FOR", "")) if proxies else []
    address: str = environ["REMOTE_ADDR"]
    return (forwarded[-proxies] if len(forwarded) >= proxies > 0 else "") or address


def count_time_of_search(app: Flask, request: Request, context: Globals) -> None:
    """Count the time of a request whose search was counted."""
    began_at: float | None = context.get("search_began_at")
    if began_at is not None:
        limiter: SearchLimiter = app.extensions[SEARCHES]
        limiter.count_time(request.remote_addr, began_at)


class _Saved(NamedTuple):
    """What a network may still use at a time."""

    searches: float
    seconds: float
    at: float


class SearchLimiter:
    """Limits the number and the time of searches of each client network in this process.

    Token buckets in memory: a search takes milliseconds and has no secret to guess, so a write to
    the database for each would cost more than it protects. A network may search `per_second` times
    a second and for a quarter of the time. It may save up two seconds of both. A search that took
    longer than was saved up is followed by a pause.
    """

    _SHARE: Final = 0.25
    _SAVED_SECONDS: Final = 2
    _MAX_NETWORKS: Final = 10_000

    def __init__(self, per_second: int, clock: Callable[[], float] = monotonic) -> None:
        self._per_second = per_second
        self._clock = clock
        self._lock = Lock()
        # The network that searched last is at the end.
        self._buckets: OrderedDict[str, _Saved] = OrderedDict()

    def count(self, address: str | None, *, searches: int = 1) -> float:
        """Count a search, and return the time in seconds. Raises `TooManyAttempts`.

        With `searches=0`, one that is counted already is refused if the time is used up since.
        """
        network = client_network(address)
        with self._lock:
            now = self._clock()
            saved = self._saved(network, now)
            wait = max((searches - saved.searches) / self._per_second, -saved.seconds / self._SHARE)
            if wait <= 0:
                saved = saved._replace(searches=saved.searches - searches)
            self._buckets[network] = saved
            self._buckets.move_to_end(network)
            if len(self._buckets) > self._MAX_NETWORKS:
                self._buckets.popitem(last=False)
        if wait > 0:
            raise TooManyAttempts(ceil(wait))
        return now

    def count_time(self, address: str | None, began_at: float) -> None:
        """Count the time of a search since `count` returned `began_at`."""
        network = client_network(address)
        with self._lock:
            saved = self._buckets.get(network)
            if saved is not None:
                seconds = saved.seconds - (self._clock() - began_at)
                self._buckets[network] = saved._replace(seconds=seconds)

    def _saved(self, network: str, now: float) -> _Saved:
        most = self._SAVED_SECONDS
        searches, seconds, at = self._buckets.get(network) or (inf, inf, now)
        return _Saved(
            searches=min(most * self._per_second, searches + (now - at) * self._per_second),
            seconds=min(most, seconds + (now - at) * self._SHARE),
            at=now,
        )


def _subject(field: str | None) -> str | None:
    """The member of the body, or None if it is missing or invalid."""
    body = json_body() if field is not None else None
    subject = body.get(field) if isinstance(body, dict) else None
    return subject if isinstance(subject, str) and subject.strip() else None

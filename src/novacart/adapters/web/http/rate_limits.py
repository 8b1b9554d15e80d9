"""Rate limits of routes."""

from collections import OrderedDict
from collections.abc import Callable
from functools import wraps
from math import ceil
from threading import Lock
from time import monotonic
from typing import Any, Final, ParamSpec, TypeVar, cast

from flask import Flask, Request, current_app, g, request
from flask.ctx import _AppCtxGlobals as Globals
from flask.typing import ResponseReturnValue

from novacart.adapters.web.http.body import json_body
from novacart.application.authorization.throttle import Throttle, TooManyAttempts, client_network

P = ParamSpec("P")
R = TypeVar("R", bound=ResponseReturnValue)

EXTENSION: Final = "novacart.throttle"
SEARCHES: Final = "novacart.search_limiter"
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
    """Count a search of the client. Raises `TooManyAttempts`."""
    limiter: SearchLimiter | None = current_app.extensions[SEARCHES]
    if limiter is not None:
        g.search_began_at = limiter.count(request.remote_addr)


def count_time_of_search(app: Flask, request: Request, context: Globals) -> None:
    """Count the time of a request whose search was counted."""
    began_at: float | None = context.get("search_began_at")
    if began_at is not None:
        limiter: SearchLimiter = app.extensions[SEARCHES]
        limiter.count_time(request.remote_addr, began_at)


class SearchLimiter:
    """Limits the number and the time of searches of each client network in this process.

    A token bucket in memory: a search takes milliseconds and has no secret to guess, so a write to
    the database for each would cost more than it protects. A client may save up the searches of two
    seconds. A long search takes more tokens, so that a network has a quarter of the time of the
    process on average. It waits afterwards, up to four times as long as the search took.
    """

    _BURST: Final = 2  # seconds
    _SHARE: Final = 0.25
    _MAX_NETWORKS: Final = 10_000

    def __init__(self, per_second: int, clock: Callable[[], float] = monotonic) -> None:
        self._per_second = per_second
        self._clock = clock
        self._lock = Lock()
        # Tokens at a time, the network that searched last at the end.
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def count(self, address: str | None) -> float:
        """Count a search, and return the time in seconds. Raises `TooManyAttempts`."""
        network = client_network(address)
        full = float(self._per_second * self._BURST)
        with self._lock:
            now = self._clock()
            tokens, at = self._buckets.get(network, (full, now))
            tokens = min(full, tokens + (now - at) * self._per_second)
            allowed = tokens >= 1
            self._buckets[network] = (tokens - allowed, now)
            self._buckets.move_to_end(network)
            if len(self._buckets) > self._MAX_NETWORKS:
                self._buckets.popitem(last=False)
        if not allowed:
            raise TooManyAttempts(ceil((1 - tokens) / self._per_second))
        return now

    def count_time(self, address: str | None, began_at: float) -> None:
        """Count the time of a search since `count` returned `began_at`."""
        network = client_network(address)
        with self._lock:
            seconds = self._clock() - began_at
            # The first token was taken before.
            more = max(0.0, seconds * self._per_second / self._SHARE - 1)
            if network in self._buckets:
                tokens, at = self._buckets[network]
                self._buckets[network] = (tokens - more, at)


def _subject(field: str | None) -> str | None:
    """The member of the body, or None if it is missing or invalid."""
    body = json_body() if field is not None else None
    subject = body.get(field) if isinstance(body, dict) else None
    return subject if isinstance(subject, str) and subject.strip() else None

"""Limits on what is worth abusing: sign-in, registration, password reset and refresh."""

import hashlib
import ipaddress
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Final, ParamSpec, TypeVar, cast

from flask import current_app, request
from flask.typing import ResponseReturnValue

from novacart.adapters.web.http.body import json_body
from novacart.adapters.web.http.errors import ApiError
from novacart.application.ports.rate_limiter import RateLimit, RateLimiter

P = ParamSpec("P")
R = TypeVar("R", bound=ResponseReturnValue)

EXTENSION: Final = "novacart.attempts"
_MINUTE: Final = 60
_HOUR: Final = 3600
_DAY: Final = 86400


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """How often one client address, and one account, may do a thing.

    `only_failures`: success is free, and makes the account's earlier failures forgotten.
    `account_field` is the body's member that names the account, whether it exists or not.
    """

    address: tuple[RateLimit, ...]
    account: tuple[RateLimit, ...] = ()
    account_field: str = ""
    only_failures: bool = False


POLICIES: Final = {
    # NIST SP 800-63B, 5.2.2: at most 100 consecutive failures on one account. It can be named
    # in two ways, by username and by e-mail address, so each name gets half of them.
    "sign_in": Policy(
        address=(RateLimit(100, 15 * _MINUTE),),
        account=(RateLimit(20, 15 * _MINUTE), RateLimit(50, 30 * _DAY)),
        account_field="username",
        only_failures=True,
    ),
    "register": Policy(address=(RateLimit(200, _HOUR),)),
    "password_reset": Policy(
        address=(RateLimit(60, _HOUR),), account=(RateLimit(5, _HOUR),), account_field="email"
    ),
    "reset_token": Policy(address=(RateLimit(50, 15 * _MINUTE),), only_failures=True),
    # Tabs refresh in bursts; only refused tokens count.
    "refresh": Policy(address=(RateLimit(100, 5 * _MINUTE),), only_failures=True),
}


def limited(what: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Hold a route to `POLICIES[what]`: past it, 429 with `Retry-After`."""
    policy = POLICIES[what]

    def decorator(route: Callable[P, R]) -> Callable[P, R]:
        @wraps(route)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            attempts: RateLimiter | None = current_app.extensions[EXTENSION]
            if attempts is None:
                return route(*args, **kwargs)
            return _attempt(attempts, what, policy, lambda: route(*args, **kwargs))

        cast("Any", guarded).limited = what
        return guarded

    return decorator


def _attempt(attempts: RateLimiter, what: str, policy: Policy, go_on: Callable[[], R]) -> R:
    address = f"{what}:address:{client_network(request.remote_addr)}"
    account = _account_key(what, policy)
    if policy.only_failures:
        _hold(attempts.wait(address, policy.address))
    else:
        _hold(attempts.take(address, policy.address))
    if account is not None:
        # Counted before the password is looked at, so that a burst can't outrun the limit.
        _hold(attempts.take(account, policy.account))
    if not policy.only_failures:
        return go_on()
    try:
        answer = go_on()
    except Exception:
        attempts.take(address, policy.address)
        raise
    if current_app.make_response(answer).status_code >= 400:  # noqa: PLR2004 (the first error)
        attempts.take(address, policy.address)
    elif account is not None:
        attempts.forget(account)
    return answer


def client_network(address: str | None) -> str:
    """Whom an address belongs to: itself, or for IPv6 the /64 that one client is given."""
    try:
        parsed = ipaddress.ip_address(address or "")
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)


def _account_key(what: str, policy: Policy) -> str | None:
    """A digest of the name given, so that no list of who tried is kept."""
    if not policy.account_field:
        return None
    body = json_body()
    name = body.get(policy.account_field) if isinstance(body, dict) else None
    if not isinstance(name, str) or not name.strip():
        return None
    # Folding may undo the form, so it is taken twice; two spellings of a name count as one.
    folded = unicodedata.normalize("NFKC", name).strip().casefold()
    same = unicodedata.normalize("NFKC", folded)
    digest = hashlib.sha256(same.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{what}:account:{digest}"


def _hold(seconds: int) -> None:
    if seconds > 0:
        raise ApiError(
            "too_many_requests",
            "Too many attempts. Wait a while before you try again.",
            headers={"Retry-After": str(seconds)},
        )

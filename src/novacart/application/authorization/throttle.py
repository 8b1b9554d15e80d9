"""Rate limits of sign-in, registration, password reset and token refresh."""

import hashlib
import ipaddress
from dataclasses import dataclass
from typing import Final

from novacart.application.ports.rate_limiter import RateLimit, RateLimiter
from novacart.domain.accounts.username import login_key

_MINUTE: Final = 60
_HOUR: Final = 3600
_DAY: Final = 86400


@dataclass(frozen=True, slots=True, kw_only=True)
class ThrottlePolicy:
    """The limits of an operation for each client network and each login.

    With `only_failures`, successful attempts do not count for the client, and a success resets
    the count of the login.
    """

    client: tuple[RateLimit, ...]
    login: tuple[RateLimit, ...] = ()
    only_failures: bool = False


POLICIES: Final = {
    # NIST SP 800-63B, section 5.2.2: at most 100 consecutive failures for an account. A user has
    # two logins, the username and the email address, and each gets half of them.
    "sign_in": ThrottlePolicy(
        client=(RateLimit(100, 15 * _MINUTE),),
        login=(RateLimit(20, 15 * _MINUTE), RateLimit(50, 30 * _DAY)),
        only_failures=True,
    ),
    "register": ThrottlePolicy(client=(RateLimit(200, _HOUR),)),
    "password_reset": ThrottlePolicy(client=(RateLimit(60, _HOUR),), login=(RateLimit(5, _HOUR),)),
    "reset_token": ThrottlePolicy(client=(RateLimit(50, 15 * _MINUTE),), only_failures=True),
    # Browser tabs refresh in bursts, so only failures count.
    "refresh": ThrottlePolicy(client=(RateLimit(100, 5 * _MINUTE),), only_failures=True),
}


class Throttle:
    """Counts attempts under the same keys for the API and the admin.

    Without a rate limiter, every attempt is allowed. Raises the rate limiter's `Unavailable`.
    """

    def __init__(self, limiter: RateLimiter | None) -> None:
        self._limiter = limiter

    def begin(self, operation: str, *, address: str | None, login: str | None = None) -> int:
        """Return 0 if an attempt is allowed, else the seconds to wait.

        The login is counted before the attempt is made, so that a burst can't exceed its limit.
        """
        if self._limiter is None:
            return 0
        policy, client = POLICIES[operation], _client_key(operation, address)
        if policy.only_failures:
            seconds = self._limiter.retry_after(client, policy.client)
        else:
            seconds = self._limiter.acquire(client, policy.client)
        if seconds or login is None or not policy.login:
            return seconds
        return self._limiter.acquire(_login_key(operation, login), policy.login)

    def failed(self, operation: str, *, address: str | None) -> None:
        """Count a failed attempt of the client."""
        policy = POLICIES[operation]
        if self._limiter is not None and policy.only_failures:
            self._limiter.acquire(_client_key(operation, address), policy.client)

    def succeeded(self, operation: str, *, login: str | None = None) -> None:
        """Reset the count of the login."""
        if self._limiter is not None and login is not None and POLICIES[operation].only_failures:
            self._limiter.reset(_login_key(operation, login))


def client_network(address: str | None) -> str:
    """The IPv4 address, or the /64 network that an IPv6 client usually controls."""
    try:
        parsed = ipaddress.ip_address(address or "")
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)


def _client_key(operation: str, address: str | None) -> str:
    return f"{operation}:address:{client_network(address)}"


def _login_key(operation: str, login: str) -> str:
    # A digest, so that the counters store no names and email addresses.
    digest = hashlib.sha256(login_key(login).encode("utf-8", "surrogatepass")).hexdigest()
    return f"{operation}:account:{digest}"

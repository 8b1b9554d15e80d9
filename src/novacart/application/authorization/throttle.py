"""Rate limits of sign-in, registration, password reset, token refresh and guests."""

import hashlib
import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from novacart.application.ports.rate_limiter import Quota, RateLimit, RateLimiter
from novacart.domain.accounts.username import login_key
from novacart.domain.shared.errors import DomainError
from novacart.domain.shared.ids import UserId

_MINUTE: Final = 60
_HOUR: Final = 3600
UNKNOWN_NETWORK: Final = "unknown"
# As some proxies, such as Azure's, write an address in X-Forwarded-For (RFC 7239, section 6).
_ADDRESS_AND_PORT: Final = re.compile(r"([0-9.]+):[0-9]+|\[([^\]]+)\](?::[0-9]+)?")


class TooManyAttempts(DomainError):
    """`retry_after` is in seconds."""

    code = "too_many_requests"

    def __init__(self, retry_after: int) -> None:
        super().__init__("Too many attempts. Wait a while before you try again.")
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True, kw_only=True)
class ThrottlePolicy:
    """The limits of an operation for each client network and each subject.

    The subject is what an attempt is about, such as an email address. With `only_failures`,
    successful attempts do not count for the client.
    """

    client: tuple[RateLimit, ...]
    subject: tuple[RateLimit, ...] = ()
    only_failures: bool = False


POLICIES: Final = {
    "register": ThrottlePolicy(client=(RateLimit(200, _HOUR),)),
    # Both reveal which usernames are taken.
    "change_username": ThrottlePolicy(
        client=(RateLimit(200, _HOUR),), subject=(RateLimit(20, _HOUR),)
    ),
    "password_reset": ThrottlePolicy(
        client=(RateLimit(60, _HOUR),), subject=(RateLimit(5, _HOUR),)
    ),
    "reset_token": ThrottlePolicy(client=(RateLimit(50, 15 * _MINUTE),), only_failures=True),
    "guest_session": ThrottlePolicy(client=(RateLimit(200, _HOUR),)),
    # Each may send an email, and could be a guessed order number.
    "order_lookup": ThrottlePolicy(client=(RateLimit(30, _HOUR),), subject=(RateLimit(5, _HOUR),)),
    # Nothing is paid in advance; the subject is the email address. Only placed orders count, since
    # a guest whose order is refused tries again.
    "guest_cod": ThrottlePolicy(
        client=(RateLimit(20, _HOUR),), subject=(RateLimit(3, 24 * _HOUR),)
    ),
    # Entries of the audit log: further ones are only logged.
    "access_denied": ThrottlePolicy(
        client=(RateLimit(300, _HOUR),), subject=(RateLimit(30, _HOUR),)
    ),
    # Browser tabs refresh in bursts, so only failures count.
    "refresh": ThrottlePolicy(client=(RateLimit(100, 5 * _MINUTE),), only_failures=True),
}


class Throttle:
    """Counts the attempts of operations. Without a rate limiter, every attempt is allowed.

    Raises the rate limiter's `Unavailable`.
    """

    def __init__(self, limiter: RateLimiter | None) -> None:
        self._limiter = limiter

    def begin(self, operation: str, *, address: str | None, subject: str | None = None) -> None:
        """Count an attempt before it is made. Raises `TooManyAttempts`.

        With `only_failures`, it counts for the subject alone: `failed` counts for the client.
        """
        if self._limiter is None:
            return
        policy = POLICIES[operation]
        client = _client_quota(operation, policy, address)
        counted = _subject_quotas(operation, policy, subject)
        if policy.only_failures:
            _ensure_allowed(self._limiter.retry_after([client]))
        else:
            counted = [client, *counted]
        if counted:
            _ensure_allowed(self._limiter.acquire(counted))

    def ensure_allowed(
        self, operation: str, *, address: str | None, subject: str | None = None
    ) -> None:
        """Raises `TooManyAttempts` if an attempt would exceed a limit. Counts nothing."""
        if self._limiter is not None:
            quotas = _quotas(operation, address=address, subject=subject)
            _ensure_allowed(self._limiter.retry_after(quotas))

    def succeeded(self, operation: str, *, address: str | None, subject: str | None = None) -> None:
        """Count an attempt that `ensure_allowed` allowed. Concurrent ones can exceed the limit."""
        if self._limiter is not None:
            self._limiter.acquire(_quotas(operation, address=address, subject=subject))

    def failed(self, operation: str, *, address: str | None) -> None:
        """Count a failed attempt of the client."""
        policy = POLICIES[operation]
        if self._limiter is not None and policy.only_failures:
            self._limiter.acquire([_client_quota(operation, policy, address)])


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInAttempt:
    """`identity` is `account_identity` or, where no account exists, `name_identity`.

    `device` is the network of the client, or the session that it has. A `known` device is one
    that the user has signed in from.
    """

    identity: str
    device: str
    network: str
    known: bool


class SignInThrottle:
    """Delays after failed sign-ins that grow for each account and network (ASVS 5.0, 6.3.1).

    Failures from unknown networks also count together, so that a botnet can't guess faster, but
    do not delay a known device. All failures of an account together are at most 100 in an hour
    (NIST SP 800-63B-4, section 3.2.2), over all of its names. Where no account exists,
    the name is counted in the same way. A success resets the failures of the device and the
    account. Without a rate limiter, every attempt is allowed. Raises `Unavailable`.
    """

    # After 10 failures up to a minute, after 15 up to 5, after 20 up to 15, after 25 up to an hour.
    _DELAYS: Final = (
        RateLimit(10, _MINUTE),
        RateLimit(15, 5 * _MINUTE),
        RateLimit(20, 15 * _MINUTE),
        RateLimit(25, _HOUR),
    )
    # Fewer than `_ALL`, so that attempts remain for known devices.
    _UNKNOWN: Final = (RateLimit(30, 5 * _MINUTE), RateLimit(60, _HOUR))
    _ALL: Final = (RateLimit(100, _HOUR),)
    # Of any result: each costs a password hash, and a success a session.
    _ATTEMPTS: Final = (RateLimit(30, 5 * _MINUTE), RateLimit(120, _HOUR))
    _NETWORK: Final = (RateLimit(100, 15 * _MINUTE),)

    def __init__(self, limiter: RateLimiter | None) -> None:
        self._limiter = limiter

    def begin(self, attempt: SignInAttempt) -> None:
        """Count an attempt before it is made. Raises `TooManyAttempts`."""
        if self._limiter is None:
            return
        if not attempt.known:
            _ensure_allowed(self._limiter.retry_after([self._network_quota(attempt)]))
        _ensure_allowed(
            self._limiter.acquire([*self._failure_quotas(attempt), self._attempt_quota(attempt)])
        )

    def failed(self, attempt: SignInAttempt) -> int:
        """Count a failure of the network; return the seconds that the device now has to wait."""
        if self._limiter is None:
            return 0
        self._limiter.acquire([self._network_quota(attempt)])
        return self._limiter.retry_after(self._failure_quotas(attempt))

    def succeeded(self, attempt: SignInAttempt) -> None:
        """Reset the failures of the device and of the account."""
        if self._limiter is not None:
            self._limiter.reset([quota.key for quota in self._failure_quotas(attempt)])

    def delays(self, user_id: UserId) -> Mapping[str, int]:
        """Seconds to wait by device; the key "" is that of all unknown devices."""
        if self._limiter is None:
            return {}
        prefix = _prefix(account_identity(user_id))
        waits = {
            device: self._limiter.retry_after([Quota(f"{prefix}from:{device}", self._DELAYS)])
            for key in self._limiter.keys(f"{prefix}from:")
            for device in [key.removeprefix(f"{prefix}from:")]
        }
        waits[""] = self._limiter.retry_after(
            [Quota(f"{prefix}unknown", self._UNKNOWN), Quota(f"{prefix}all", self._ALL)]
        )
        return {device: seconds for device, seconds in waits.items() if seconds}

    def unlock(self, user_id: UserId) -> None:
        """Reset every count of the account."""
        if self._limiter is None:
            return
        if keys := self._limiter.keys(_prefix(account_identity(user_id))):
            self._limiter.reset(keys)

    def _failure_quotas(self, attempt: SignInAttempt) -> list[Quota]:
        prefix = _prefix(attempt.identity)
        quotas = [
            Quota(f"{prefix}from:{attempt.device}", self._DELAYS),
            Quota(f"{prefix}all", self._ALL),
        ]
        if not attempt.known:
            quotas.append(Quota(f"{prefix}unknown", self._UNKNOWN))
        return quotas

    def _attempt_quota(self, attempt: SignInAttempt) -> Quota:
        return Quota(f"{_prefix(attempt.identity)}attempts:{attempt.device}", self._ATTEMPTS)

    def _network_quota(self, attempt: SignInAttempt) -> Quota:
        return Quota(f"sign_in:address:{attempt.network}", self._NETWORK)


def account_identity(user_id: UserId) -> str:
    """The identity under which the attempts of an account are counted."""
    return f"user:{user_id}"


def name_identity(login: str) -> str:
    """The identity under which the attempts of a name without an account are counted."""
    return f"name:{_digest(login)}"


def client_network(address: str | None) -> str:
    """The IPv4 address, or the /64 network that an IPv6 client usually controls.

    The address may have a port.
    """
    if match := _ADDRESS_AND_PORT.fullmatch(address or ""):
        address = match[1] or match[2]
    try:
        parsed = ipaddress.ip_address(address or "")
    except ValueError:
        return UNKNOWN_NETWORK
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)


def _ensure_allowed(seconds: int) -> None:
    if seconds:
        raise TooManyAttempts(seconds)


def _quotas(operation: str, *, address: str | None, subject: str | None) -> list[Quota]:
    policy = POLICIES[operation]
    return [
        _client_quota(operation, policy, address),
        *_subject_quotas(operation, policy, subject),
    ]


def _subject_quotas(operation: str, policy: ThrottlePolicy, subject: str | None) -> list[Quota]:
    if subject is None or not policy.subject:
        return []
    return [Quota(f"{operation}:account:{_digest(subject)}", policy.subject)]


def _client_quota(operation: str, policy: ThrottlePolicy, address: str | None) -> Quota:
    return Quota(f"{operation}:address:{client_network(address)}", policy.client)


def _prefix(identity: str) -> str:
    return f"sign_in:{identity}:"


def _digest(login: str) -> str:
    # A digest, so that the counters store no names and email addresses.
    return hashlib.sha256(login_key(login).encode("utf-8", "surrogatepass")).hexdigest()[:32]

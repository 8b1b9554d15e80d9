"""Guessing of staff's passwords, counted together with guessing at the API."""

import hashlib
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from novacart.application.ports.rate_limiter import RateLimit, RateLimiter


class SignInPolicy(Protocol):
    """How many failures one client address and one account may have."""

    @property
    def address(self) -> tuple[RateLimit, ...]: ...

    @property
    def account(self) -> tuple[RateLimit, ...]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInThrottle:
    """Counts under the keys that the API's sign-in counts under; no `attempts`, no limits."""

    attempts: RateLimiter | None
    policy: SignInPolicy
    network_of: Callable[[str | None], str]

    def begin(self, address: str | None, login: str) -> int:
        """Count an attempt before the password is looked at: 0, or the seconds to wait."""
        if self.attempts is None:
            return 0
        wait = self.attempts.wait(self._address(address), self.policy.address)
        return wait or self.attempts.take(_account(login), self.policy.account)

    def failed(self, address: str | None) -> None:
        if self.attempts is not None:
            self.attempts.take(self._address(address), self.policy.address)

    def succeeded(self, login: str) -> None:
        if self.attempts is not None:
            self.attempts.forget(_account(login))

    def _address(self, address: str | None) -> str:
        return f"sign_in:address:{self.network_of(address)}"


def _account(login: str) -> str:
    same = unicodedata.normalize("NFKC", login).strip().casefold()
    digest = hashlib.sha256(same.encode("utf-8", "surrogatepass")).hexdigest()
    return f"sign_in:account:{digest}"

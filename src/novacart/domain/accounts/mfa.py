"""Two-factor authentication with an authenticator app (TOTP, RFC 6238) and recovery codes."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from math import ceil
from typing import Final, Self

from novacart.domain.accounts.errors import MfaAlreadyEnabled, MfaNotEnabled
from novacart.domain.accounts.events import (
    MfaCodeRejected,
    MfaDisabled,
    MfaEnabled,
    RecoveryCodesReplaced,
    RecoveryCodeUsed,
)
from novacart.domain.shared.events import AggregateRoot
from novacart.domain.shared.ids import UserId

RECOVERY_CODES: Final = 10
# After this many wrong codes in a row, one further attempt is allowed in each period.
MAX_FAILURES: Final = 5
FAILURE_DELAY: Final = timedelta(minutes=15)

# No letters or digits that look alike. 24 characters have 118 random bits, enough for a fast hash
# (OWASP ASVS 5.0, 6.5.2).
_ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS: Final = 6
_GROUP_LENGTH: Final = 4


def generate_recovery_codes() -> list[str]:
    """Ten random codes such as `abcd-efgh-jkmn-pqrs-tuvw-xyz2`."""
    return [
        "-".join(
            "".join(secrets.choice(_ALPHABET) for _ in range(_GROUP_LENGTH)) for _ in range(_GROUPS)
        )
        for _ in range(RECOVERY_CODES)
    ]


def hash_recovery_code(code: str) -> str:
    """SHA-256 of a code, ignoring case, spaces and hyphens."""
    text = "".join(code.split()).replace("-", "").lower()
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


class MfaEnrolment(AggregateRoot):
    """The second factor of a user.

    It takes effect once the first code is confirmed. `encrypted_secret` is the shared secret of
    the app. A code of a time step at or before `last_step` is not accepted: each code works once
    (RFC 6238, section 5.2).
    """

    __slots__ = (
        "_recovery_code_hashes",
        "created_at",
        "enabled_at",
        "encrypted_secret",
        "failed_at",
        "failures",
        "last_step",
        "user_id",
    )

    def __init__(
        self,
        *,
        user_id: UserId,
        encrypted_secret: str,
        created_at: datetime,
        enabled_at: datetime | None = None,
        last_step: int = 0,
        failures: int = 0,
        failed_at: datetime | None = None,
        recovery_code_hashes: Iterable[str] = (),
        version: int = 0,
    ) -> None:
        super().__init__(version=version)
        self.user_id = user_id
        self.encrypted_secret = encrypted_secret
        self.created_at = created_at
        self.enabled_at = enabled_at
        self.last_step = last_step
        self.failures = failures
        self.failed_at = failed_at
        self._recovery_code_hashes = frozenset(recovery_code_hashes)

    @classmethod
    def start(cls, *, user_id: UserId, encrypted_secret: str, at: datetime) -> Self:
        """Start the set-up with a new secret."""
        return cls(user_id=user_id, encrypted_secret=encrypted_secret, created_at=at)

    @property
    def is_enabled(self) -> bool:
        return self.enabled_at is not None

    @property
    def recovery_code_hashes(self) -> frozenset[str]:
        """Hashes of the unused recovery codes."""
        return self._recovery_code_hashes

    def restart(self, encrypted_secret: str, *, at: datetime) -> None:
        """Replace the secret of an unfinished set-up. Raises `MfaAlreadyEnabled`."""
        if self.is_enabled:
            raise MfaAlreadyEnabled
        self.encrypted_secret = encrypted_secret
        self.created_at = at

    def enable(self, recovery_codes: Iterable[str], *, at: datetime) -> None:
        """Finish the set-up after a code was accepted. Raises `MfaAlreadyEnabled`."""
        if self.is_enabled:
            raise MfaAlreadyEnabled
        self.enabled_at = at
        self._recovery_code_hashes = frozenset(map(hash_recovery_code, recovery_codes))
        self._record(MfaEnabled(user_id=self.user_id, occurred_at=at))

    def replace_recovery_codes(self, recovery_codes: Iterable[str], *, at: datetime) -> None:
        """Invalidate the old codes. Raises `MfaNotEnabled`."""
        if not self.is_enabled:
            raise MfaNotEnabled
        self._recovery_code_hashes = frozenset(map(hash_recovery_code, recovery_codes))
        self._record(RecoveryCodesReplaced(user_id=self.user_id, occurred_at=at))

    def disable(self, *, at: datetime) -> None:
        """Record that the second factor was removed."""
        if self.is_enabled:
            self._record(MfaDisabled(user_id=self.user_id, occurred_at=at))

    def retry_after(self, at: datetime) -> int:
        """Seconds until the next attempt is allowed; 0 if it is allowed now."""
        if self.failures < MAX_FAILURES or self.failed_at is None:
            return 0
        remaining = self.failed_at + FAILURE_DELAY - at
        return max(0, ceil(remaining.total_seconds()))

    def accept_step(self, step: int | None, *, at: datetime) -> bool:
        """Accept a code by the time step it belongs to; None is a wrong code.

        A refused code counts as a failure, so save the enrolment. Every code is refused while
        `retry_after` is not 0.
        """
        if self.retry_after(at):
            return False
        if step is None or step <= self.last_step:
            return self._fail(at)
        self.last_step = step
        return self._succeed()

    def accept_recovery_code(self, code: str, *, at: datetime) -> bool:
        """Use up a recovery code. Counts and refuses as `accept_step`."""
        if self.retry_after(at):
            return False
        code_hash = hash_recovery_code(code)
        if code_hash not in self._recovery_code_hashes:
            return self._fail(at)
        self._recovery_code_hashes -= {code_hash}
        self._record(
            RecoveryCodeUsed(
                user_id=self.user_id, remaining=len(self._recovery_code_hashes), occurred_at=at
            )
        )
        return self._succeed()

    def _fail(self, at: datetime) -> bool:
        self.failures += 1
        self.failed_at = at
        self._record(MfaCodeRejected(user_id=self.user_id, occurred_at=at))
        return False

    def _succeed(self) -> bool:
        self.failures = 0
        self.failed_at = None
        return True

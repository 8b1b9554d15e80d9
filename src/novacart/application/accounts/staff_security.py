"""Rules for the passwords and second factors of staff."""

from dataclasses import dataclass

from novacart.domain.accounts.password import STAFF_MIN_LENGTH, normalize_password


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffSecurityPolicy:
    """`mfa_required` makes the second factor mandatory for every staff role."""

    mfa_required: bool = False

    def allows_without_mfa(self, password: str) -> bool:
        """Whether staff may use this password without a second factor."""
        return not self.mfa_required and len(normalize_password(password)) >= STAFF_MIN_LENGTH

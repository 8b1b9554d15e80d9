"""Amounts that a role may refund or cancel at a time."""

from dataclasses import dataclass

from novacart.application.authorization.permissions import is_limited
from novacart.domain.accounts.role import Role
from novacart.domain.shared.errors import DomainError
from novacart.domain.shared.money import Money


class AboveYourLimit(DomainError):
    """A refund or cancellation of a larger amount than the role's limit."""

    code = "above_your_limit"

    def __init__(self, limit: Money) -> None:
        super().__init__(
            f"This is above your limit of {limit} {limit.currency}. Ask a manager.",
            details={"limit": str(limit)},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffLimits:
    """`support` is the largest amount that support may refund or cancel at a time."""

    support: Money

    def limit_for(self, role: Role, permission: str) -> Money | None:
        """The largest amount at a time; None for no limit."""
        return self.support if is_limited(role, permission) else None

    def ensure_within(self, role: Role, permission: str, amount: Money) -> None:
        """Raise `AboveYourLimit` if the amount is above the role's limit."""
        limit = self.limit_for(role, permission)
        if limit is not None and amount > limit:
            raise AboveYourLimit(limit)

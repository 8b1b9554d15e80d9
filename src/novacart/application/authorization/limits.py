"""How much money a role may move by itself."""

from dataclasses import dataclass

from novacart.application.authorization.permissions import is_limited
from novacart.domain.shared.errors import DomainError
from novacart.domain.shared.money import Money


class AboveYourLimit(DomainError):
    """A refund or cancellation of more money than the role may move by itself."""

    code = "above_your_limit"

    def __init__(self, limit: Money) -> None:
        super().__init__(
            f"This is more than the {limit} {limit.currency} that you may give back by yourself:"
            " ask a manager.",
            details={"limit": str(limit)},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffLimits:
    """`support` is what support may refund or cancel at a time."""

    support: Money

    def of(self, role: str, permission: str) -> Money | None:
        """The most that the role may move by that permission at a time; None for any amount."""
        return self.support if is_limited(role, permission) else None


def ensure_within_limit(limit: Money | None, amount: Money) -> None:
    """Raises `AboveYourLimit`."""
    if limit is not None and amount > limit:
        raise AboveYourLimit(limit)

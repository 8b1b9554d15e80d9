"""What the shop's owner has settled about the back office."""

from dataclasses import dataclass

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
class BackOfficePolicy:
    """`support_limit` is what support may refund or cancel at a time.

    A product of which `low_stock` or fewer are available is shown as running out.
    """

    support_limit: Money
    low_stock: int = 5

    @property
    def currency(self) -> str:
        return self.support_limit.currency

    def must_be_within_limit(self, amount: Money) -> None:
        """Raises `AboveYourLimit`."""
        if amount > self.support_limit:
            raise AboveYourLimit(self.support_limit)

"""Amounts that a role may refund or cancel."""

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from novacart.application.authorization.actor import Actor, PermissionDenied
from novacart.application.authorization.permissions import is_limited
from novacart.domain.accounts.role import Role
from novacart.domain.shared.errors import DomainError
from novacart.domain.shared.ids import UserId
from novacart.domain.shared.local_time import start_of_day
from novacart.domain.shared.money import Money


class AboveYourLimit(DomainError):
    """A refund or cancellation that exceeds the role's limit, alone or with earlier ones."""

    code = "above_your_limit"

    def __init__(self, limit: Money, used: Money) -> None:
        message = f"This is above your limit of {limit} {limit.currency} for an order and a day"
        if used:
            message += f", of which {used} {used.currency} is used"
        super().__init__(
            f"{message}. Ask a manager.", details={"limit": str(limit), "used": str(used)}
        )


class OwnOrder(PermissionDenied):
    """Staff do not refund or cancel what they bought themselves."""

    code = "own_order"

    def __init__(self) -> None:
        super().__init__("This is your own order. Ask a colleague.")


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffLimits:
    """`support` is what a member of support may refund for one order and in one day.

    The same amount applies to cancellations. A day is one in `timezone`.
    """

    support: Money
    timezone: tzinfo = UTC

    def limit_for(self, role: Role, permission: str) -> Money | None:
        """The largest amount for an order and for a day; None for no limit."""
        return self.support if is_limited(role, permission) else None

    def start_of_day(self, at: datetime) -> datetime:
        """The time from which amounts are added up."""
        return start_of_day(at, self.timezone)

    def ensure_within(
        self, role: Role, permission: str, amount: Money, *, used: Money | None = None
    ) -> None:
        """Raise `AboveYourLimit` if `amount` and what is `used` exceed the role's limit."""
        limit = self.limit_for(role, permission)
        used = used or Money.zero(amount.currency)
        if limit is not None and amount + used > limit:
            raise AboveYourLimit(limit, used)


def ensure_not_own_order(staff: Actor, customer: UserId) -> None:
    """Raise `OwnOrder` if the member of staff is the customer; owners are exempt."""
    if staff.user_id == customer and staff.role is not Role.OWNER:
        raise OwnOrder

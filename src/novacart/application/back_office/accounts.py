"""Read models of customers and staff."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from novacart.application.back_office.orders import OrderRow
from novacart.domain.accounts.role import Role
from novacart.domain.shared.ids import UserId
from novacart.domain.shared.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRow:
    id: UserId
    username: str
    email: str
    first_name: str
    last_name: str
    role: Role
    is_active: bool
    created_at: datetime

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountDetail(AccountRow):
    """`spent` is captured less refunded money, and less what banks hold for disputes.

    `recent_orders` holds the newest ten.
    """

    has_password: bool
    email_verified: bool
    mfa_enabled: bool
    password_changed_at: datetime
    orders: int
    spent: Money
    addresses: int
    recent_orders: Sequence[OrderRow]

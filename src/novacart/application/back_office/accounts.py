"""Customers and staff as staff see them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from novacart.application.back_office.orders import OrderRow
from novacart.domain.shared.ids import UserId
from novacart.domain.shared.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRow:
    id: UserId
    username: str
    email: str
    first_name: str
    last_name: str
    role: str
    is_active: bool
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountDetail(AccountRow):
    """`spent` is what was paid less what went back; `recent_orders` are the newest ten."""

    password_changed_at: datetime
    orders: int
    spent: Money
    addresses: int
    recent_orders: Sequence[OrderRow]

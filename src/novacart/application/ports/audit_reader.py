"""The recorded data, read by the audit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from novacart.domain.shared.ids import OrderId
from novacart.domain.shared.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """`checked` counts the records that were checked; `violations` has one message each."""

    checked: int
    violations: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedPayment:
    """`reference` is the provider's id of the payment.

    `is_under_way`: it is new and open, so the provider may have captured it a moment ago.
    """

    reference: str
    order_number: str
    captured: Money
    created_at: datetime
    is_under_way: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedBalance:
    """Sums of one moment in minor units of a currency.

    `capturable` is the amount of the payments under way. The provider may have made any of the
    `requested` refunds, and any of the `pending` ones may have failed there. `refunded` contains
    the pending ones.
    """

    captured: int
    capturable: int = 0
    refunded: int = 0
    requested: int = 0
    pending: int = 0


class AuditReader(Protocol):
    def check(self, number: int, *, now: datetime) -> CheckResult:
        """Check the invariant with this number in the database."""
        ...

    def excess_reservations(self) -> Sequence[OrderId]:
        """Return the orders for which more units are reserved than they need.

        Without lines of which the ledger has sold other units than were shipped.
        """
        ...

    def newest_payments_since(self, count: int) -> datetime | None:
        """Return when the payment before the newest `count` was created; None without one."""
        ...

    def payments(self, *, since: datetime, now: datetime) -> Sequence[RecordedPayment]:
        """Return the payments created since then that were opened at the provider."""
        ...

    def balances(self, *, now: datetime) -> Mapping[str, RecordedBalance]:
        """Return the sums of all payments and refunds by currency."""
        ...

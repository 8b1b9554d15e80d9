"""The state of a payment, its refunds and its disputes, as the payment provider reports it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from novacart.domain.payments.lifecycle import (
    UNSUCCESSFUL,
    DisputeStatus,
    PaymentStatus,
    RefundStatus,
)
from novacart.domain.shared.ids import PaymentId, RefundId
from novacart.domain.shared.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentReport:
    """`payment_id` and `order_number` are our own, read from the provider's metadata.

    `attempt` is the provider's id of the last attempt to pay, if it has one.
    """

    status: PaymentStatus
    amount: Money
    captured: Money
    reported_at: datetime
    client_secret: str | None = None
    payment_id: PaymentId | None = None
    order_number: str | None = None
    failure: str | None = None
    attempt: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundReport:
    """`reference` is the provider's id of the refund.

    `refund_id` is our own; None for a refund that was made in the provider's dashboard.
    """

    reference: str
    status: RefundStatus
    amount: Money
    reported_at: datetime
    refund_id: RefundId | None = None
    failure: str | None = None

    @property
    def is_effective(self) -> bool:
        """Whether the money was or will be refunded: neither failed nor cancelled."""
        return self.status not in UNSUCCESSFUL


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeReport:
    """`withdrawn`: the bank took the money. `reinstated`: the bank returned it.

    `due_by` is the bank's deadline for evidence.
    """

    reference: str
    status: DisputeStatus
    amount: Money
    reported_at: datetime
    due_by: datetime | None = None
    withdrawn: bool = False
    reinstated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderReport:
    """A report on one payment; `reference` is the provider's id of it.

    `complete` if it lists every refund and dispute of the payment. An event reports only what
    changed: `payment` is None where the event is about a refund or a dispute.
    """

    reference: str
    payment: PaymentReport | None = None
    refunds: Sequence[RefundReport] = ()
    disputes: Sequence[DisputeReport] = ()
    complete: bool = False

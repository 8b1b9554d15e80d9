"""Read models of payments and refunds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from novacart.domain.payments.lifecycle import (
    DISPUTES_AT_RISK,
    OPEN_DISPUTES,
    UNSUCCESSFUL,
    DisputeStatus,
    PaymentStatus,
    RefundStatus,
)
from novacart.domain.payments.refund import RefundOrigin, RefundResolution
from novacart.domain.shared.ids import OrderId, PaymentId, RefundId
from novacart.domain.shared.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeRow:
    """`due_by` is the bank's deadline for evidence; `withheld` is what the bank holds now."""

    reference: str
    payment_id: PaymentId
    order_id: OrderId
    order_number: str
    status: DisputeStatus
    amount: Money
    withheld: Money
    due_by: datetime | None
    opened_at: datetime
    closed_at: datetime | None

    @property
    def is_open(self) -> bool:
        return self.status in OPEN_DISPUTES

    @property
    def is_at_risk(self) -> bool:
        """Whether the bank may keep the money, or has kept it."""
        return self.status in DISPUTES_AT_RISK


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRow:
    """`reference` is the provider's id; `refunded` includes refunds in progress.

    `withheld` is what banks hold for disputes. `refundable` is what can still be refunded.
    `dispute` is the status of the latest dispute.
    """

    id: PaymentId
    order_id: OrderId
    order_number: str
    status: PaymentStatus
    amount: Money
    captured: Money
    refunded: Money
    withheld: Money
    refundable: Money
    dispute: DisputeStatus | None
    reference: str | None
    failure: str | None
    created_at: datetime
    settled_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentDetail(PaymentRow):
    """`disputes` are in the order in which they were opened."""

    disputes: Sequence[DisputeRow]


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundRow:
    id: RefundId
    payment_id: PaymentId
    order_id: OrderId
    order_number: str
    status: RefundStatus
    amount: Money
    origin: RefundOrigin
    reason: str
    reference: str | None
    failure: str | None
    requested_at: datetime
    settled_at: datetime | None
    resolution: RefundResolution | None
    resolution_note: str
    resolved_at: datetime | None

    @property
    def needs_attention(self) -> bool:
        """Whether it failed and staff have not resolved it yet."""
        return self.status in UNSUCCESSFUL and self.resolution is None


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundDetail(RefundRow):
    """`refunded_since`: refunds of the same payment that were requested later and did not fail."""

    refunded_since: Money

"""Read models of payments and refunds."""

from dataclasses import dataclass
from typing import Protocol

from novacart.domain.payments.lifecycle import RefundStatus
from novacart.domain.shared.ids import OrderId, PaymentId, RefundId
from novacart.domain.shared.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentIntent:
    """What the customer's browser needs to pay; `reference` is the provider's id."""

    payment_id: PaymentId
    order_id: OrderId
    reference: str
    client_secret: str
    amount: Money
    publishable_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundSummary:
    id: RefundId
    amount: Money
    status: RefundStatus


class PaymentQueries(Protocol):
    def refund(self, refund_id: RefundId) -> RefundSummary | None: ...

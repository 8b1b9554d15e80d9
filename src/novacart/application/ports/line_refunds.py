"""Refunds of single order lines, as ordering requests them from payments."""

from dataclasses import dataclass
from typing import Protocol

from novacart.domain.shared.ids import OrderId, OrderLineId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRefundRequest:
    """`idempotency_key` is fulfilled in the transaction that commits the refund."""

    user_id: UserId
    order_id: OrderId
    line_id: OrderLineId
    reason: str
    idempotency_key: str | None


class LineRefunds(Protocol):
    def __call__(self, request: LineRefundRequest, /) -> None:
        """Request the refund of what remains of the line, in its own unit of work.

        Checks the order again, since it may have changed since the caller read it. If the provider
        cannot be reached, the refund is sent later. Raises `OrderNotFound`, `OrderLineNotFound`,
        `LineAlreadyCancelled`, `OrderAlreadyShipped`, `OrderNotPaid`, `RefundNotAllowed`,
        `PaymentDisputed` and `RefundRefused`.
        """
        ...

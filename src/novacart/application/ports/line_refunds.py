"""Refunds of single lines, as the ordering of the shop asks for them."""

from dataclasses import dataclass
from typing import Protocol

from novacart.domain.shared.ids import OrderId, OrderLineId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRefundRequest:
    """`idempotency_key` is to be fulfilled in the transaction that commits the refund."""

    user_id: UserId
    order_id: OrderId
    line_id: OrderLineId
    reason: str
    idempotency_key: str | None


class LineRefunds(Protocol):
    def __call__(self, request: LineRefundRequest, /) -> None:
        """Start the refund of exactly what is left of that line, in a unit of work of its own.

        The order may have changed since the caller looked at it. Raises `OrderNotFound`,
        `OrderLineNotFound`, `LineAlreadyCancelled`, `OrderAlreadyShipped`, `OrderNotPaid`,
        and `Unavailable` where the provider is out of reach.
        """
        ...

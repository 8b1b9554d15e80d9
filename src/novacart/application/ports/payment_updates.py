"""The latest state of an order's payment, as ordering requests it from payments."""

from typing import Protocol

from novacart.domain.shared.ids import OrderId


class PaymentUpdates(Protocol):
    def __call__(self, order_id: OrderId, /) -> None:
        """Ask the provider about the order's open payment, and apply what it reports.

        Does nothing without a payment that was opened there. Not to be called in a unit of work.
        Raises `GatewayUnavailable`, and `PaymentMismatch` for a report that contradicts the record.
        """
        ...

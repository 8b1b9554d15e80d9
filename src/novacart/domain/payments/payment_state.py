"""What a payment is made of, and how it moves along its lifecycle."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from novacart.domain.payments.dispute import Dispute
from novacart.domain.payments.errors import InvalidPaymentTransition
from novacart.domain.payments.lifecycle import PAYMENT_LIFECYCLE, PaymentStatus, RefundStatus
from novacart.domain.payments.refund import Refund
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.events import AggregateRoot
from novacart.domain.shared.ids import OrderId, PaymentId, RefundId, UserId
from novacart.domain.shared.money import Money

ENDS = frozenset({PaymentStatus.SUCCEEDED, PaymentStatus.CANCELLED})


class PaymentState(AggregateRoot):
    """A payment as it stands, with every refund and dispute of it."""

    __slots__ = (
        "_disputes",
        "_refunds",
        "amount",
        "cancel_key",
        "captured",
        "check_at",
        "client_secret",
        "created_at",
        "failure",
        "id",
        "open_key",
        "order_id",
        "order_number",
        "reference",
        "reported_at",
        "settled_at",
        "status",
        "user_id",
    )

    def __init__(
        self,
        *,
        id: PaymentId,
        order_id: OrderId,
        order_number: str,
        user_id: UserId,
        amount: Money,
        open_key: str,
        created_at: datetime,
        status: PaymentStatus = PaymentStatus.CREATED,
        captured: Money | None = None,
        reference: str | None = None,
        client_secret: str | None = None,
        cancel_key: str | None = None,
        failure: str | None = None,
        reported_at: datetime | None = None,
        settled_at: datetime | None = None,
        check_at: datetime | None = None,
        refunds: Iterable[Refund] = (),
        disputes: Iterable[Dispute] = (),
        version: int = 0,
    ) -> None:
        super().__init__(version=version)
        if amount.amount <= 0:
            raise InvalidValue("amount", "A payment is more than nothing.")
        self.id = id
        self.order_id = order_id
        self.order_number = order_number
        self.user_id = user_id
        self.amount = amount
        self.open_key = open_key
        self.created_at = created_at
        self.status = status
        self.captured = captured or Money.zero(amount.currency)
        self.reference = reference
        self.client_secret = client_secret
        self.cancel_key = cancel_key
        self.failure = failure
        self.reported_at = reported_at
        self.settled_at = settled_at
        self.check_at = check_at
        self._refunds = {refund.id: refund for refund in refunds}
        self._disputes = {dispute.reference: dispute for dispute in disputes}

    @property
    def refunds(self) -> tuple[Refund, ...]:
        return tuple(self._refunds.values())

    @property
    def disputes(self) -> tuple[Dispute, ...]:
        return tuple(self._disputes.values())

    @property
    def is_open(self) -> bool:
        """Whether it can still succeed."""
        return self.status not in ENDS

    @property
    def refunded(self) -> Money:
        """What the provider has given back, or is giving back."""
        return self._sum(
            refund.amount
            for refund in self.refunds
            if refund.status in {RefundStatus.PENDING, RefundStatus.SUCCEEDED}
        )

    @property
    def left(self) -> Money:
        """What can still be refunded: neither given back, nor promised, nor held by a bank."""
        promised = self._sum(refund.amount for refund in self.refunds if refund.counts)
        withheld = self._sum(dispute.withheld for dispute in self.disputes)
        return max(self.captured - promised - withheld, self._sum(()))

    @property
    def is_fully_refunded(self) -> bool:
        """Whether all that was captured has arrived back at the customer."""
        back = self._sum(
            refund.amount for refund in self.refunds if refund.status is RefundStatus.SUCCEEDED
        )
        return bool(self.captured) and back >= self.captured

    def refund(self, refund_id: RefundId) -> Refund:
        """Raises `KeyError` for one of another payment."""
        return self._refunds[refund_id]

    def refund_called(self, reference: str) -> Refund | None:
        return next((known for known in self.refunds if known.reference == reference), None)

    def _move(self, status: PaymentStatus) -> None:
        if status not in PAYMENT_LIFECYCLE[self.status]:
            raise InvalidPaymentTransition("payment", self.status, status)
        self.status = status

    def _sum(self, amounts: Iterable[Money]) -> Money:
        return sum(amounts, start=Money.zero(self.amount.currency))

    def _facts(self, at: datetime, amount: Money | None = None) -> dict[str, Any]:
        return {
            "payment_id": int(self.id),
            "order_id": int(self.order_id),
            "order_number": self.order_number,
            "user_id": int(self.user_id),
            "amount_minor": (amount or self.amount).amount,
            "currency": self.amount.currency,
            "occurred_at": at,
        }

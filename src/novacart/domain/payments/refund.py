"""A refund of a payment, or of a part of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from novacart.domain.payments.errors import InvalidPaymentTransition, PaymentMismatch
from novacart.domain.payments.lifecycle import REFUND_LIFECYCLE, RefundStatus
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.ids import OrderLineId, RefundId
from novacart.domain.shared.money import Money


class RefundOrigin(StrEnum):
    """Who began it: `PROVIDER` is somebody in the provider's own dashboard."""

    CUSTOMER = "CUSTOMER"
    STAFF = "STAFF"
    LINE_CANCELLED = "LINE_CANCELLED"
    LATE_PAYMENT = "LATE_MONEY"
    PROVIDER = "PROVIDER"


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundPart:
    """What of a refund falls to one order line: `quantity` pieces, and money."""

    line_id: OrderLineId
    quantity: int
    amount: Money


class Refund:
    """`key` is the idempotency key of the request to the provider, kept before it is sent.

    `reference` is the provider's own id, once it is known. A refund is never deleted: one
    that failed or was cancelled stays on record and counts for nothing.
    """

    __slots__ = (
        "amount",
        "failure",
        "id",
        "key",
        "origin",
        "parts",
        "reason",
        "reference",
        "requested_at",
        "settled_at",
        "status",
    )

    def __init__(
        self,
        *,
        id: RefundId,
        key: str,
        amount: Money,
        origin: RefundOrigin,
        requested_at: datetime,
        reason: str = "",
        parts: Sequence[RefundPart] = (),
        status: RefundStatus = RefundStatus.REQUESTED,
        reference: str | None = None,
        failure: str | None = None,
        settled_at: datetime | None = None,
    ) -> None:
        if amount.amount <= 0:
            raise InvalidValue("amount", "A refund is more than nothing.")
        self.id = id
        self.key = key
        self.amount = amount
        self.origin = origin
        self.requested_at = requested_at
        self.reason = reason
        self.parts = tuple(parts)
        self.status = status
        self.reference = reference
        self.failure = failure
        self.settled_at = settled_at

    @property
    def counts(self) -> bool:
        """Whether the money is given back, or about to be."""
        return self.status not in {RefundStatus.FAILED, RefundStatus.CANCELLED}

    @property
    def is_open(self) -> bool:
        """Whether its end is still to come."""
        return self.status in {RefundStatus.REQUESTED, RefundStatus.PENDING}

    def is_called(self, reference: str) -> None:
        """Learn the provider's id. Raises `PaymentMismatch` where another one is known."""
        if self.reference not in {None, reference}:
            raise PaymentMismatch("refund", recorded=self.reference, reported=reference)
        self.reference = reference

    def move(self, status: RefundStatus, *, at: datetime, failure: str | None = None) -> None:
        """Raises `InvalidPaymentTransition` for a step that the lifecycle does not have."""
        if status not in REFUND_LIFECYCLE[self.status]:
            raise InvalidPaymentTransition("refund", self.status, status)
        self.status = status
        self.failure = failure
        self.settled_at = None if self.is_open else at

    def may_still_become(self, status: RefundStatus) -> bool:
        return status in REFUND_LIFECYCLE[self.status]

    def use_new_key(self, key: str) -> None:
        """After an answer that the provider would only repeat under the old key.

        Raises `InvalidPaymentTransition` once the provider is known to have the refund.
        """
        if self.status is not RefundStatus.REQUESTED:
            raise InvalidPaymentTransition("refund", self.status, RefundStatus.REQUESTED)
        self.key = key

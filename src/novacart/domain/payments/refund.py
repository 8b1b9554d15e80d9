"""A full or partial refund of a payment."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from novacart.domain.payments.errors import InvalidPaymentTransition, PaymentMismatch
from novacart.domain.payments.lifecycle import REFUND_LIFECYCLE, UNSUCCESSFUL, RefundStatus
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.ids import RefundId
from novacart.domain.shared.money import Money
from novacart.domain.shared.refunds import RefundItem


class RefundOrigin(StrEnum):
    """Who requested the refund. `PROVIDER`: it was made in the provider's dashboard."""

    CUSTOMER = "CUSTOMER"
    STAFF = "STAFF"
    LINE_CANCELLED = "LINE_CANCELLED"
    LATE_PAYMENT = "LATE_MONEY"
    PROVIDER = "PROVIDER"


class Refund:
    """`key` is the idempotency key of the request to the provider, stored before it is sent.

    `reference` is the provider's id, once known. A refund is never deleted: one that failed or
    was cancelled stays on record.
    """

    __slots__ = (
        "amount",
        "failure",
        "id",
        "items",
        "key",
        "origin",
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
        items: Sequence[RefundItem] = (),
        status: RefundStatus = RefundStatus.REQUESTED,
        reference: str | None = None,
        failure: str | None = None,
        settled_at: datetime | None = None,
    ) -> None:
        """Raises `InvalidValue` unless the amount is positive."""
        if amount.amount <= 0:
            raise InvalidValue("amount", "A refund must be more than zero.")
        self.id = id
        self.key = key
        self.amount = amount
        self.origin = origin
        self.requested_at = requested_at
        self.reason = reason
        self.items = tuple(items)
        self.status = status
        self.reference = reference
        self.failure = failure
        self.settled_at = settled_at

    @property
    def is_effective(self) -> bool:
        """Whether the money was refunded or still can be: neither failed nor cancelled."""
        return self.status not in UNSUCCESSFUL

    @property
    def is_open(self) -> bool:
        """Whether its outcome is not known yet."""
        return self.status in {RefundStatus.REQUESTED, RefundStatus.PENDING}

    def assign_reference(self, reference: str) -> None:
        """Record the provider's id. Raises `PaymentMismatch` if it has another one."""
        if self.reference not in {None, reference}:
            raise PaymentMismatch("refund", recorded=self.reference, reported=reference)
        self.reference = reference

    def can_become(self, status: RefundStatus) -> bool:
        return status in REFUND_LIFECYCLE[self.status]

    def move(self, status: RefundStatus, *, at: datetime, failure: str | None = None) -> None:
        """Raises `InvalidPaymentTransition`."""
        if not self.can_become(status):
            raise InvalidPaymentTransition("refund", self.status, status)
        self.status = status
        self.failure = failure
        self.settled_at = None if self.is_open else at

    def replace_key(self, key: str) -> None:
        """Use a new idempotency key where the provider would repeat its failure under the old.

        Raises `InvalidPaymentTransition` once the provider has the refund.
        """
        if self.status is not RefundStatus.REQUESTED:
            raise InvalidPaymentTransition("refund", self.status, RefundStatus.REQUESTED)
        self.key = key

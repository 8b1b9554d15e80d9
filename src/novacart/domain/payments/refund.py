"""A full or partial refund of a payment."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from novacart.domain.payments.errors import (
    InvalidPaymentTransition,
    PaymentMismatch,
    RefundResolved,
)
from novacart.domain.payments.lifecycle import REFUND_LIFECYCLE, UNSUCCESSFUL, RefundStatus
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.ids import RefundId, UserId
from novacart.domain.shared.money import Money
from novacart.domain.shared.refunds import RefundItem


class RefundOrigin(StrEnum):
    """Who requested the refund. `PROVIDER`: it was made in the provider's dashboard."""

    CUSTOMER = "CUSTOMER"
    STAFF = "STAFF"
    LINE_CANCELLED = "LINE_CANCELLED"
    LATE_PAYMENT = "LATE_MONEY"
    PROVIDER = "PROVIDER"


class RefundResolution(StrEnum):
    """How a failed refund was resolved.

    `RETRIED`: another refund was requested. `SETTLED_BY_HAND`: the money was returned outside of
    the provider. `SUPERSEDED`: the money was refunded by other refunds.
    """

    RETRIED = "RETRIED"
    SETTLED_BY_HAND = "SETTLED_BY_HAND"
    SUPERSEDED = "SUPERSEDED"


class Refund:
    """A refund of a payment or of a part of it.

    `key` is the idempotency key of the request to the provider, stored before it is sent.
    `reference` is the provider's id, once known. `requested_by` is the member of staff who
    requested it. `returned`: the bank returned the money after the refund had succeeded. A refund
    is never deleted: one that failed or was cancelled stays on record, and needs attention until it
    has a `resolution`.
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
        "requested_by",
        "resolution",
        "resolution_note",
        "resolved_at",
        "returned",
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
        returned: bool = False,
        resolution: RefundResolution | None = None,
        resolution_note: str = "",
        resolved_at: datetime | None = None,
        requested_by: UserId | None = None,
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
        self.returned = returned
        self.resolution = resolution
        self.resolution_note = resolution_note
        self.resolved_at = resolved_at
        self.requested_by = requested_by

    @property
    def is_effective(self) -> bool:
        """Whether the money was refunded or still can be: neither failed nor cancelled."""
        return self.status not in UNSUCCESSFUL

    @property
    def is_open(self) -> bool:
        """Whether its outcome is not known yet."""
        return self.status in {RefundStatus.REQUESTED, RefundStatus.PENDING}

    @property
    def needs_attention(self) -> bool:
        """Whether it failed and staff have not resolved it yet."""
        return not self.is_effective and self.resolution is None

    @property
    def is_superseded_by_note(self) -> bool:
        """Whether staff closed it with a note on how its amount was refunded."""
        return self.resolution is RefundResolution.SUPERSEDED and bool(self.resolution_note)

    def resolve(self, resolution: RefundResolution, *, at: datetime, note: str = "") -> None:
        """Raises `RefundResolved` unless it failed and has no resolution yet."""
        if not self.needs_attention:
            raise RefundResolved
        self.resolution = resolution
        self.resolution_note = note
        self.resolved_at = at

    def assign_reference(self, reference: str) -> None:
        """Record the provider's id. Raises `PaymentMismatch` if it has another one."""
        if self.reference not in {None, reference}:
            raise PaymentMismatch("refund", recorded=self.reference, reported=reference)
        self.reference = reference

    def can_become(self, status: RefundStatus) -> bool:
        return status in REFUND_LIFECYCLE[self.status]

    def change_status(
        self, status: RefundStatus, *, at: datetime, failure: str | None = None
    ) -> None:
        """Raises `InvalidPaymentTransition`."""
        if not self.can_become(status):
            raise InvalidPaymentTransition("refund", self.status, status)
        self.returned = self.status is RefundStatus.SUCCEEDED
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

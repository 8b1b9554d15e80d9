"""A dispute (chargeback) of a payment."""

from datetime import datetime

from novacart.domain.payments.errors import InvalidPaymentTransition
from novacart.domain.payments.lifecycle import DISPUTE_LIFECYCLE, OPEN_DISPUTES, DisputeStatus
from novacart.domain.shared.money import Money


class Dispute:
    """A dispute of one payment at the customer's bank.

    `withdrawn_at` is when the bank took the money, `reinstated_at` when it returned the money. Both
    stay set once reported. Money that the bank holds cannot be refunded. `due_by` is the
    bank's deadline for evidence.
    """

    __slots__ = (
        "amount",
        "closed_at",
        "due_by",
        "opened_at",
        "reference",
        "reinstated_at",
        "status",
        "withdrawn_at",
    )

    def __init__(
        self,
        *,
        reference: str,
        amount: Money,
        opened_at: datetime,
        status: DisputeStatus = DisputeStatus.NEEDS_RESPONSE,
        due_by: datetime | None = None,
        withdrawn_at: datetime | None = None,
        reinstated_at: datetime | None = None,
        closed_at: datetime | None = None,
    ) -> None:
        self.reference = reference
        self.amount = amount
        self.opened_at = opened_at
        self.status = status
        self.due_by = due_by
        self.withdrawn_at = withdrawn_at
        self.reinstated_at = reinstated_at
        self.closed_at = closed_at

    @property
    def is_open(self) -> bool:
        return self.status in OPEN_DISPUTES

    @property
    def withdrawn(self) -> bool:
        return self.withdrawn_at is not None

    @property
    def reinstated(self) -> bool:
        return self.reinstated_at is not None

    @property
    def withheld(self) -> Money:
        """The amount that the bank holds now."""
        is_held = self.withdrawn and not self.reinstated
        return self.amount if is_held else Money.zero(self.amount.currency)

    def can_become(self, status: DisputeStatus) -> bool:
        return status in DISPUTE_LIFECYCLE[self.status]

    def change_status(self, status: DisputeStatus, *, at: datetime) -> None:
        """Raises `InvalidPaymentTransition`."""
        if not self.can_become(status):
            raise InvalidPaymentTransition("dispute", self.status, status)
        self.status = status
        self.closed_at = None if self.is_open else at

    def record_funds(self, *, withdrawn: bool, reinstated: bool, at: datetime) -> bool:
        """Return True if the money was withdrawn or reinstated since the last report."""
        before = (self.withdrawn_at, self.reinstated_at)
        if withdrawn or reinstated:
            self.withdrawn_at = self.withdrawn_at or at
        if reinstated:
            self.reinstated_at = self.reinstated_at or at
        return (self.withdrawn_at, self.reinstated_at) != before

    def extend_deadline(self, due_by: datetime | None) -> bool:
        """Keep the latest deadline that was reported. Return True if it changed."""
        if due_by is None or (self.due_by is not None and due_by <= self.due_by):
            return False
        self.due_by = due_by
        return True

"""A dispute (chargeback) of a payment."""

from datetime import datetime

from novacart.domain.payments.errors import InvalidPaymentTransition
from novacart.domain.payments.lifecycle import DISPUTE_LIFECYCLE, DisputeStatus
from novacart.domain.shared.money import Money


class Dispute:
    """`withdrawn`: the bank took the money. `reinstated`: the bank returned it.

    Both stay true once reported. Money that the bank holds cannot be refunded.
    """

    __slots__ = (
        "amount",
        "closed_at",
        "opened_at",
        "reference",
        "reinstated",
        "status",
        "withdrawn",
    )

    def __init__(
        self,
        *,
        reference: str,
        amount: Money,
        opened_at: datetime,
        status: DisputeStatus = DisputeStatus.NEEDS_RESPONSE,
        withdrawn: bool = False,
        reinstated: bool = False,
        closed_at: datetime | None = None,
    ) -> None:
        self.reference = reference
        self.amount = amount
        self.opened_at = opened_at
        self.status = status
        self.withdrawn = withdrawn
        self.reinstated = reinstated
        self.closed_at = closed_at

    @property
    def is_open(self) -> bool:
        return self.status in {DisputeStatus.NEEDS_RESPONSE, DisputeStatus.UNDER_REVIEW}

    @property
    def withheld(self) -> Money:
        """The amount that the bank holds now."""
        is_held = self.withdrawn and not self.reinstated
        return self.amount if is_held else Money.zero(self.amount.currency)

    def can_become(self, status: DisputeStatus) -> bool:
        return status in DISPUTE_LIFECYCLE[self.status]

    def move(self, status: DisputeStatus, *, at: datetime) -> None:
        """Raises `InvalidPaymentTransition`."""
        if not self.can_become(status):
            raise InvalidPaymentTransition("dispute", self.status, status)
        self.status = status
        self.closed_at = None if self.is_open else at

    def record_funds(self, *, withdrawn: bool, reinstated: bool) -> bool:
        """Return True if this changed `withdrawn` or `reinstated`."""
        before = (self.withdrawn, self.reinstated)
        self.withdrawn = self.withdrawn or withdrawn or reinstated
        self.reinstated = self.reinstated or reinstated
        return (self.withdrawn, self.reinstated) != before

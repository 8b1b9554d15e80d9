"""A customer's bank asks for the money back."""

from datetime import datetime

from novacart.domain.payments.errors import InvalidPaymentTransition
from novacart.domain.payments.lifecycle import DISPUTE_LIFECYCLE, DisputeStatus
from novacart.domain.shared.money import Money


class Dispute:
    """`withdrawn` and `reinstated` are facts that are learned once and stay true.

    While the bank holds the money it cannot be refunded as well.
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
        """What the bank holds of the payment at present."""
        held = self.withdrawn and not self.reinstated
        return self.amount if held else Money.zero(self.amount.currency)

    def may_still_become(self, status: DisputeStatus) -> bool:
        return status in DISPUTE_LIFECYCLE[self.status]

    def move(self, status: DisputeStatus, *, at: datetime) -> None:
        """Raises `InvalidPaymentTransition` for a step that the lifecycle does not have."""
        if status not in DISPUTE_LIFECYCLE[self.status]:
            raise InvalidPaymentTransition("dispute", self.status, status)
        self.status = status
        self.closed_at = None if self.is_open else at

    def learn(self, *, withdrawn: bool, reinstated: bool) -> bool:
        """True where one of the two was not known before."""
        before = (self.withdrawn, self.reinstated)
        self.withdrawn = self.withdrawn or withdrawn or reinstated
        self.reinstated = self.reinstated or reinstated
        return (self.withdrawn, self.reinstated) != before

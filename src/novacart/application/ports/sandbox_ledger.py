"""Ledger of the sandbox provider, separate from the shop's own records."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from novacart.domain.payments.lifecycle import DisputeStatus, PaymentStatus
from novacart.domain.shared.ids import PaymentId, RefundId
from novacart.domain.shared.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxPayment:
    reference: str
    key: str
    payment_id: PaymentId
    order_number: str
    amount: Money
    captured: Money
    status: PaymentStatus
    opened_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxRefund:
    """`payment` is the reference of the refunded payment."""

    reference: str
    payment: str
    key: str
    refund_id: RefundId
    amount: Money
    made_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxDispute:
    """`payment` is the reference of the disputed payment; its money is withheld until it is won."""

    reference: str
    payment: str
    amount: Money
    status: DisputeStatus
    due_by: datetime
    opened_at: datetime


class SandboxLedgerSession(Protocol):
    """One transaction on the ledger; sessions run one after another."""

    def payment(self, reference: str) -> SandboxPayment | None: ...

    def payment_by_key(self, key: str) -> SandboxPayment | None: ...

    def add_payment(self, payment: SandboxPayment) -> None: ...

    def save_payment(self, payment: SandboxPayment) -> None: ...

    def refund_by_key(self, key: str) -> SandboxRefund | None: ...

    def refunds_of(self, payment: str) -> Sequence[SandboxRefund]: ...

    def add_refund(self, refund: SandboxRefund) -> None: ...

    def payments_since(self, since: datetime) -> Sequence[SandboxPayment]:
        """Newest first."""
        ...

    def refunds_since(self, since: datetime) -> Sequence[SandboxRefund]: ...

    def disputes_of(self, payment: str) -> Sequence[SandboxDispute]: ...

    def disputes_since(self, since: datetime) -> Sequence[SandboxDispute]: ...

    def add_dispute(self, dispute: SandboxDispute) -> None: ...

    def save_dispute(self, dispute: SandboxDispute) -> None: ...


class SandboxLedger(Protocol):
    def begin(self) -> AbstractContextManager[SandboxLedgerSession]:
        """Commit when the block ends without an error. Raises `StorageUnavailable`.

        Return or copy what you read: never `yield` inside the block, which would keep the
        transaction open.
        """
        ...

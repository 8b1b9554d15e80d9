"""Fake ledger of the sandbox provider."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from threading import RLock

from novacart.application.ports.sandbox_ledger import SandboxDispute, SandboxPayment, SandboxRefund


class FakeSandboxLedger:
    """Ledger and session in one; a lock makes sessions run one after another."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._payments: dict[str, SandboxPayment] = {}
        self._refunds: dict[str, SandboxRefund] = {}
        self._disputes: dict[str, SandboxDispute] = {}

    @contextmanager
    def begin(self) -> Iterator["FakeSandboxLedger"]:
        with self._lock:
            yield self

    def payment(self, reference: str) -> SandboxPayment | None:
        return self._payments.get(reference)

    def payment_by_key(self, key: str) -> SandboxPayment | None:
        return next((one for one in self._payments.values() if one.key == key), None)

    def add_payment(self, payment: SandboxPayment) -> None:
        self._payments[payment.reference] = payment

    def save_payment(self, payment: SandboxPayment) -> None:
        self._payments[payment.reference] = payment

    def refund_by_key(self, key: str) -> SandboxRefund | None:
        return next((one for one in self._refunds.values() if one.key == key), None)

    def refunds_of(self, payment: str) -> Sequence[SandboxRefund]:
        return [one for one in self._refunds.values() if one.payment == payment]

    def add_refund(self, refund: SandboxRefund) -> None:
        self._refunds[refund.reference] = refund

    def payments_since(self, since: datetime) -> Sequence[SandboxPayment]:
        return [one for one in reversed(self._payments.values()) if one.opened_at >= since]

    def refunds_since(self, since: datetime) -> Sequence[SandboxRefund]:
        return [one for one in self._refunds.values() if one.made_at >= since]

    def disputes_of(self, payment: str) -> Sequence[SandboxDispute]:
        return [one for one in self._disputes.values() if one.payment == payment]

    def disputes_since(self, since: datetime) -> Sequence[SandboxDispute]:
        return [one for one in self._disputes.values() if one.opened_at >= since]

    def add_dispute(self, dispute: SandboxDispute) -> None:
        self._disputes[dispute.reference] = dispute

    def save_dispute(self, dispute: SandboxDispute) -> None:
        self._disputes[dispute.reference] = dispute

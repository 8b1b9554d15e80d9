"""Fake repositories of payments and webhook events."""

from collections.abc import Callable, Sequence
from datetime import datetime

from novacart.application.ports.payments import DeclineCount, PaymentLocator
from novacart.application.ports.webhook_events import EventState, StoredEvent, WebhookEventNotFound
from novacart.domain.payments.errors import PaymentNotFound
from novacart.domain.payments.lifecycle import PaymentStatus
from novacart.domain.payments.payment import Payment
from novacart.domain.shared.events import AggregateRoot
from novacart.domain.shared.ids import OrderId, PaymentId, RefundId, UserId
from tests.fakes.transactional_dict import TransactionalDict


class FakePayments:
    def __init__(
        self, rows: TransactionalDict[PaymentId, Payment], saved: Callable[[AggregateRoot], None]
    ) -> None:
        self._rows = rows
        self._saved = saved

    def add(self, payment: Payment) -> None:
        self.save(payment)

    def save(self, payment: Payment) -> None:
        self._saved(payment)
        self._rows.put(payment.id, payment)

    def get(self, payment_id: PaymentId) -> Payment:
        payment = self._rows.get(payment_id)
        if payment is None:
            raise PaymentNotFound
        return payment

    def of_order(self, order_id: OrderId) -> Payment | None:
        return self._first(
            lambda payment: (
                payment.order_id == order_id and payment.status is not PaymentStatus.CANCELLED
            )
        )

    def locate(
        self, payment_id: PaymentId, *, order_number: str | None = None
    ) -> PaymentLocator | None:
        payment = self._rows.get(payment_id)
        if payment is None or order_number not in {None, payment.order_number}:
            return None
        return PaymentLocator.of(payment)

    def by_reference(self, reference: str) -> PaymentLocator | None:
        payment = self._first(lambda payment: payment.reference == reference)
        return None if payment is None else PaymentLocator.of(payment)

    def locate_refund(self, refund_id: RefundId) -> PaymentLocator | None:
        payment = self._first(
            lambda payment: any(refund.id == refund_id for refund in payment.refunds)
        )
        return None if payment is None else PaymentLocator.of(payment)

    def declines_of(self, user_id: UserId, *, since: datetime) -> DeclineCount:
        payments = [
            payment
            for payment in self._rows.values()
            if payment.user_id == user_id and payment.created_at > since and payment.declines
        ]
        return DeclineCount(
            declines=sum(payment.declines for payment in payments),
            first_at=min((payment.created_at for payment in payments), default=None),
        )

    def requested_by(self, user_id: UserId, *, since: datetime) -> int:
        return sum(
            refund.amount.amount
            for payment in self._rows.values()
            for refund in payment.refunds
            if refund.requested_by == user_id
            and refund.requested_at >= since
            and refund.is_effective
        )

    def due_for_check(self, at: datetime, *, limit: int) -> Sequence[PaymentLocator]:
        due = [
            (payment.check_at, payment.id, payment)
            for payment in self._rows.values()
            if payment.check_at is not None and payment.check_at <= at
        ]
        return [
            PaymentLocator.of(payment)
            for _, _, payment in sorted(due, key=lambda one: one[:2])[:limit]
        ]

    def _first(self, matches: Callable[[Payment], bool]) -> Payment | None:
        return next((payment for payment in self._rows.values() if matches(payment)), None)


class FakeWebhookEvents:
    def __init__(self, rows: TransactionalDict[str, StoredEvent]) -> None:
        self._rows = rows

    def store(self, event: StoredEvent) -> bool:
        if self._rows.get(event.id) is not None:
            return False
        self._rows.put(event.id, event)
        return True

    def get(self, event_id: str) -> StoredEvent:
        event = self._rows.get(event_id)
        if event is None:
            raise WebhookEventNotFound
        return event

    def save(self, event: StoredEvent) -> None:
        self._rows.put(event.id, event)

    def due(self, at: datetime, *, limit: int) -> Sequence[str]:
        due = [
            (event.next_attempt_at, event.received_at, event.id)
            for event in self._rows.values()
            if event.state is EventState.PENDING and event.next_attempt_at <= at
        ]
        return [event_id for _, _, event_id in sorted(due)[:limit]]

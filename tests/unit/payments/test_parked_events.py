"""An event that cannot be processed is parked and does not block others."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from novacart.application.payments.retry_event import RetryEventCommand
from novacart.application.ports.errors import StorageUnavailable
from novacart.application.ports.webhook_events import EventState
from novacart.domain.payments.errors import PaymentMismatch
from novacart.domain.payments.reports import ProviderReport
from novacart.domain.shared.ids import UserId
from tests.fakes.payment_gateway import FakePaymentGateway
from tests.support.builders.ordering import rupees
from tests.support.clock import SetClock
from tests.support.crash_points import Crash
from tests.support.payments_fixture import PaymentsFixture, owner

POISON = "pi_poison"


class PoisonedGateway(FakePaymentGateway):
    """Raises `error` for one payment."""

    def __init__(self, clock: SetClock, error: BaseException) -> None:
        super().__init__(clock)
        self.error = error
        self.requests = 0

    def retrieve(self, reference: str) -> ProviderReport | None:
        if reference == POISON:
            self.requests += 1
            raise self.error
        return super().retrieve(reference)


def poisoned(
    payments: PaymentsFixture, error: BaseException
) -> tuple[PaymentsFixture, PoisonedGateway]:
    gateway = PoisonedGateway(payments.clock, error)
    return replace(payments, gateway=gateway), gateway


def run_worker(payments: PaymentsFixture, *, times: int) -> None:
    """Run the worker that often, a day apart, and restart it after each crash."""
    for _ in range(times):
        payments.clock.move(seconds=timedelta(days=1).total_seconds())
        with suppress(Crash):
            payments.process_events()


@pytest.mark.parametrize(
    ("error", "note"),
    [
        (StorageUnavailable("out of reach"), "StorageUnavailable: out of reach"),
        (Crash("gone"), "The process ended during each attempt."),
    ],
    ids=["fails", "kills the process"],
)
def test_event_is_parked_after_its_last_attempt(
    payments: PaymentsFixture, error: BaseException, note: str
) -> None:
    payments, gateway = poisoned(payments, error)
    with suppress(Crash):
        payments.send_event("charge.refunded", {"payment_intent": POISON}, id="evt_poison")
    attempts = payments.policy.max_attempts
    run_worker(payments, times=attempts - 2)
    assert payments.event("evt_poison").state is EventState.PENDING
    run_worker(payments, times=attempts)
    parked = payments.event("evt_poison")
    assert (parked.state, parked.note) == (EventState.PARKED, note)
    assert gateway.requests == parked.attempts == attempts


def test_event_that_kills_the_worker_does_not_block_others(payments: PaymentsFixture) -> None:
    payments, _ = poisoned(payments, Crash("gone"))
    with suppress(Crash):
        payments.send_event("charge.refunded", {"payment_intent": POISON}, id="evt_poison")
    unreachable = replace(payments, gateway=_Unreachable(payments.clock))
    unreachable.send_event("charge.refunded", {"payment_intent": "pi_other"}, id="evt_other")
    assert payments.event("evt_other").state is EventState.PENDING
    payments.clock.move(seconds=60)
    with pytest.raises(Crash):
        payments.process_events()
    payments.process_events()
    assert payments.event("evt_other").state is EventState.HANDLED
    assert payments.event("evt_poison").state is EventState.PENDING


def test_event_is_processed_by_one_worker_at_a_time(payments: PaymentsFixture) -> None:
    payments, _ = poisoned(payments, OSError("no response"))
    payments.send_event("charge.refunded", {"payment_intent": POISON}, id="evt_poison")
    payments.clock.move(seconds=60)
    slow = _Slow(payments.clock, payments.process_events)
    assert replace(payments, gateway=slow).process_events() == 1
    assert slow.tried_by_other == [0]
    assert payments.event("evt_poison").state is EventState.HANDLED


@pytest.mark.parametrize("fails", [True, False])
def test_event_that_another_worker_has_claimed_meanwhile_is_not_processed(
    payments: PaymentsFixture, *, fails: bool
) -> None:
    unreachable = replace(payments, gateway=_Unreachable(payments.clock))
    for number in (1, 2):
        refunded = {"payment_intent": f"pi_{number}"}
        unreachable.send_event("charge.refunded", refunded, id=f"evt_{number}")
    payments.clock.move(seconds=60)
    other = unreachable if fails else payments

    def process_and_wait() -> int:
        tried = other.process_events()
        payments.clock.move(seconds=40)
        return tried

    slow = _Slow(payments.clock, process_and_wait)
    assert replace(payments, gateway=slow).process_events() == 1
    assert slow.tried_by_other == [1]
    second = payments.event("evt_2")
    assert second.state is (EventState.PENDING if fails else EventState.HANDLED)
    assert second.attempts == 2


def test_event_that_is_received_or_retried_is_not_processed_by_a_worker(
    payments: PaymentsFixture,
) -> None:
    slow = _Slow(payments.clock, payments.process_events)
    refunded = {"payment_intent": POISON}
    event = replace(payments, gateway=slow).send_event("charge.refunded", refunded)
    assert payments.event(event).state is EventState.HANDLED
    unreachable = replace(payments, gateway=_Unreachable(payments.clock))
    event = unreachable.send_event("charge.refunded", refunded)
    payments.clock.move(seconds=60)
    retry = RetryEventCommand(actor=owner(UserId(1)), event_id=event)
    replace(payments, gateway=slow).retry_event(retry)
    assert payments.event(event).state is EventState.HANDLED
    assert slow.tried_by_other == [0, 0]


@pytest.mark.parametrize(
    "error",
    [OSError("no response"), PaymentMismatch("amount", recorded=rupees(1), reported=rupees(2))],
)
def test_event_stays_handled_if_a_worker_whose_claim_has_expired_fails(
    payments: PaymentsFixture, error: Exception
) -> None:
    unreachable = replace(payments, gateway=_Unreachable(payments.clock))
    unreachable.send_event("charge.refunded", {"payment_intent": "pi_1"}, id="evt_1")
    payments.clock.move(seconds=60)

    def process_after_the_claim() -> int:
        payments.clock.move(seconds=31)
        return payments.process_events()

    slow = _Slow(payments.clock, process_after_the_claim, error=error)
    assert replace(payments, gateway=slow).process_events() == 1
    assert slow.tried_by_other == [1]
    handled = payments.event("evt_1")
    assert (handled.state, handled.note) == (
        EventState.HANDLED,
        "The payment is not one of this shop.",
    )


class _Slow(FakePaymentGateway):
    """A worker processes events during each look-up, which then raises `error`, if any."""

    def __init__(
        self,
        clock: SetClock,
        process_events: Callable[[], int],
        *,
        error: Exception | None = None,
    ) -> None:
        super().__init__(clock)
        self.process_events = process_events
        self.error = error
        self.tried_by_other: list[int] = []

    def retrieve(self, reference: str) -> ProviderReport | None:
        self.tried_by_other.append(self.process_events())
        if self.error is not None:
            raise self.error
        return super().retrieve(reference)


class _Unreachable(FakePaymentGateway):
    def retrieve(self, reference: str) -> ProviderReport | None:
        raise OSError(reference)

"""An event that cannot be processed is parked and does not block others."""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from novacart.application.ports.errors import StorageUnavailable
from novacart.application.ports.webhook_events import EventState
from novacart.domain.payments.reports import ProviderReport
from tests.fakes.payment_gateway import FakePaymentGateway
from tests.support.clock import SetClock
from tests.support.crash_points import Crash
from tests.support.payments_fixture import PaymentsFixture

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
    class Slow(FakePaymentGateway):
        tried_by_other = 1

        def retrieve(self, reference: str) -> ProviderReport | None:
            Slow.tried_by_other = payments.process_events()
            return super().retrieve(reference)

    payments, _ = poisoned(payments, OSError("no response"))
    payments.send_event("charge.refunded", {"payment_intent": POISON}, id="evt_poison")
    payments.clock.move(seconds=60)
    assert replace(payments, gateway=Slow(payments.clock)).process_events() == 1
    assert Slow.tried_by_other == 0
    assert payments.event("evt_poison").state is EventState.HANDLED


class _Unreachable(FakePaymentGateway):
    def retrieve(self, reference: str) -> ProviderReport | None:
        raise OSError(reference)

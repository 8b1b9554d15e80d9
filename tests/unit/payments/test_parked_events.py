"""An event that can't be handled is set aside for staff, and holds up nothing else."""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from novacart.application.ports.errors import StorageUnavailable
from novacart.application.ports.payment_gateway import ProviderReport
from novacart.application.ports.webhook_events import EventState
from tests.fakes.payment_gateway import FakePaymentGateway
from tests.support.clock import SetClock
from tests.support.crash_points import Crash
from tests.support.payments_fixture import PaymentDesk

POISON = "pi_poison"


class PoisonedGateway(FakePaymentGateway):
    """Whoever asks it about one payment gets `death`."""

    def __init__(self, clock: SetClock, death: BaseException) -> None:
        super().__init__(clock)
        self.death = death
        self.asked = 0

    def retrieve(self, reference: str) -> ProviderReport | None:
        if reference == POISON:
            self.asked += 1
            raise self.death
        return super().retrieve(reference)


def poisoned(desk: PaymentDesk, death: BaseException) -> tuple[PaymentDesk, PoisonedGateway]:
    gateway = PoisonedGateway(desk.clock, death)
    return replace(desk, gateway=gateway), gateway


def outlast(desk: PaymentDesk, *, rounds: int) -> None:
    """So many rounds of the worker, started anew where it died, with time between them."""
    for _ in range(rounds):
        desk.clock.move(seconds=timedelta(days=1).total_seconds())
        with suppress(Crash):
            desk.handle_events()


@pytest.mark.parametrize(
    ("death", "note"),
    [
        (StorageUnavailable("out of reach"), "StorageUnavailable: out of reach"),
        (Crash("gone"), "The attempts ended with the process that made them."),
    ],
    ids=["fails", "kills the process"],
)
def test_what_fails_each_time_is_parked_after_its_attempts(
    desk: PaymentDesk, death: BaseException, note: str
) -> None:
    desk, gateway = poisoned(desk, death)
    with suppress(Crash):
        desk.told("charge.refunded", {"payment_intent": POISON}, id="evt_poison")
    attempts = desk.policy.event_attempts
    outlast(desk, rounds=attempts - 2)
    assert desk.event("evt_poison").state is EventState.PENDING
    outlast(desk, rounds=attempts)
    parked = desk.event("evt_poison")
    assert (parked.state, parked.note) == (EventState.PARKED, note)
    assert gateway.asked == parked.attempts == attempts


def test_what_kills_the_worker_keeps_nothing_else_waiting(desk: PaymentDesk) -> None:
    desk, _ = poisoned(desk, Crash("gone"))
    with suppress(Crash):
        desk.told("charge.refunded", {"payment_intent": POISON}, id="evt_poison")
    away = replace(desk, gateway=_Away(desk.clock))
    away.told("charge.refunded", {"payment_intent": "pi_other"}, id="evt_other")
    assert desk.event("evt_other").state is EventState.PENDING
    desk.clock.move(seconds=60)
    with pytest.raises(Crash):
        desk.handle_events()
    desk.handle_events()
    assert desk.event("evt_other").state is EventState.HANDLED
    assert desk.event("evt_poison").state is EventState.PENDING


def test_another_worker_leaves_alone_what_one_is_at(desk: PaymentDesk) -> None:
    class Slow(FakePaymentGateway):
        tried_beside = 1

        def retrieve(self, reference: str) -> ProviderReport | None:
            Slow.tried_beside = desk.handle_events()
            return super().retrieve(reference)

    desk, _ = poisoned(desk, OSError("no answer"))
    desk.told("charge.refunded", {"payment_intent": POISON}, id="evt_poison")
    desk.clock.move(seconds=60)
    assert replace(desk, gateway=Slow(desk.clock)).handle_events() == 1
    assert Slow.tried_beside == 0
    assert desk.event("evt_poison").state is EventState.HANDLED


class _Away(FakePaymentGateway):
    def retrieve(self, reference: str) -> ProviderReport | None:
        raise OSError(reference)

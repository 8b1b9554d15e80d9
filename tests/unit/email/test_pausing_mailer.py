"""The mailer that pauses after a mail server has not answered."""

from typing import ClassVar

import pytest

from novacart.adapters.email.pausing_mailer import PausingMailer
from novacart.adapters.system.request_context import ContextVarRequestContexts
from novacart.application.ports.errors import Unavailable
from novacart.application.ports.mailer import Mail, Mailer, MailRefused
from novacart.application.ports.request_context import RequestContext
from novacart.application.relay import EventHandler, Relay
from novacart.domain.shared.events import DomainEvent
from tests.fakes.mailer import FakeMailer
from tests.fakes.outbox import FakeOutbox
from tests.support.clock import SetClock
from tests.support.contracts.mailer import HELLO


class SlowMailer(FakeMailer):
    """Each attempt takes 10 seconds."""

    def __init__(self, clock: SetClock) -> None:
        super().__init__()
        self._clock = clock

    def send(self, mail: Mail) -> None:
        self._clock.move(seconds=10)
        super().send(mail)


class OrderPlaced(DomainEvent):
    name: ClassVar[str] = "test.order_placed"


class RefundRequested(DomainEvent):
    name: ClassVar[str] = "test.refund_requested"


def seconds_until_refund(mailer: Mailer, clock: SetClock) -> float:
    """Return how long a refund waits behind five emails."""
    outbox = FakeOutbox()
    start = clock.now()
    for event in [*[OrderPlaced(occurred_at=start)] * 5, RefundRequested(occurred_at=start)]:
        outbox.put(event, RequestContext(actor="user:1"))
    refunded = []
    relay = Relay(
        outbox=outbox,
        clock=clock,
        contexts=ContextVarRequestContexts(),
        event_handlers=[
            EventHandler(name="mail", event=OrderPlaced, handle=lambda _: mailer.send(HELLO)),
            EventHandler(
                name="refund",
                event=RefundRequested,
                handle=lambda _: refunded.append(clock.now()),
            ),
        ],
    )
    while not refunded:
        assert relay()
    return (refunded[0] - start).total_seconds()


def pausing(mailer: Mailer, clock: SetClock) -> PausingMailer:
    return PausingMailer(mailer, now=lambda: clock.now().timestamp())


def test_refund_waits_for_one_email_of_a_server_that_does_not_answer() -> None:
    clock = SetClock()
    mailer = SlowMailer(clock)
    mailer.down = True
    assert seconds_until_refund(pausing(mailer, clock), clock) == 10
    assert mailer.attempts == 1
    # Negative control.
    assert seconds_until_refund(mailer, clock) >= 50


def test_emails_are_sent_after_the_pause() -> None:
    clock = SetClock()
    slow = SlowMailer(clock)
    slow.down = True
    mailer = pausing(slow, clock)
    with pytest.raises(Unavailable):
        mailer.send(HELLO)
    slow.down = False
    clock.move(seconds=4.9)
    with pytest.raises(Unavailable):
        mailer.send(HELLO)
    assert slow.attempts == 1
    clock.move(seconds=0.1)
    mailer.send(HELLO)
    assert set(slow.sent) == {HELLO.message_id}


def test_server_that_answers_is_not_paused() -> None:
    clock = SetClock()
    fast, slow = FakeMailer(), SlowMailer(clock)
    fast.down = True
    slow.refuse.add(HELLO.to)
    for mailer, error in ((fast, Unavailable), (slow, MailRefused)):
        paused = pausing(mailer, clock)
        for _ in range(2):
            with pytest.raises(error):
                paused.send(HELLO)
        assert mailer.attempts == 2

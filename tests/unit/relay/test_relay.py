"""Each event reaches each of its reactions, whatever goes wrong on the way."""

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Event

import pytest

from novacart.adapters.system.request_context import ContextVarRequestContexts
from novacart.application.ports.outbox import OutboxMessage
from novacart.application.ports.request_context import RequestContext
from novacart.application.relay import CLAIM, MAX_ATTEMPTS, EventHandler, Relay, pause_after
from novacart.domain.shared.events import DomainEvent
from tests.fakes.outbox import FakeOutbox
from tests.support.clock import SetClock
from tests.support.contracts.outbox import ShutterOpened


class Bell:
    """A reaction that remembers what it was told, and fails as often as asked to."""

    def __init__(self, *, failures: int = 0) -> None:
        self.rung: list[DomainEvent] = []
        self.failures = failures

    def __call__(self, event: ShutterOpened) -> None:
        if self.failures:
            self.failures -= 1
            raise OSError("no answer")
        self.rung.append(event)


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def outbox() -> FakeOutbox:
    return FakeOutbox()


@pytest.fixture
def contexts() -> ContextVarRequestContexts:
    return ContextVarRequestContexts()


MakeRelay = Callable[..., Relay]


@pytest.fixture
def relay(outbox: FakeOutbox, clock: SetClock, contexts: ContextVarRequestContexts) -> MakeRelay:
    def make(**event_handlers: Callable[..., None]) -> Relay:
        return Relay(
            outbox=outbox,
            clock=clock,
            contexts=contexts,
            event_handlers=[
                EventHandler(name=name, event=ShutterOpened, react=react)
                for name, react in event_handlers.items()
            ],
        )

    return make


def put(outbox: FakeOutbox, clock: SetClock, height: int = 1) -> ShutterOpened:
    event = ShutterOpened(occurred_at=clock.now(), height=height)
    outbox.put(event, RequestContext(actor="user:1", request_id="abc-1"))
    return event


def test_each_reaction_is_given_the_event_once(
    outbox: FakeOutbox, clock: SetClock, relay: MakeRelay
) -> None:
    event = put(outbox, clock)
    front, back = Bell(), Bell()
    deliver = relay(front=front, back=back)
    assert deliver() is not None
    assert deliver() is None
    assert front.rung == back.rung == [event]


def test_an_event_that_concerns_nobody_is_handled(
    outbox: FakeOutbox, clock: SetClock, relay: MakeRelay
) -> None:
    put(outbox, clock)
    assert relay()() is not None
    assert outbox.waiting() == 0


def test_a_failure_is_tried_again_after_a_pause(
    outbox: FakeOutbox, clock: SetClock, relay: MakeRelay
) -> None:
    put(outbox, clock)
    bell = Bell(failures=1)
    deliver = relay(bell=bell)
    deliver()
    assert deliver() is None
    clock.move(seconds=5)
    assert deliver() is not None
    assert len(bell.rung) == 1
    assert outbox.waiting() == 0


def test_a_reaction_that_is_done_is_not_called_again_because_another_failed(
    outbox: FakeOutbox, clock: SetClock, relay: MakeRelay
) -> None:
    put(outbox, clock)
    good, bad = Bell(), Bell(failures=2)
    deliver = relay(good=good, bad=bad)
    for _ in range(3):
        deliver()
        clock.move(minutes=1)
    assert len(good.rung) == 1
    assert len(bad.rung) == 1


def test_a_poisonous_message_is_parked_and_the_rest_pass(
    outbox: FakeOutbox, clock: SetClock, relay: MakeRelay
) -> None:
    put(outbox, clock)
    bell = Bell(failures=MAX_ATTEMPTS)
    deliver = relay(bell=bell)
    deliver()
    second = put(outbox, clock, height=2)
    deliver()
    assert bell.failures == MAX_ATTEMPTS - 2
    bell.failures = 0
    clock.move(seconds=5)
    deliver()
    deliver()
    assert second in bell.rung
    bell.failures = MAX_ATTEMPTS
    put(outbox, clock, height=3)
    for _ in range(MAX_ATTEMPTS):
        deliver()
        clock.move(minutes=15)
    (parked,) = outbox.parked()
    assert parked.attempts == MAX_ATTEMPTS
    assert parked.last_error == "bell: OSError: no answer"
    assert deliver() is None


def test_a_claim_is_held_for_as_long_as_a_reaction_takes(
    clock: SetClock, contexts: ContextVarRequestContexts
) -> None:
    held = Event()

    class Watched(FakeOutbox):
        def extend(self, message: OutboxMessage, *, until: datetime) -> None:
            super().extend(message, until=until)
            if until > begun + CLAIM:
                held.set()

    def dawdle(_: ShutterOpened) -> None:
        clock.move(seconds=CLAIM.total_seconds() - 1)
        assert held.wait(10)
        clock.move(seconds=2)
        claimed_by_others.append(watched.claim(at=clock.now(), until=clock.now()))

    watched, begun = Watched(), clock.now()
    claimed_by_others: list[OutboxMessage | None] = []
    put(watched, clock)
    deliver = Relay(
        outbox=watched,
        clock=clock,
        contexts=contexts,
        event_handlers=[EventHandler(name="dawdle", event=ShutterOpened, react=dawdle)],
        renew_every=0.001,
    )
    deliver()
    assert claimed_by_others == [None]
    assert watched.waiting() == 0


def test_what_a_worker_died_with_is_taken_up_within_a_minute(
    outbox: FakeOutbox, clock: SetClock, relay: MakeRelay
) -> None:
    event = put(outbox, clock)
    assert outbox.claim(at=clock.now(), until=clock.now() + CLAIM) is not None
    bell = Bell()
    clock.move(seconds=45)
    relay(bell=bell)()
    assert bell.rung == [event]


def test_what_each_worker_dies_of_is_parked_and_the_rest_pass(
    outbox: FakeOutbox, clock: SetClock, relay: MakeRelay
) -> None:
    put(outbox, clock)

    def die(event: ShutterOpened) -> None:
        if event.height == 1:
            raise SystemExit

    deliver = relay(die=die)
    for _ in range(MAX_ATTEMPTS):
        with pytest.raises(SystemExit):
            deliver()
        put(outbox, clock, height=2)
        assert deliver() is not None
        clock.move(seconds=CLAIM.total_seconds())
    assert deliver() is not None
    (parked,) = outbox.parked()
    assert parked.last_error == "The attempts ended with the process that made them."
    assert outbox.waiting() == 0


def test_a_payload_that_cannot_be_read_fails_like_a_reaction(
    outbox: FakeOutbox, clock: SetClock, relay: MakeRelay
) -> None:
    class Bare(DomainEvent):
        name = ShutterOpened.name

    outbox.put(Bare(occurred_at=clock.now()), RequestContext(actor="user:1"))
    relay(bell=Bell())()
    assert outbox.waiting() == 1


def test_what_a_reaction_changes_is_the_systems_doing_under_the_requests_id(
    outbox: FakeOutbox, clock: SetClock, relay: MakeRelay, contexts: ContextVarRequestContexts
) -> None:
    put(outbox, clock)
    seen: list[RequestContext] = []
    relay(look=lambda _: seen.append(contexts.current()))()
    assert seen == [RequestContext(actor="system", request_id="abc-1")]


def test_pauses_double_up_to_a_limit_and_outlast_an_hour_in_all() -> None:
    pauses = [pause_after(attempts) for attempts in range(1, MAX_ATTEMPTS)]
    assert pauses[:3] == [timedelta(seconds=5), timedelta(seconds=10), timedelta(seconds=20)]
    assert max(pauses) == timedelta(minutes=15)
    assert sum(pauses, timedelta()) > timedelta(minutes=90)

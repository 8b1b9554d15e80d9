from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from threading import Event, Thread

import pytest

from novacart.adapters.system.request_context import ContextVarRequestContexts
from novacart.application.ports.errors import StorageUnavailable
from novacart.application.ports.outbox import OutboxMessage
from novacart.application.ports.request_context import RequestContext
from novacart.application.relay import (
    CLAIM_DURATION,
    MAX_ATTEMPTS,
    EventHandler,
    Relay,
    backoff,
)
from novacart.domain.shared.events import DomainEvent
from tests.fakes.audit_log import FakeAuditLog
from tests.fakes.outbox import FakeOutbox
from tests.support.clock import SetClock
from tests.support.contracts.outbox import ShutterOpened


class RecordingHandler:
    """Records what it receives; the first `failures` calls raise."""

    def __init__(self, *, failures: int = 0) -> None:
        self.received: list[object] = []
        self.failures = failures

    def __call__(self, event_or_message: object) -> None:
        if self.failures:
            self.failures -= 1
            raise OSError("no answer")
        self.received.append(event_or_message)


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
def make_relay(
    outbox: FakeOutbox, clock: SetClock, contexts: ContextVarRequestContexts
) -> MakeRelay:
    def make(
        audit_sink: Callable[[Sequence[OutboxMessage]], None] | None = None,
        complete_at_once: Callable[[Sequence[OutboxMessage], datetime], bool] | None = None,
        **handlers: Callable[..., None],
    ) -> Relay:
        return Relay(
            outbox=outbox,
            clock=clock,
            contexts=contexts,
            event_handlers=[
                EventHandler(name=name, event=ShutterOpened, handle=handle)
                for name, handle in handlers.items()
            ],
            audit_sink=audit_sink,
            complete_at_once=complete_at_once,
        )

    return make


def put(outbox: FakeOutbox, clock: SetClock, height: int = 1) -> ShutterOpened:
    event = ShutterOpened(occurred_at=clock.now(), height=height)
    outbox.put(event, RequestContext(actor="user:1", request_id="abc-1"))
    return event


def test_each_handler_receives_the_event_once(
    outbox: FakeOutbox, clock: SetClock, make_relay: MakeRelay
) -> None:
    event = put(outbox, clock)
    first, second = RecordingHandler(), RecordingHandler()
    relay = make_relay(first=first, second=second)
    assert relay()
    assert relay() == []
    assert first.received == second.received == [event]


def test_event_without_handlers_is_completed(
    outbox: FakeOutbox, clock: SetClock, make_relay: MakeRelay
) -> None:
    put(outbox, clock)
    assert make_relay()()
    assert outbox.count_pending() == 0


def test_failed_handler_is_retried_after_the_backoff(
    outbox: FakeOutbox, clock: SetClock, make_relay: MakeRelay
) -> None:
    put(outbox, clock)
    handler = RecordingHandler(failures=1)
    relay = make_relay(handler=handler)
    relay()
    assert relay() == []
    clock.move(seconds=5)
    assert relay()
    assert len(handler.received) == 1
    assert outbox.count_pending() == 0


def test_handler_that_succeeded_is_not_called_again_when_another_fails(
    outbox: FakeOutbox, clock: SetClock, make_relay: MakeRelay
) -> None:
    put(outbox, clock)
    good, bad = RecordingHandler(), RecordingHandler(failures=2)
    relay = make_relay(good=good, bad=bad)
    for _ in range(3):
        relay()
        clock.move(minutes=1)
    assert len(good.received) == 1
    assert len(bad.received) == 1


def test_failing_message_does_not_delay_the_next(
    outbox: FakeOutbox, clock: SetClock, make_relay: MakeRelay
) -> None:
    first = put(outbox, clock, height=1)
    handler = RecordingHandler(failures=1)
    relay = make_relay(handler=handler)
    relay()
    second = put(outbox, clock, height=2)
    relay()
    assert handler.received == [second]
    clock.move(seconds=5)
    relay()
    assert handler.received == [second, first]


def test_message_that_fails_max_attempts_is_parked(
    outbox: FakeOutbox, clock: SetClock, make_relay: MakeRelay
) -> None:
    put(outbox, clock)
    relay = make_relay(handler=RecordingHandler(failures=MAX_ATTEMPTS))
    for _ in range(MAX_ATTEMPTS):
        relay()
        clock.move(minutes=15)
    (parked,) = outbox.parked()
    assert parked.attempts == MAX_ATTEMPTS
    assert parked.last_error == "handler: OSError: no answer"
    assert relay() == []


def test_claim_is_renewed_while_a_handler_runs(
    clock: SetClock, contexts: ContextVarRequestContexts
) -> None:
    extended = Event()

    class WatchedOutbox(FakeOutbox):
        def extend(self, message: OutboxMessage, *, until: datetime) -> None:
            super().extend(message, until=until)
            if until > started_at + CLAIM_DURATION:
                extended.set()

    def slow_handler(_: ShutterOpened) -> None:
        clock.move(seconds=CLAIM_DURATION.total_seconds() - 1)
        assert extended.wait(60)
        clock.move(seconds=2)
        claimed_by_others.append(outbox.claim(at=clock.now(), until=clock.now()))

    outbox, started_at = WatchedOutbox(), clock.now()
    claimed_by_others: list[Sequence[OutboxMessage]] = []
    put(outbox, clock)
    relay = Relay(
        outbox=outbox,
        clock=clock,
        contexts=contexts,
        event_handlers=[EventHandler(name="slow", event=ShutterOpened, handle=slow_handler)],
        renew_interval=0.001,
    )
    relay()
    assert claimed_by_others == [[]]
    assert outbox.count_pending() == 0


def test_handlers_of_a_batch_run_within_one_context(
    outbox: FakeOutbox, clock: SetClock, contexts: ContextVarRequestContexts
) -> None:
    steps = []

    @contextmanager
    def batch_context() -> Iterator[None]:
        steps.append("begin")
        yield
        steps.append("end")

    relay = Relay(
        outbox=outbox,
        clock=clock,
        contexts=contexts,
        event_handlers=[
            EventHandler(
                name="noting", event=ShutterOpened, handle=lambda _: steps.append("handle")
            )
        ],
        batch_context=batch_context,
    )
    put(outbox, clock, height=1)
    put(outbox, clock, height=2)
    relay()
    relay()
    assert steps == ["begin", "handle", "handle", "end"]


def test_message_of_a_crashed_worker_is_delivered_within_a_minute(
    outbox: FakeOutbox, clock: SetClock, make_relay: MakeRelay
) -> None:
    event = put(outbox, clock)
    assert outbox.claim(at=clock.now(), until=clock.now() + CLAIM_DURATION)
    handler = RecordingHandler()
    clock.move(seconds=45)
    make_relay(handler=handler)()
    assert handler.received == [event]


def test_message_that_crashes_max_attempts_workers_is_parked(
    outbox: FakeOutbox, clock: SetClock, make_relay: MakeRelay
) -> None:
    put(outbox, clock)

    def crash_on_first(event: ShutterOpened) -> None:
        if event.height == 1:
            raise SystemExit

    relay = make_relay(handler=crash_on_first)
    for _ in range(MAX_ATTEMPTS):
        with pytest.raises(SystemExit):
            relay()
        put(outbox, clock, height=2)
        assert relay()
        clock.move(seconds=CLAIM_DURATION.total_seconds())
    assert relay()
    (parked,) = outbox.parked()
    assert parked.last_error == "Each attempt ended with its process."
    assert outbox.count_pending() == 0


def test_unreadable_payload_counts_as_a_failed_handler(
    outbox: FakeOutbox, clock: SetClock, make_relay: MakeRelay
) -> None:
    class EventWithoutHeight(DomainEvent):
        name = ShutterOpened.name

    outbox.put(EventWithoutHeight(occurred_at=clock.now()), RequestContext(actor="user:1"))
    make_relay(handler=RecordingHandler())()
    assert outbox.count_pending() == 1


def test_handler_runs_as_system_with_the_request_id_of_the_event(
    outbox: FakeOutbox, clock: SetClock, make_relay: MakeRelay, contexts: ContextVarRequestContexts
) -> None:
    put(outbox, clock)
    seen: list[RequestContext] = []
    make_relay(handler=lambda _: seen.append(contexts.current()))()
    assert seen == [RequestContext(actor="system", request_id="abc-1")]


def test_audit_sink_receives_every_message(
    outbox: FakeOutbox, clock: SetClock, make_relay: MakeRelay
) -> None:
    put(outbox, clock)
    messages: list[OutboxMessage] = []
    make_relay(audit_sink=messages.extend)()
    [message] = messages
    assert (message.name, message.actor, message.request_id) == (
        "test.shutter_opened",
        "user:1",
        "abc-1",
    )
    assert outbox.count_pending() == 0


def test_message_stays_pending_until_the_audit_sink_succeeds(
    outbox: FakeOutbox, clock: SetClock, make_relay: MakeRelay
) -> None:
    put(outbox, clock)
    audit_sink = RecordingHandler(failures=1)
    relay = make_relay(audit_sink=audit_sink)
    relay()
    assert outbox.count_pending() == 1
    clock.move(seconds=5)
    relay()
    assert len(audit_sink.received) == 1
    assert outbox.count_pending() == 0


def test_audit_sink_receives_a_batch_in_one_call(
    outbox: FakeOutbox, clock: SetClock, make_relay: MakeRelay
) -> None:
    for height in range(1, 4):
        put(outbox, clock, height)
    batches: list[Sequence[OutboxMessage]] = []
    make_relay(audit_sink=batches.append)()
    assert [[message.payload["height"] for message in batch] for batch in batches] == [[1, 2, 3]]


def test_messages_without_handlers_are_completed_without_a_claim(
    outbox: FakeOutbox, clock: SetClock, make_relay: MakeRelay
) -> None:
    for height in range(1, 4):
        put(outbox, clock, height)
    audit_log = FakeAuditLog(outbox)
    relay = make_relay(audit_sink=audit_log.add, complete_at_once=audit_log.complete)
    assert [message.attempts for message in relay()] == [0, 0, 0]
    assert relay() == []
    assert outbox.count_pending() == 0
    assert audit_log.end().length == 3


def test_messages_with_handlers_are_claimed(
    outbox: FakeOutbox, clock: SetClock, make_relay: MakeRelay
) -> None:
    put(outbox, clock)
    audit_log = FakeAuditLog(outbox)
    handler = RecordingHandler()
    relay = make_relay(
        audit_sink=audit_log.add, complete_at_once=audit_log.complete, handler=handler
    )
    assert [message.attempts for message in relay()] == [1]
    assert len(handler.received) == audit_log.end().length == 1


@pytest.mark.parametrize("failures", [0, 1], ids=["another worker was faster", "error"])
def test_messages_that_are_not_completed_at_once_are_claimed(
    outbox: FakeOutbox, clock: SetClock, make_relay: MakeRelay, failures: int
) -> None:
    put(outbox, clock)
    audit_log = FakeAuditLog(outbox)
    fail = RecordingHandler(failures=failures)

    def complete_none(batch: Sequence[OutboxMessage], _at: datetime) -> bool:
        fail(batch)
        return False

    relay = make_relay(audit_sink=audit_log.add, complete_at_once=complete_none)
    assert [message.attempts for message in relay()] == [1]
    assert outbox.count_pending() == 0
    assert audit_log.end().length == 1


def test_audit_sink_that_succeeded_is_not_called_again_when_a_handler_fails(
    outbox: FakeOutbox, clock: SetClock, make_relay: MakeRelay
) -> None:
    put(outbox, clock)
    audit_sink = RecordingHandler()
    relay = make_relay(audit_sink=audit_sink, handler=RecordingHandler(failures=1))
    relay()
    clock.move(seconds=5)
    relay()
    assert len(audit_sink.received) == 1
    assert outbox.count_pending() == 0


def test_message_that_the_audit_sink_rejects_is_retried_without_the_rest_of_its_batch(
    outbox: FakeOutbox, clock: SetClock, make_relay: MakeRelay
) -> None:
    def reject_second(batch: Sequence[OutboxMessage]) -> None:
        if any(message.payload["height"] == 2 for message in batch):
            raise ValueError("malformed")
        added.extend(message.payload["height"] for message in batch)

    for height in range(1, 4):
        put(outbox, clock, height)
    added: list[int] = []
    handler = RecordingHandler()
    relay = make_relay(audit_sink=reject_second, handler=handler)
    relay()
    clock.move(seconds=5)
    while relay():
        pass
    assert added == [1, 3]
    assert len(handler.received) == 3
    assert outbox.count_pending() == 1


def test_messages_of_a_batch_that_fail_are_retried_and_the_others_completed(
    outbox: FakeOutbox, clock: SetClock, make_relay: MakeRelay
) -> None:
    first, second, third = (put(outbox, clock, height) for height in range(1, 4))
    handler = RecordingHandler(failures=1)
    relay = make_relay(handler=handler)
    assert len(relay()) == 3
    assert handler.received == [second, third]
    clock.move(seconds=5)
    relay()
    assert handler.received == [second, third, first]
    assert outbox.count_pending() == 0


def test_message_is_completed_before_the_handlers_of_the_next_run(
    outbox: FakeOutbox, clock: SetClock, make_relay: MakeRelay
) -> None:
    for height in range(1, 4):
        put(outbox, clock, height)
    pending: list[int] = []
    make_relay(handler=lambda _: pending.append(outbox.count_pending()))()
    assert pending == [3, 2, 1]


def test_message_that_crashes_workers_does_not_park_the_rest_of_its_batch(
    outbox: FakeOutbox, clock: SetClock, make_relay: MakeRelay
) -> None:
    for height in range(1, 6):
        put(outbox, clock, height)
    handled: list[int] = []

    def crash_on_second(event: ShutterOpened) -> None:
        if event.height == 2:
            raise SystemExit
        handled.append(event.height)

    relay = make_relay(handler=crash_on_second)
    for _ in range(4 * MAX_ATTEMPTS):
        with suppress(SystemExit):
            relay()
        clock.move(seconds=CLAIM_DURATION.total_seconds())
    assert handled == [1, 3, 4, 5]
    (parked,) = outbox.parked()
    assert parked.payload["height"] == 2
    assert outbox.count_pending() == 0


def test_slow_messages_are_claimed_in_small_batches_and_fast_ones_in_large_batches(
    outbox: FakeOutbox, clock: SetClock, make_relay: MakeRelay
) -> None:
    for height in range(250):
        put(outbox, clock, height)
    seconds = 0.0
    relay = make_relay(handler=lambda _: clock.move(seconds=seconds))
    sizes = [len(relay()), len(relay())]
    seconds = 0.025
    sizes += [len(relay()), len(relay()), len(relay())]
    assert sizes == [10, 100, 100, 20, 20]
    assert relay.are_more_due


def test_stopped_relay_finishes_the_current_message_and_releases_the_others(
    outbox: FakeOutbox, clock: SetClock, make_relay: MakeRelay
) -> None:
    for height in range(1, 4):
        put(outbox, clock, height)
    handled: list[int] = []

    def stop_on_first(event: ShutterOpened) -> None:
        handled.append(event.height)
        relay.stop()

    relay = make_relay(handler=stop_on_first)
    relay()
    assert handled == [1]
    released = outbox.claim(at=clock.now(), until=clock.now(), limit=10)
    assert [(each.payload["height"], each.attempts) for each in released] == [(2, 1), (3, 1)]


class FailingOutbox(FakeOutbox):
    """The first `failures` calls of `complete` raise."""

    def __init__(self, *, failures: int) -> None:
        super().__init__()
        self.failures = failures

    def complete(self, messages: Sequence[OutboxMessage], *, at: datetime) -> None:
        if messages and self.failures:
            self.failures -= 1
            raise StorageUnavailable("unavailable")
        super().complete(messages, at=at)


def test_rest_of_the_batch_is_delivered_by_the_next_call_when_an_outcome_is_not_recorded(
    clock: SetClock, contexts: ContextVarRequestContexts
) -> None:
    outbox, handler = FailingOutbox(failures=1), RecordingHandler()
    events = [put(outbox, clock, height) for height in (1, 2, 3)]
    relay = Relay(
        outbox=outbox,
        clock=clock,
        contexts=contexts,
        event_handlers=[EventHandler(name="handler", event=ShutterOpened, handle=handler)],
    )
    with pytest.raises(StorageUnavailable):
        relay()
    assert handler.received == events[:1]
    assert relay() == []  # It releases the rest.
    assert [message.attempts for message in relay()] == [1, 1]
    assert handler.received == events
    # The message whose outcome is unknown is delivered again when its claim expires.
    assert outbox.count_pending() == 1
    clock.move(seconds=CLAIM_DURATION.total_seconds())
    assert [message.attempts for message in relay()] == [2]
    assert outbox.count_pending() == 0


def test_rest_of_the_batch_is_released_while_a_handler_hangs(
    outbox: FakeOutbox, clock: SetClock, contexts: ContextVarRequestContexts
) -> None:
    started, finish = Event(), Event()
    handled: list[int] = []

    def hang_on_first(event: ShutterOpened) -> None:
        if event.height == 1:
            started.set()
            assert finish.wait(60)
        handled.append(event.height)

    def relay() -> Relay:
        return Relay(
            outbox=outbox,
            clock=clock,
            contexts=contexts,
            event_handlers=[EventHandler(name="mail", event=ShutterOpened, handle=hang_on_first)],
            renew_interval=0.001,
        )

    for height in range(1, 4):
        put(outbox, clock, height)
    thread = Thread(target=relay())
    thread.start()
    assert started.wait(60)
    other = relay()
    while len(handled) < 2:
        other()
    assert handled == [2, 3]
    finish.set()
    thread.join(60)
    assert handled == [2, 3, 1]
    assert outbox.count_pending() == 0


def test_messages_whose_claims_expired_are_left_to_other_workers(
    outbox: FakeOutbox, clock: SetClock, make_relay: MakeRelay
) -> None:
    def sleep_as_a_suspended_process(event: ShutterOpened) -> None:
        handled.append(event.height)
        clock.move(seconds=CLAIM_DURATION.total_seconds())

    first, second = put(outbox, clock, 1), put(outbox, clock, 2)
    handled: list[int] = []
    make_relay(handler=sleep_as_a_suspended_process)()
    assert handled == [first.height]
    handler = RecordingHandler()
    make_relay(handler=handler)()
    assert handler.received == [second]


def test_backoff_doubles_up_to_a_limit_and_spans_over_an_hour() -> None:
    delays = [backoff(attempts) for attempts in range(1, MAX_ATTEMPTS)]
    assert delays[:3] == [timedelta(seconds=5), timedelta(seconds=10), timedelta(seconds=20)]
    assert max(delays) == timedelta(minutes=15)
    assert sum(delays, timedelta()) > timedelta(minutes=90)

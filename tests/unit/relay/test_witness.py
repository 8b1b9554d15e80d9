"""What keeps the audit trail is shown every event, whether anything reacts to it or not."""

from novacart.adapters.system.request_context import ContextVarRequestContexts
from novacart.application.ports.outbox import OutboxMessage
from novacart.application.ports.request_context import RequestContext
from novacart.application.relay import Relay
from tests.fakes.outbox import FakeOutbox
from tests.support.clock import SetClock
from tests.support.contracts.outbox import opened


class Witness:
    def __init__(self, *, failures: int = 0) -> None:
        self.seen: list[OutboxMessage] = []
        self.failures = failures

    def __call__(self, message: OutboxMessage) -> None:
        if self.failures:
            self.failures -= 1
            raise OSError("no answer")
        self.seen.append(message)


def test_the_witness_is_shown_who_did_what() -> None:
    outbox, clock, audit_sink = FakeOutbox(), SetClock(), Witness()
    outbox.put(opened(at=clock.now()), RequestContext(actor="staff:7", request_id="abc-1"))
    relay = _relay(outbox, clock, audit_sink)

    relay()

    [seen] = audit_sink.seen
    assert (seen.name, seen.actor, seen.request_id) == ("test.shutter_opened", "staff:7", "abc-1")
    assert outbox.waiting() == 0


def test_what_the_witness_could_not_note_is_not_settled_before_it_has() -> None:
    outbox, clock, audit_sink = FakeOutbox(), SetClock(), Witness(failures=1)
    outbox.put(opened(at=clock.now()), RequestContext(actor="system"))
    relay = _relay(outbox, clock, audit_sink)

    relay()
    assert outbox.waiting() == 1

    clock.move(seconds=5)
    relay()
    assert len(audit_sink.seen) == 1
    assert outbox.waiting() == 0


def _relay(outbox: FakeOutbox, clock: SetClock, audit_sink: Witness) -> Relay:
    return Relay(
        outbox=outbox,
        clock=clock,
        contexts=ContextVarRequestContexts(),
        event_handlers=[],
        audit_sink=audit_sink,
    )

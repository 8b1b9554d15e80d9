"""What keeps the audit trail is shown every event, whether anything reacts to it or not."""

from novacart.adapters.memory.outbox import MemoryOutbox
from novacart.adapters.system.origin import ContextOrigin
from novacart.application.ports.origin import Origin
from novacart.application.ports.outbox import OutboxMessage
from novacart.application.relay import Relay
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
    outbox, clock, witness = MemoryOutbox(), SetClock(), Witness()
    outbox.put(opened(at=clock.now()), Origin(actor="staff:7", request_id="abc-1"))
    relay = _relay(outbox, clock, witness)

    relay()

    [seen] = witness.seen
    assert (seen.name, seen.actor, seen.request_id) == ("test.shutter_opened", "staff:7", "abc-1")
    assert outbox.waiting() == 0


def test_what_the_witness_could_not_note_is_not_settled_before_it_has() -> None:
    outbox, clock, witness = MemoryOutbox(), SetClock(), Witness(failures=1)
    outbox.put(opened(at=clock.now()), Origin(actor="system"))
    relay = _relay(outbox, clock, witness)

    relay()
    assert outbox.waiting() == 1

    clock.move(seconds=5)
    relay()
    assert len(witness.seen) == 1
    assert outbox.waiting() == 0


def _relay(outbox: MemoryOutbox, clock: SetClock, witness: Witness) -> Relay:
    return Relay(
        outbox=outbox,
        clock=clock,
        act_as=ContextOrigin().acting_as,
        reactions=[],
        witness=witness,
    )

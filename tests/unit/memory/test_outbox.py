"""The memory outbox, attempts and turns keep their ports' contracts."""

from collections.abc import Callable

import pytest

from novacart.adapters.memory.attempts import MemoryAttempts
from novacart.adapters.memory.outbox import MemoryOutbox
from novacart.adapters.memory.turns import MemoryTurns
from novacart.application.ports.origin import Origin
from novacart.domain.shared.events import DomainEvent
from tests.support.clock import SetClock
from tests.support.contracts.attempts import AttemptsContract
from tests.support.contracts.outbox import RETRIER, OutboxContract
from tests.support.contracts.turns import TurnsContract


class TestMemoryOutbox(OutboxContract):
    @pytest.fixture
    def outbox(self) -> MemoryOutbox:
        return MemoryOutbox(RETRIER)

    @pytest.fixture
    def store(self, outbox: MemoryOutbox) -> Callable[..., None]:
        def put(*events: DomainEvent) -> None:
            for event in events:
                outbox.put(event, Origin(actor="staff:4", request_id="abc-1"))

        return put


class TestMemoryAttempts(AttemptsContract):
    @pytest.fixture
    def clock(self) -> SetClock:
        return SetClock()

    @pytest.fixture
    def attempts(self, clock: SetClock) -> MemoryAttempts:
        return MemoryAttempts(clock)


class TestMemoryTurns(TurnsContract):
    @pytest.fixture
    def turns(self) -> MemoryTurns:
        return MemoryTurns()

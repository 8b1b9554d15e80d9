"""The memory outbox, attempts and turns keep their ports' contracts."""

from collections.abc import Callable

import pytest

from novacart.application.ports.request_context import RequestContext
from novacart.domain.shared.events import DomainEvent
from tests.fakes.job_lock import FakeJobLock
from tests.fakes.outbox import FakeOutbox
from tests.fakes.rate_limiter import FakeRateLimiter
from tests.support.clock import SetClock
from tests.support.contracts.job_lock import TurnsContract
from tests.support.contracts.outbox import RETRIER, OutboxContract
from tests.support.contracts.rate_limiter import AttemptsContract


class TestMemoryOutbox(OutboxContract):
    @pytest.fixture
    def outbox(self) -> FakeOutbox:
        return FakeOutbox(RETRIER)

    @pytest.fixture
    def store(self, outbox: FakeOutbox) -> Callable[..., None]:
        def put(*events: DomainEvent) -> None:
            for event in events:
                outbox.put(event, RequestContext(actor="staff:4", request_id="abc-1"))

        return put


class TestMemoryAttempts(AttemptsContract):
    @pytest.fixture
    def clock(self) -> SetClock:
        return SetClock()

    @pytest.fixture
    def attempts(self, clock: SetClock) -> FakeRateLimiter:
        return FakeRateLimiter(clock)


class TestMemoryTurns(TurnsContract):
    @pytest.fixture
    def turns(self) -> FakeJobLock:
        return FakeJobLock()

"""Fake outbox, rate limiter and job lock fulfil their contracts."""

from collections.abc import Callable

import pytest

from novacart.domain.shared.events import DomainEvent
from tests.fakes.audit_log import FakeAuditLog
from tests.fakes.job_lock import FakeJobLock
from tests.fakes.outbox import FakeOutbox
from tests.fakes.rate_limiter import FakeRateLimiter
from tests.support.clock import SetClock
from tests.support.contracts.job_lock import JobLockContract
from tests.support.contracts.outbox import RETRIER, STORED_BY, OutboxContract
from tests.support.contracts.rate_limiter import RateLimiterContract


class TestFakeOutbox(OutboxContract):
    @pytest.fixture
    def outbox(self) -> FakeOutbox:
        return FakeOutbox(RETRIER)

    @pytest.fixture
    def audit_log(self, outbox: FakeOutbox) -> FakeAuditLog:
        return FakeAuditLog(outbox)

    @pytest.fixture
    def store(self, outbox: FakeOutbox) -> Callable[..., None]:
        def put(*events: DomainEvent) -> None:
            for event in events:
                outbox.put(event, STORED_BY)

        return put


class TestFakeRateLimiter(RateLimiterContract):
    @pytest.fixture
    def clock(self) -> SetClock:
        return SetClock()

    @pytest.fixture
    def limiter(self, clock: SetClock) -> FakeRateLimiter:
        return FakeRateLimiter(clock)


class TestFakeJobLock(JobLockContract):
    @pytest.fixture
    def job_lock(self) -> FakeJobLock:
        return FakeJobLock()

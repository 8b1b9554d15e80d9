"""The outbox, attempts and turns in both databases keep their ports' contracts."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.jobs.job_lock import SqlJobLock
from novacart.adapters.persistence.outbox.outbox import SqlOutbox
from novacart.adapters.persistence.outbox.writer import write_events
from novacart.adapters.persistence.rate_limits.rate_limiter import SqlRateLimiter
from novacart.adapters.system.request_context import ContextVarRequestContexts
from novacart.application.ports.rate_limiter import RateLimit
from novacart.application.ports.request_context import RequestContext
from novacart.domain.shared.events import DomainEvent
from tests.support.clock import SetClock
from tests.support.contracts.job_lock import TurnsContract
from tests.support.contracts.outbox import LATER, NOON, RETRIER, OutboxContract, opened
from tests.support.contracts.rate_limiter import AttemptsContract

EVENTS = 40
WORKERS = 8


class TestSqlOutbox(OutboxContract):
    @pytest.fixture
    def outbox(self, database: Database) -> SqlOutbox:
        contexts = ContextVarRequestContexts()
        contexts.replace(RETRIER)
        return SqlOutbox(database, contexts)

    @pytest.fixture
    def store(self, database: Database) -> Callable[..., None]:
        def commit(*events: DomainEvent) -> None:
            with database.writing() as connection:
                write_events(
                    connection, events, RequestContext(actor="staff:4", request_id="abc-1")
                )
                connection.commit()

        return commit

    def test_workers_at_once_never_claim_the_same_message(
        self, outbox: SqlOutbox, store: Callable[..., None]
    ) -> None:
        store(*(opened(height) for height in range(EVENTS)))

        def claim_all(_: int) -> list[int]:
            claimed = []
            while message := outbox.claim(at=NOON, until=LATER):
                claimed.append(message.id)
            return claimed

        with ThreadPoolExecutor(WORKERS) as pool:
            claimed = [number for part in pool.map(claim_all, range(WORKERS)) for number in part]
        assert len(claimed) == EVENTS
        assert len(set(claimed)) == EVENTS


class TestSqlAttempts(AttemptsContract):
    @pytest.fixture
    def clock(self) -> SetClock:
        return SetClock()

    @pytest.fixture
    def attempts(self, database: Database, clock: SetClock) -> SqlRateLimiter:
        return SqlRateLimiter(database, clock)

    def test_callers_at_once_never_pass_a_limit(self, attempts: SqlRateLimiter) -> None:
        limit = [RateLimit(5, 60)]
        with ThreadPoolExecutor(WORKERS) as pool:
            waits = list(pool.map(lambda _: attempts.take("door", limit), range(30)))
        assert waits.count(0) == 5

    def test_what_counts_no_more_is_pruned(self, attempts: SqlRateLimiter, clock: SetClock) -> None:
        attempts.take("front", [RateLimit(5, 60)])
        attempts.take("back", [RateLimit(5, 600)])
        clock.move(seconds=60)
        assert attempts.prune() == 1


class TestSqlTurns(TurnsContract):
    @pytest.fixture
    def turns(self, database: Database) -> SqlJobLock:
        return SqlJobLock(database)

    def test_of_workers_at_once_one_has_the_turn(self, turns: SqlJobLock) -> None:
        def take(_: int) -> bool:
            return turns.take("sweep", at=NOON, every=timedelta(hours=1))

        with ThreadPoolExecutor(WORKERS) as pool:
            assert sum(pool.map(take, range(WORKERS))) == 1

"""The outbox, attempts and turns in both databases keep their ports' contracts."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from novacart.adapters.persistence.attempts.attempts import SqlAttempts
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.outbox.outbox import SqlOutbox
from novacart.adapters.persistence.outbox.writer import write_events
from novacart.adapters.persistence.schedules.turns import SqlTurns
from novacart.adapters.system.origin import ContextOrigin
from novacart.application.ports.attempts import Limit
from novacart.application.ports.origin import Origin
from novacart.domain.shared.events import DomainEvent
from tests.support.clock import SetClock
from tests.support.contracts.attempts import AttemptsContract
from tests.support.contracts.outbox import LATER, NOON, RETRIER, OutboxContract, opened
from tests.support.contracts.turns import TurnsContract

EVENTS = 40
WORKERS = 8


class TestSqlOutbox(OutboxContract):
    @pytest.fixture
    def outbox(self, database: Database) -> SqlOutbox:
        origin = ContextOrigin()
        origin.set(RETRIER)
        return SqlOutbox(database, origin)

    @pytest.fixture
    def store(self, database: Database) -> Callable[..., None]:
        def commit(*events: DomainEvent) -> None:
            with database.writing() as connection:
                write_events(connection, events, Origin(actor="staff:4", request_id="abc-1"))
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
    def attempts(self, database: Database, clock: SetClock) -> SqlAttempts:
        return SqlAttempts(database, clock)

    def test_callers_at_once_never_pass_a_limit(self, attempts: SqlAttempts) -> None:
        limit = [Limit(5, 60)]
        with ThreadPoolExecutor(WORKERS) as pool:
            waits = list(pool.map(lambda _: attempts.take("door", limit), range(30)))
        assert waits.count(0) == 5

    def test_what_counts_no_more_is_pruned(self, attempts: SqlAttempts, clock: SetClock) -> None:
        attempts.take("front", [Limit(5, 60)])
        attempts.take("back", [Limit(5, 600)])
        clock.move(seconds=60)
        assert attempts.prune() == 1


class TestSqlTurns(TurnsContract):
    @pytest.fixture
    def turns(self, database: Database) -> SqlTurns:
        return SqlTurns(database)

    def test_of_workers_at_once_one_has_the_turn(self, turns: SqlTurns) -> None:
        def take(_: int) -> bool:
            return turns.take("sweep", at=NOON, every=timedelta(hours=1))

        with ThreadPoolExecutor(WORKERS) as pool:
            assert sum(pool.map(take, range(WORKERS))) == 1

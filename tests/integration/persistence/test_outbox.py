"""Outbox, rate limiter and job lock in the database fulfil their contracts."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from math import ceil
from time import sleep

import pytest
from sqlalchemy import text, update

from novacart.adapters.persistence.back_office.audit_log import SqlAuditLog
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.jobs.job_lock import SqlJobLock
from novacart.adapters.persistence.outbox.outbox import SqlOutbox
from novacart.adapters.persistence.outbox.tables import outbox_messages
from novacart.adapters.persistence.outbox.writer import write_events
from novacart.adapters.persistence.rate_limits.rate_limiter import SqlRateLimiter
from novacart.adapters.system.request_context import ContextVarRequestContexts
from novacart.application.audit.verify_audit_log import VerifyAuditLog
from novacart.application.ports.outbox import OutboxMessage
from novacart.application.ports.rate_limiter import Quota, RateLimit
from novacart.application.relay import EventHandler, Relay
from novacart.domain.shared.events import DomainEvent
from tests.support.clock import SetClock
from tests.support.contracts.job_lock import JobLockContract
from tests.support.contracts.outbox import (
    LATER,
    NOON,
    RETRIER,
    STORED_BY,
    OutboxContract,
    ShutterOpened,
    opened,
    ordered,
    steps,
)
from tests.support.contracts.rate_limiter import RateLimiterContract
from tests.support.query_counter import counted_statements

EVENTS = 40
WORKERS = 8


class TestSqlOutbox(OutboxContract):
    @pytest.fixture
    def outbox(self, database: Database) -> SqlOutbox:
        contexts = ContextVarRequestContexts()
        contexts.replace(RETRIER)
        return SqlOutbox(database, contexts)

    @pytest.fixture
    def audit_log(self, database: Database) -> SqlAuditLog:
        return SqlAuditLog(database)

    @pytest.fixture
    def store(self, database: Database) -> Callable[..., None]:
        def commit(*events: DomainEvent) -> None:
            with database.writing() as connection:
                write_events(connection, events, STORED_BY)
                connection.commit()

        return commit

    def test_concurrent_workers_claim_different_messages(
        self, outbox: SqlOutbox, store: Callable[..., None]
    ) -> None:
        store(*(opened(height) for height in range(EVENTS)))

        def claim_all(_: int) -> list[int]:
            claimed = []
            while messages := outbox.claim(at=NOON, until=LATER, limit=3):
                claimed += [message.id for message in messages]
            return claimed

        with ThreadPoolExecutor(WORKERS) as pool:
            claimed = [id for ids in pool.map(claim_all, range(WORKERS)) for id in ids]
        assert len(claimed) == EVENTS
        assert len(set(claimed)) == EVENTS

    @pytest.mark.parametrize("has_subject", [True, False])
    def test_concurrent_workers_have_one_message_of_a_subject_at_a_time(
        self,
        database: Database,
        outbox: SqlOutbox,
        store: Callable[..., None],
        *,
        has_subject: bool,
    ) -> None:
        """Messages without subject are the negative control."""
        store(*(ordered(order_id, step) for step in range(WORKERS) for order_id in range(2)))
        if not has_subject:
            with database.writing() as connection:
                connection.execute(update(outbox_messages).values(subject=None))
                connection.commit()
        with ThreadPoolExecutor(WORKERS) as pool:
            claims = list(
                pool.map(lambda _: outbox.claim(at=NOON, until=LATER), range(2 * WORKERS))
            )
        claimed = sorted(steps([message for batch in claims for message in batch]))
        assert (claimed == [(0, 0), (1, 0)]) is has_subject

    @pytest.mark.parametrize("has_subject", [True, False])
    def test_concurrent_workers_keep_the_order_of_a_subject(
        self,
        database: Database,
        outbox: SqlOutbox,
        store: Callable[..., None],
        *,
        has_subject: bool,
    ) -> None:
        """Messages without subject are the negative control."""
        orders = range(4)
        store(*(ordered(order_id, step) for order_id in orders for step in range(EVENTS // 4)))
        if not has_subject:
            with database.writing() as connection:
                connection.execute(update(outbox_messages).values(subject=None))
                connection.commit()
        received: dict[int, list[int]] = {order_id: [] for order_id in orders}

        def work(number: int) -> None:
            # Some workers are slower, so that they are overtaken.
            while messages := outbox.claim(at=NOON, until=LATER, limit=2):
                for message in messages:
                    sleep(0.002 * (number % 3))
                    received[message.payload["order_id"]].append(message.payload["step"])
                    outbox.complete([message], at=NOON)

        for _ in range(EVENTS):
            with ThreadPoolExecutor(WORKERS) as pool:
                list(pool.map(work, range(WORKERS)))
        assert outbox.count_pending() == 0
        in_order = all(each == list(range(EVENTS // 4)) for each in received.values())
        assert in_order is has_subject

    def test_audit_yields_the_processor_only_while_others_can_write(
        self,
        database: Database,
        outbox: SqlOutbox,
        store: Callable[..., None],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        yields = 0

        def write() -> None:
            nonlocal yields
            yields += 1
            # It waits for the locks of the audit, and raises an error after a while.
            with database.writing() as connection:
                connection.execute(text("UPDATE audit_head SET length = length"))
                connection.execute(text("UPDATE outbox_messages SET attempts = attempts"))

        audit_log = SqlAuditLog(database)
        relay = Relay(
            outbox=outbox,
            clock=SetClock(NOON),
            contexts=ContextVarRequestContexts(),
            event_handlers=(),
            audit_sink=audit_log.add,
            complete_at_once=audit_log.complete,
        )
        # The first entry creates the row of the log's end.
        store(opened())
        relay()
        store(*(opened(height) for height in range(5)))
        monkeypatch.setattr("novacart.application.processor_time._INTERVAL", 0.0)
        monkeypatch.setattr("novacart.application.processor_time._yield", write)
        assert len(relay()) == 5
        assert outbox.count_pending() == 0
        # For each message when it is read, and when its entry is calculated.
        assert yields >= 10

    @pytest.mark.parametrize("size", [1, EVENTS])
    def test_batch_without_handlers_takes_few_statements_and_an_idle_poll_one(
        self, database: Database, outbox: SqlOutbox, store: Callable[..., None], size: int
    ) -> None:
        audit_log = SqlAuditLog(database)
        relay = Relay(
            outbox=outbox,
            clock=SetClock(NOON),
            contexts=ContextVarRequestContexts(),
            event_handlers=[],
            audit_sink=audit_log.add,
        )
        # The first entry creates the row of the log's end.
        store(opened())
        relay()
        store(*(opened(height) for height in range(size)))
        with counted_statements(database) as statements:
            assert len(relay()) == size
        # Messages are completed 20 at a time. PostgreSQL locks claims.
        expected = 6 + ceil(size / 20) + (database.dialect == "postgresql")
        assert len(statements) == expected, statements
        with counted_statements(database) as statements:
            assert relay() == []
        assert len(statements) == 1, statements
        assert outbox.count_pending() == 0
        assert audit_log.end().length == 1 + size

    def test_concurrent_workers_deliver_each_message_once(
        self, database: Database, outbox: SqlOutbox, store: Callable[..., None]
    ) -> None:
        store(*(opened(height) for height in range(EVENTS)))
        audit_log = SqlAuditLog(database)
        assert sorted(deliver_concurrently(outbox, audit_log)) == list(range(EVENTS))
        assert audit_log.end().length == EVENTS
        assert VerifyAuditLog(audit_log)().broken_at is None

    def test_concurrent_workers_add_each_message_to_the_audit_log_once(
        self, database: Database, outbox: SqlOutbox, store: Callable[..., None]
    ) -> None:
        """Some are completed without a claim, others after one, since workers meet."""
        store(*(opened(height) for height in range(10 * EVENTS)))
        audit_log = SqlAuditLog(database)
        deliver_concurrently(outbox, audit_log, has_handler=False)
        assert outbox.count_pending() == 0
        assert audit_log.end().length == 10 * EVENTS
        assert VerifyAuditLog(audit_log)().broken_at is None

    def test_claims_that_expire_at_once_let_workers_deliver_messages_twice(
        self, database: Database, store: Callable[..., None]
    ) -> None:
        """Negative control."""
        store(*(opened(height) for height in range(EVENTS)))
        outbox = _ExpiresAtOnce(database, ContextVarRequestContexts())
        received = deliver_concurrently(outbox, SqlAuditLog(database))
        assert set(received) == set(range(EVENTS))
        assert len(received) > EVENTS


class _ExpiresAtOnce(SqlOutbox):
    def claim(self, *, at: datetime, until: datetime, limit: int = 1) -> Sequence[OutboxMessage]:  # noqa: ARG002 (the time is replaced)
        return super().claim(at=at, until=at, limit=limit)

    def complete(self, messages: Sequence[OutboxMessage], *, at: datetime) -> None:
        # Meanwhile another worker claims the first message.
        if any(message.payload["height"] == 0 for message in messages):
            sleep(0.5)
        super().complete(messages, at=at)


def deliver_concurrently(
    outbox: SqlOutbox, audit_log: SqlAuditLog, *, has_handler: bool = True
) -> list[int]:
    """Deliver all messages with several workers; return what their handlers received."""
    received: list[int] = []

    def handle(event: ShutterOpened) -> None:
        received.append(event.height)
        sleep(0.002)

    handler = EventHandler(name="handler", event=ShutterOpened, handle=handle)

    def work(_: int) -> None:
        relay = Relay(
            outbox=outbox,
            clock=SetClock(NOON),
            contexts=ContextVarRequestContexts(),
            event_handlers=[handler] if has_handler else [],
            audit_sink=audit_log.add,
            complete_at_once=audit_log.complete,
        )
        while relay():
            pass

    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(work, range(WORKERS)))
    return received


class TestSqlRateLimiter(RateLimiterContract):
    @pytest.fixture
    def clock(self) -> SetClock:
        return SetClock()

    @pytest.fixture
    def limiter(self, database: Database, clock: SetClock) -> SqlRateLimiter:
        return SqlRateLimiter(database, clock)

    def test_concurrent_callers_stay_within_the_limit(self, limiter: SqlRateLimiter) -> None:
        quota = Quota("key", (RateLimit(5, 60),))
        with ThreadPoolExecutor(WORKERS) as pool:
            waits = list(pool.map(lambda _: limiter.acquire([quota]), range(30)))
        assert waits.count(0) == 5

    def test_delete_expired_attempts(self, limiter: SqlRateLimiter, clock: SetClock) -> None:
        limiter.acquire([Quota("short", (RateLimit(5, 60),))])
        limiter.acquire([Quota("long", (RateLimit(5, 600),))])
        clock.move(seconds=60)
        assert limiter.delete_expired() == 1


class TestSqlJobLock(JobLockContract):
    @pytest.fixture
    def job_lock(self, database: Database) -> SqlJobLock:
        return SqlJobLock(database)

    def test_one_of_several_concurrent_workers_takes_the_lock(self, job_lock: SqlJobLock) -> None:
        def take(_: int) -> bool:
            return job_lock.take("sweep", at=NOON, every=timedelta(hours=1))

        with ThreadPoolExecutor(WORKERS) as pool:
            assert sum(pool.map(take, range(WORKERS))) == 1

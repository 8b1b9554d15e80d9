from datetime import UTC, datetime, timedelta

from prometheus_client import CollectorRegistry

from novacart.adapters.web.operations.shop_state import ShopStateCollector
from novacart.application.back_office.operations import CheckStatus, Health, JobStatus, QueueStatus
from novacart.application.ports.errors import StorageUnavailable
from tests.support.clock import SetClock

NOW = datetime(2026, 3, 14, 12, tzinfo=UTC)


def queue(name: str, due: timedelta | None) -> QueueStatus:
    at = None if due is None else NOW - due
    return QueueStatus(name=name, pending=2, next_attempt_at=at, parked=1)


class Queries:
    def __init__(self, health: Health | None) -> None:
        self._health = health

    def health(self) -> Health:
        if self._health is None:
            raise StorageUnavailable("The database can't be reached.")
        return self._health


def samples(health: Health | None) -> dict[tuple[str, ...], float]:
    """The value of each sample by its name and labels."""
    registry = CollectorRegistry()
    registry.register(ShopStateCollector(Queries(health), SetClock(NOW)))
    return {
        (sample.name.removeprefix("novacart_"), *sample.labels.values()): sample.value
        for metric in registry.collect()
        for sample in metric.samples
    }


def test_queues_jobs_and_checks_are_metrics() -> None:
    health = Health(
        database="SQLite",
        queues=[queue("Outbox", timedelta(minutes=5)), queue("Webhook events", None)],
        jobs=[JobStatus(name="audit", last_started_at=NOW)],
        checks=[
            CheckStatus(
                name="proven_restore", ok=False, summary="x", checked_at=NOW, passed_at=None
            )
        ],
    )
    assert samples(health) == {
        ("database_up",): 1,
        ("queue_pending", "outbox"): 2,
        ("queue_lag_seconds", "outbox"): 300,
        ("queue_parked", "outbox"): 1,
        ("queue_pending", "webhook_events"): 2,
        ("queue_lag_seconds", "webhook_events"): 0,
        ("queue_parked", "webhook_events"): 1,
        ("scheduled_job_start_timestamp_seconds", "audit"): NOW.timestamp(),
        ("check_ok", "proven_restore"): 0,
        ("check_timestamp_seconds", "proven_restore"): NOW.timestamp(),
    }


def test_item_that_is_due_later_does_not_lag() -> None:
    later = queue("Outbox", timedelta(minutes=-5))
    health = Health(database="SQLite", queues=[later], jobs=[], checks=[])
    assert samples(health)["queue_lag_seconds", "outbox"] == 0


def test_database_that_can_not_be_read_is_one_metric() -> None:
    assert samples(None) == {("database_up",): 0}

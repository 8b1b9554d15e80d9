"""Prometheus metrics of queues, scheduled jobs and system checks, read from the database."""

from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from novacart.application.back_office.operations import Health, HealthQueries
from novacart.application.ports.clock import Clock
from novacart.application.ports.errors import PortError


class ShopStateCollector(Collector):
    """Each web server has the same samples. While the database can't be read, it has only one."""

    def __init__(self, queries: HealthQueries, clock: Clock) -> None:
        self._queries = queries
        self._clock = clock

    def collect(self) -> Iterator[Metric]:
        try:
            health = self._queries.health()
        except PortError:
            yield _database_up(0)
            return
        yield _database_up(1)
        yield from self._queues(health)
        jobs = GaugeMetricFamily(
            "novacart_scheduled_job_start_timestamp_seconds",
            "When a worker last started the job, in seconds since 1970.",
            labels=["name"],
        )
        for job in health.jobs:
            jobs.add_metric([job.name], job.last_started_at.timestamp())
        results = GaugeMetricFamily(
            "novacart_check_ok",
            "1 if the newest run of the check passed, 0 if not.",
            labels=["check"],
        )
        times = GaugeMetricFamily(
            "novacart_check_timestamp_seconds",
            "When the newest run of the check was recorded, in seconds since 1970.",
            labels=["check"],
        )
        for check in health.checks:
            results.add_metric([check.name], int(check.ok))
            times.add_metric([check.name], check.checked_at.timestamp())
        yield from (jobs, results, times)

    def _queues(self, health: Health) -> Iterator[Metric]:
        pending = GaugeMetricFamily(
            "novacart_queue_pending", "Items that are not delivered yet.", labels=["queue"]
        )
        lag = GaugeMetricFamily(
            "novacart_queue_lag_seconds",
            "For how long the item that has waited longest has been due, 0 if none is.",
            labels=["queue"],
        )
        parked = GaugeMetricFamily(
            "novacart_queue_parked", "Items that failed too often.", labels=["queue"]
        )
        now = self._clock.now()
        for queue in health.queues:
            labels = [queue.name.lower().replace(" ", "_")]
            due = (now - queue.next_attempt_at).total_seconds() if queue.next_attempt_at else 0
            pending.add_metric(labels, queue.pending)
            lag.add_metric(labels, max(due, 0))
            parked.add_metric(labels, queue.parked)
        yield from (pending, lag, parked)


def _database_up(value: int) -> Metric:
    return GaugeMetricFamily(
        "novacart_database_up", "1 if the web server can read the database, 0 if not.", value
    )

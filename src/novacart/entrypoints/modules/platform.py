"""The bindings that all features need: database, clock, outbox, locks, health."""

from datetime import timedelta
from typing import Final

from injector import Injector, Module, provider, singleton

from novacart.adapters.persistence.database import Database, QueryDatabase
from novacart.adapters.persistence.jobs.job_lock import SqlJobLock
from novacart.adapters.persistence.outbox.outbox import SqlOutbox
from novacart.adapters.persistence.outbox.partitions import OutboxPartitions
from novacart.adapters.persistence.rate_limits.rate_limiter import SqlRateLimiter
from novacart.adapters.persistence.readiness import SqlReadiness
from novacart.adapters.persistence.replicas.database import ReplicatedDatabase
from novacart.adapters.persistence.replicas.replicas import Replicas
from novacart.adapters.persistence.slow_queries import log_slow_queries
from novacart.adapters.persistence.unit_of_work import SqlUnitOfWorkFactory
from novacart.adapters.system.clock import SystemClock
from novacart.adapters.system.request_context import ContextVarRequestContexts
from novacart.adapters.web.http.threads import Threads
from novacart.adapters.web.operations.security_monitor import LogSecurityMonitor
from novacart.application.ports.clock import Clock
from novacart.application.ports.job_lock import JobLock
from novacart.application.ports.outbox import Outbox
from novacart.application.ports.rate_limiter import RateLimiter
from novacart.application.ports.readiness import Readiness
from novacart.application.ports.request_context import RequestContexts
from novacart.application.ports.security_monitor import SecurityMonitor
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.application.scheduled_jobs import ScheduledJob
from novacart.entrypoints.cache_server import CacheServer
from novacart.entrypoints.settings import Settings
from novacart.entrypoints.tracing import tracing_of

THREADS: Final = Threads()
"""The threads of a web process."""

_HOUR = 3600
_KEPT_MESSAGES = timedelta(days=30)


class PlatformModule(Module):
    @provider
    @singleton
    def database(self, settings: Settings, injector: Injector) -> Database:
        return _connect(settings, settings.database_url, injector)

    @provider
    @singleton
    def replicas(self, settings: Settings, database: Database, injector: Injector) -> Replicas:
        urls = settings.database_replica_urls
        return Replicas(
            database,
            [_connect(settings, url, injector) for url in urls],
            max_lag=settings.replica_max_lag,
        )

    @provider
    @singleton
    def query_database(self, database: Database, replicas: Replicas) -> QueryDatabase:
        return QueryDatabase(ReplicatedDatabase(database, replicas) if replicas else database)

    @provider
    @singleton
    def clock(self) -> Clock:
        return SystemClock()

    @provider
    @singleton
    def context_var_contexts(self) -> ContextVarRequestContexts:
        return ContextVarRequestContexts()

    @provider
    @singleton
    def contexts(self, contexts: ContextVarRequestContexts) -> RequestContexts:
        return contexts

    @provider
    @singleton
    def log_security_monitor(self) -> LogSecurityMonitor:
        return LogSecurityMonitor()

    @provider
    @singleton
    def security_monitor(self, monitor: LogSecurityMonitor) -> SecurityMonitor:
        return monitor

    @provider
    @singleton
    def begin(
        self,
        database: Database,
        contexts: RequestContexts,
        monitor: SecurityMonitor,
        replicas: Replicas,
    ) -> UnitOfWorkFactory:
        return SqlUnitOfWorkFactory(database, contexts, monitor, replicas or None)

    @provider
    @singleton
    def outbox(self, database: Database, contexts: RequestContexts) -> Outbox:
        return SqlOutbox(database, contexts)

    @provider
    @singleton
    def job_lock(self, database: Database) -> JobLock:
        return SqlJobLock(database)

    @provider
    @singleton
    def readiness(self, database: Database) -> Readiness:
        return SqlReadiness(database)

    @provider
    @singleton
    def cache_server(self, settings: Settings) -> CacheServer:
        return CacheServer.connect(settings)

    @provider
    @singleton
    def sql_rate_limiter(self, database: Database, clock: Clock) -> SqlRateLimiter:
        return SqlRateLimiter(database, clock)

    @provider
    @singleton
    def rate_limiter(self, settings: Settings, sql_rate_limiter: SqlRateLimiter) -> RateLimiter:
        if settings.redis_url:
            # Imported only where it is used, to save memory.
            from novacart.adapters.redis import (  # noqa: PLC0415
                connection,
                fallback_rate_limiter,
                rate_limiter,
            )

            redis = rate_limiter.RedisRateLimiter.connect(
                settings.redis_url, prefix=connection.key_prefix(settings.signing_key)
            )
            return fallback_rate_limiter.FallbackRateLimiter(redis, sql_rate_limiter)
        return sql_rate_limiter


def _connect(settings: Settings, url: str, injector: Injector) -> Database:
    observers = []
    if settings.slow_query_ms:
        observers.append(log_slow_queries(settings.slow_query_ms))
    if (tracing := tracing_of(injector)) is not None:
        observers.append(tracing.statement)
    # The threads that serve a provider hold a connection for moments only.
    return Database.connect(
        url,
        pool_size=THREADS.connections - THREADS.provider,
        max_overflow=THREADS.provider,
        observers=observers,
        transaction_pooling=settings.database_transaction_pooling,
    )


def scheduled_jobs(injector: Injector) -> list[ScheduledJob]:
    """Create partitions of the outbox, and delete old messages and rate limit counters."""
    outbox = injector.get(Outbox)  # type: ignore[type-abstract]
    clock = injector.get(Clock)  # type: ignore[type-abstract]
    partitions = OutboxPartitions(injector.get(Database))
    return [
        ScheduledJob(
            name="partition_outbox",
            every_seconds=24 * _HOUR,
            run=lambda: partitions.create(at=clock.now()),
        ),
        ScheduledJob(
            name="prune_outbox",
            every_seconds=24 * _HOUR,
            run=lambda: outbox.prune(before=clock.now() - _KEPT_MESSAGES),
        ),
        ScheduledJob(
            name="prune_rate_limits",
            every_seconds=_HOUR,
            run=injector.get(SqlRateLimiter).delete_expired,
        ),
    ]

"""Rate limiting in the database, which all processes share."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import ceil

from sqlalchemy import Connection, delete, func, insert, select

from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.rate_limits.tables import attempts
from novacart.application.ports.clock import Clock
from novacart.application.ports.rate_limiter import Quota


class SqlRateLimiter:
    """One row an attempt gives an exact sliding window. Callers of one key are serialized."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def acquire(self, quotas: Sequence[Quota]) -> int:
        with self._database.writing() as connection:
            if connection.dialect.name == "postgresql":
                # In one order, so that callers with several keys can't block each other forever.
                for key in sorted(quota.key for quota in quotas):
                    connection.execute(
                        select(func.pg_advisory_xact_lock(func.hashtextextended(key, 0)))
                    )
            now = self._clock.now()
            seconds = _retry_after(connection, quotas, now)
            if seconds:
                return seconds
            connection.execute(insert(attempts), [_row(quota, now) for quota in quotas])
            connection.commit()
        return 0

    def retry_after(self, quotas: Sequence[Quota]) -> int:
        with self._database.reading() as connection:
            return _retry_after(connection, quotas, self._clock.now())

    def reset(self, keys: Sequence[str]) -> None:
        with self._database.writing() as connection:
            connection.execute(delete(attempts).where(attempts.c.key.in_(keys)))
            connection.commit()

    def keys(self, prefix: str) -> Sequence[str]:
        statement = (
            select(attempts.c.key)
            .where(attempts.c.key.startswith(prefix, autoescape=True))
            .distinct()
            .order_by(attempts.c.key)
        )
        with self._database.reading() as connection:
            return list(connection.scalars(statement))

    def delete_expired(self) -> int:
        """Delete attempts that no longer count, and return how many."""
        with self._database.writing() as connection:
            count = connection.execute(
                delete(attempts).where(attempts.c.forgotten_at <= self._clock.now())
            ).rowcount
            connection.commit()
        return count


def _row(quota: Quota, now: datetime) -> dict[str, object]:
    longest = timedelta(seconds=max(limit.seconds for limit in quota.limits))
    return {"key": quota.key, "made_at": now, "forgotten_at": now + longest}


def _retry_after(connection: Connection, quotas: Sequence[Quota], now: datetime) -> int:
    """Seconds until every limit allows an attempt.

    A limit allows one when its `amount`-th newest attempt is older than its period.
    """
    waits = [0]
    for quota in quotas:
        newest_first = list(
            connection.scalars(
                select(attempts.c.made_at)
                .where(attempts.c.key == quota.key)
                .order_by(attempts.c.made_at.desc())
                .limit(max(limit.amount for limit in quota.limits))
            )
        )
        for limit in quota.limits:
            if len(newest_first) >= limit.amount:
                free_at = newest_first[limit.amount - 1] + timedelta(seconds=limit.seconds)
                waits.append(ceil((free_at - now).total_seconds()))
    return max(waits)

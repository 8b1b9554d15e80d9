"""Repository of webhook events."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Connection, select, update

from novacart.adapters.persistence.payments.tables import webhook_events as events
from novacart.adapters.persistence.upserts import conflict_insert
from novacart.application.ports.webhook_events import EventState, StoredEvent, WebhookEventNotFound


class SqlWebhookEvents:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def store(self, event: StoredEvent) -> bool:
        insert = conflict_insert(self._connection.dialect.name, events)
        statement = insert.values(asdict(event)).on_conflict_do_nothing().returning(events.c.id)
        return self._connection.scalar(statement) is not None

    def get(self, event_id: str) -> StoredEvent:
        row = (
            self._connection.execute(
                select(events).where(events.c.id == event_id).with_for_update()
            )
            .mappings()
            .one_or_none()
        )
        if row is None:
            raise WebhookEventNotFound
        return StoredEvent(**{**row, "state": EventState(row["state"])})

    def save(self, event: StoredEvent) -> None:
        self._connection.execute(
            update(events).where(events.c.id == event.id).values(asdict(event))
        )

    def due(self, at: datetime, *, limit: int) -> Sequence[str]:
        return list(
            self._connection.scalars(
                select(events.c.id)
                .where(events.c.state == EventState.PENDING.value, events.c.next_attempt_at <= at)
                .order_by(events.c.next_attempt_at, events.c.id)
                .limit(limit)
            )
        )

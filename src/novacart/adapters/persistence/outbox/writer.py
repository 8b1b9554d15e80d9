"""Insert events into the outbox."""

import json
from collections.abc import Iterable

from sqlalchemy import Connection, insert

from novacart.adapters.persistence.outbox.tables import outbox_messages
from novacart.application.ports.request_context import RequestContext
from novacart.domain.shared.events import DomainEvent


def write_events(
    connection: Connection, events: Iterable[DomainEvent], context: RequestContext
) -> None:
    """Insert the events, in the caller's transaction."""
    rows = [
        {
            "name": event.name,
            "version": event.version,
            "payload": json.dumps(event.payload(), separators=(",", ":")),
            "actor": context.actor,
            "request_id": context.request_id,
            "occurred_at": event.occurred_at,
            "next_attempt_at": event.occurred_at,
        }
        for event in events
    ]
    if rows:
        connection.execute(insert(outbox_messages), rows)

"""Insert events into the outbox."""

import json
from collections.abc import Iterable

from sqlalchemy import Connection, insert

from novacart.adapters.persistence.outbox.tables import outbox_messages
from novacart.application.ports.request_context import RequestContext
from novacart.domain.shared.events import DomainEvent, JsonValue, SecurityEvent


def write_events(
    connection: Connection, events: Iterable[DomainEvent], context: RequestContext
) -> None:
    """Insert the events, in the caller's transaction."""
    rows = [
        {
            "name": event.name,
            "version": event.version,
            "payload": json.dumps(_payload(event, context), separators=(",", ":")),
            "actor": context.actor,
            "request_id": context.request_id,
            "occurred_at": event.occurred_at,
            "next_attempt_at": event.occurred_at,
        }
        for event in events
    ]
    if rows:
        connection.execute(insert(outbox_messages), rows)


def _payload(event: DomainEvent, context: RequestContext) -> dict[str, JsonValue]:
    """The event's fields; those of a security event also have the client's address."""
    if isinstance(event, SecurityEvent):
        return event.payload() | {"address": context.address}
    return event.payload()

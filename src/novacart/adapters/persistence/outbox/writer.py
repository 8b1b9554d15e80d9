"""Insert events into the outbox."""

from collections.abc import Iterable, Mapping
from json import JSONEncoder
from typing import Final

import orjson
from sqlalchemy import Connection

from novacart.adapters.persistence.outbox.tables import outbox_messages
from novacart.adapters.persistence.statements import MultiRowInsert
from novacart.application.ports.outbox import subject_of
from novacart.application.ports.request_context import RequestContext
from novacart.domain.shared.events import DomainEvent, JsonValue, SecurityEvent

_INSERT: Final = MultiRowInsert(
    outbox_messages,
    (
        "name",
        "version",
        "payload",
        "actor",
        "request_id",
        "occurred_at",
        "next_attempt_at",
        "subject",
    ),
)
_ENCODER: Final = JSONEncoder(separators=(",", ":"))


def write_events(
    connection: Connection, events: Iterable[DomainEvent], context: RequestContext
) -> None:
    """Insert the events, in the caller's transaction."""
    rows = []
    for event in events:
        payload = _payload(event, context)
        rows.append(
            {
                "name": event.name,
                "version": event.version,
                "payload": _to_json(payload),
                "actor": context.actor,
                "request_id": context.request_id,
                "occurred_at": event.occurred_at,
                "next_attempt_at": event.occurred_at,
                "subject": subject_of(payload),
            }
        )
    _INSERT.execute_later(connection, rows)


def _to_json(payload: Mapping[str, JsonValue]) -> str:
    try:
        return orjson.dumps(payload).decode()
    except TypeError:
        # orjson refuses lone surrogates, and integers of more than 64 bits.
        return _ENCODER.encode(payload)


def _payload(event: DomainEvent, context: RequestContext) -> dict[str, JsonValue]:
    """The event's fields; those of a security event also have the client's address."""
    if isinstance(event, SecurityEvent):
        return event.payload() | {"address": context.address}
    return event.payload()

"""What has happened, and the aggregates that remember it until it is committed."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any, ClassVar, Self

JsonScalar = str | int | bool | None
JsonValue = JsonScalar | dict[str, JsonScalar]


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainEvent:
    """A fact in the past tense.

    `name` and `version` are what is stored, so that a class can be renamed and a payload can
    grow. Fields are plain: strings, integers, booleans, `None`, aware UTC datetimes, and
    mappings of these one level deep; money is minor units beside its currency code.
    """

    name: ClassVar[str]
    version: ClassVar[int] = 1

    occurred_at: datetime

    def payload(self) -> dict[str, JsonValue]:
        """The event's fields as JSON values; times in RFC 3339 with an offset."""
        return {field.name: _plain(getattr(self, field.name)) for field in fields(self)}

    @classmethod
    def from_payload(cls, payload: dict[str, Any]) -> Self:
        """The event that `payload` was made of. Members that it does not know are left out."""
        known = {}
        for field in fields(cls):
            if field.name in payload:
                value = payload[field.name]
                known[field.name] = _time(value) if _is_time(field.type) and value else value
        return cls(**known)


class AggregateRoot:
    """A cluster of objects that is changed, saved and versioned as one.

    `version` counts the saves: 0 for an aggregate that was never stored.
    """

    __slots__ = ("_events", "version")

    def __init__(self, *, version: int = 0) -> None:
        self.version = version
        self._events: list[DomainEvent] = []

    def _record(self, event: DomainEvent) -> None:
        self._events.append(event)

    def collect_events(self) -> list[DomainEvent]:
        """Hand over what has happened since the last call, oldest first."""
        events, self._events = self._events, []
        return events


def _plain(value: object) -> JsonValue:
    if isinstance(value, Mapping):
        return {str(key): _scalar(member) for key, member in value.items()}
    return _scalar(value)


def _scalar(value: object) -> JsonScalar:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if value is None or isinstance(value, str | int | bool):
        return value
    message = f"an event carries plain values, not {type(value).__name__}"
    raise TypeError(message)


def _is_time(annotation: object) -> bool:
    return annotation in {datetime, datetime | None, "datetime", "datetime | None"}


def _time(value: str) -> datetime:
    return datetime.fromisoformat(value)

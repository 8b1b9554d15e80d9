"""Domain events, and the base class of aggregates that record them."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any, ClassVar, Final, Self

JsonScalar = str | int | bool | None
JsonValue = JsonScalar | dict[str, JsonScalar]


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainEvent:
    """Something that happened.

    Events are stored under `name` and `version`, so a class can be renamed and a payload extended.
    Fields are strings, integers, booleans, `None`, aware UTC datetimes, and flat mappings of
    these. Money is an amount in minor units and a currency code.
    """

    name: ClassVar[str]
    version: ClassVar[int] = 1

    occurred_at: datetime

    def payload(self) -> dict[str, JsonValue]:
        """Return the fields as JSON values; datetimes in RFC 3339 with offset."""
        return {name: _to_json(getattr(self, name)) for name in _field_names(type(self))}

    @classmethod
    def from_payload(cls, payload: dict[str, Any]) -> Self:
        """Rebuild the event; unknown members of `payload` are ignored."""
        values = {}
        for field in fields(cls):
            if field.name in payload:
                value = payload[field.name]
                values[field.name] = (
                    datetime.fromisoformat(value) if _is_datetime(field.type) and value else value
                )
        return cls(**values)


class SecurityEvent(DomainEvent):
    """An event that staff look for after an attack, such as a failed sign-in.

    It is logged and counted as soon as it is committed.
    """


def security_event_names() -> set[str]:
    """The names of all security events whose modules are imported."""
    return {event.name for event in SecurityEvent.__subclasses__()}


class AggregateRoot:
    """Objects that are loaded, changed and saved together.

    `version` counts the saves; 0 for a new aggregate.
    """

    __slots__ = ("_events", "version")

    def __init__(self, *, version: int = 0) -> None:
        self.version = version
        self._events: list[DomainEvent] = []

    def _record(self, event: DomainEvent) -> None:
        self._events.append(event)

    @property
    def event_count(self) -> int:
        """The number of recorded events that were not collected."""
        return len(self._events)

    def collect_events(self) -> list[DomainEvent]:
        """Return and forget the recorded events, oldest first."""
        events, self._events = self._events, []
        return events


_FIELD_NAMES: Final[dict[type[DomainEvent], tuple[str, ...]]] = {}


def _field_names(event: type[DomainEvent]) -> tuple[str, ...]:
    names = _FIELD_NAMES.get(event)
    if names is None:
        names = _FIELD_NAMES[event] = tuple(field.name for field in fields(event))
    return names


def _to_json(value: object) -> JsonValue:
    # Before `Mapping`, since a check of an abstract class takes longest.
    if value is None or isinstance(value, (str, int)):
        return value
    if isinstance(value, Mapping):
        return {str(key): _scalar_to_json(member) for key, member in value.items()}
    return _scalar_to_json(value)


def _scalar_to_json(value: object) -> JsonScalar:
    if value is None or isinstance(value, (str, int)):
        return value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    message = f"an event field can't be a {type(value).__name__}"
    raise TypeError(message)


def _is_datetime(annotation: object) -> bool:
    return annotation in {datetime, datetime | None, "datetime", "datetime | None"}

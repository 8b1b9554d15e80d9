import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import ClassVar

import pytest

from novacart.domain.shared.events import AggregateRoot, DomainEvent

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class KettleBoiled(DomainEvent):
    name: ClassVar[str] = "kitchen.kettle_boiled"

    kettle_id: int
    whistled: bool
    note: str | None = None
    poured_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TeaServed(DomainEvent):
    """As in a module whose annotations are not evaluated (PEP 563)."""

    name: ClassVar[str] = "kitchen.tea_served"

    brewed_at: "datetime"
    drunk_at: "datetime | None" = None


class Kettle(AggregateRoot):
    def boil(self) -> None:
        self._record(KettleBoiled(occurred_at=NOON, kettle_id=1, whistled=True))


def test_event_is_rebuilt_from_its_payload() -> None:
    event = KettleBoiled(
        occurred_at=NOON, kettle_id=7, whistled=False, note="tea", poured_at=NOON + timedelta(1)
    )
    assert KettleBoiled.from_payload(event.payload()) == event


def test_datetimes_with_string_annotations_are_rebuilt() -> None:
    event = TeaServed(occurred_at=NOON, brewed_at=NOON, drunk_at=NOON + timedelta(1))
    assert TeaServed.from_payload(event.payload()) == event


@pytest.fixture
def machine_in_india() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("TZ", "Asia/Kolkata")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("machine_in_india")
def test_payload_has_times_in_utc() -> None:
    india = timezone(timedelta(hours=5, minutes=30))
    event = KettleBoiled(occurred_at=NOON.astimezone(india), kettle_id=7, whistled=True)
    assert event.payload()["occurred_at"] == "2026-03-01T12:00:00+00:00"


def test_unknown_members_are_ignored() -> None:
    payload = KettleBoiled(occurred_at=NOON, kettle_id=7, whistled=True).payload()
    assert KettleBoiled.from_payload({**payload, "colour": "red"}).kettle_id == 7


def test_list_field_raises() -> None:
    event = KettleBoiled(occurred_at=NOON, kettle_id=[7], whistled=True)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"^an event field can\'t be a list$"):
        event.payload()


def test_events_are_collected_once() -> None:
    kettle = Kettle()
    assert kettle.version == 0
    kettle.boil()
    assert [type(event) for event in kettle.collect_events()] == [KettleBoiled]
    assert kettle.collect_events() == []

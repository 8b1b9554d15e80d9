from dataclasses import fields
from importlib import import_module
from pkgutil import walk_packages

import pytest

from novacart import domain
from novacart.application.ports.outbox import subject_of
from novacart.domain.shared.events import DomainEvent

# A request to see a guest's orders: it changes no aggregate, and its `request_id` is its own.
WITHOUT_SUBJECT = {"order_link.requested"}


def events() -> dict[str, type[DomainEvent]]:
    """The events of the domain by name."""
    for module in walk_packages(domain.__path__, f"{domain.__name__}."):
        import_module(module.name)
    found, waiting = {}, [DomainEvent]
    while waiting:
        event = waiting.pop()
        waiting += event.__subclasses__()
        if event.__module__.startswith(domain.__name__) and hasattr(event, "name"):
            found[event.name] = event
    return found


@pytest.mark.parametrize("event", events().values(), ids=events().keys())
def test_event_that_names_an_aggregate_has_a_subject(event: type[DomainEvent]) -> None:
    ids = {field.name: 5 for field in fields(event) if field.name.endswith("_id")}
    expected = bool(ids) and event.name not in WITHOUT_SUBJECT
    assert (subject_of(ids) is not None) is expected


@pytest.mark.parametrize("kind", ["collection", "attribute"])
def test_events_of_one_aggregate_have_one_subject(kind: str) -> None:
    subjects = {
        subject_of({field.name: 5 for field in fields(event) if field.name.endswith("_id")})
        for event in events().values()
        if f"{kind}_id" in {field.name for field in fields(event)}
    }
    assert subjects == {f"{kind}:5"}

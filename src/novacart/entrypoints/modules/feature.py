"""What a feature registers: its injector module, event handlers and scheduled jobs.

Its routes are in `novacart.entrypoints.blueprints`, which the worker does not import, and the
container binds its use cases.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from injector import Injector, Module

from novacart.application.scheduled_jobs import ScheduledJob
from novacart.domain.shared.events import DomainEvent

EventHandlers = Sequence[tuple[type[DomainEvent], Callable[[Any], None]]]


def _nothing(_injector: Injector) -> Sequence[Any]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """The parts of a feature. Each function builds them from the injector."""

    module: type[Module]
    event_handlers: Callable[[Injector], EventHandlers] = _nothing
    scheduled_jobs: Callable[[Injector], Sequence[ScheduledJob]] = _nothing

"""What each feature's module brings to the web and to the worker."""

from collections.abc import Callable
from typing import Any, Protocol

from injector import Injector

from novacart.adapters.web.http.blueprint import Blueprint
from novacart.application.scheduled_jobs import ScheduledJob
from novacart.domain.shared.events import DomainEvent

Reactions = list[tuple[type[DomainEvent], Callable[[Any], None]]]


class Feature(Protocol):
    """A module of this package. Beside these functions it holds the feature's injector Module."""

    def blueprints(self, injector: Injector, /) -> list[Blueprint]: ...

    def event_handlers(self, injector: Injector, /) -> Reactions: ...

    def schedules(self, injector: Injector, /) -> list[ScheduledJob]: ...

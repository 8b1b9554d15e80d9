"""Ports bound to adapters, use cases to themselves: once for each process."""

from injector import Injector, Module

from novacart.application.ports.audit_log import AuditLog
from novacart.application.ports.clock import Clock
from novacart.application.ports.outbox import Outbox
from novacart.application.ports.request_context import RequestContexts
from novacart.application.relay import EventHandler, Relay
from novacart.application.scheduled_jobs import ScheduledJob
from novacart.entrypoints.features import ALL, FEATURES
from novacart.entrypoints.modules.platform import PlatformModule
from novacart.entrypoints.settings import Settings


def build_container(settings: Settings, *overrides: Module) -> Injector:
    """The shop's parts. `overrides` come last and win: a test's clock, another gateway."""
    modules = [PlatformModule(settings), *(module() for module, _ in FEATURES), *overrides]
    return Injector(modules, auto_bind=False)


def build_relay(injector: Injector) -> Relay:
    """The relay with every feature's reactions.

    A reaction's stored name is its class's, or its function's; two of one event must differ.
    """
    event_handlers = [
        EventHandler(name=_name(handle), event=event, handle=handle)
        for feature in ALL
        for event, handle in feature.event_handlers(injector)
    ]
    return Relay(
        outbox=injector.get(Outbox),  # type: ignore[type-abstract]
        clock=injector.get(Clock),  # type: ignore[type-abstract]
        contexts=injector.get(RequestContexts),  # type: ignore[type-abstract]
        event_handlers=event_handlers,
        audit_sink=injector.get(AuditLog).add,  # type: ignore[type-abstract]
    )


def all_schedules(injector: Injector) -> list[ScheduledJob]:
    """Every feature's upkeep."""
    return [schedule for feature in ALL for schedule in feature.schedules(injector)]


def _name(react: object) -> str:
    named = react if hasattr(react, "__qualname__") else type(react)
    name: str = named.__qualname__
    return name.replace(".<locals>", "").replace("<lambda>", "lambda")

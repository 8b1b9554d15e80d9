"""Dependency injection: bind ports to adapters and build what the processes run."""

from typing import Final, TypeVar

from injector import Binder, Injector, Module, Scope, ScopeDecorator, inject, singleton

from novacart.application.ports.audit_log import AuditLog
from novacart.application.ports.clock import Clock
from novacart.application.ports.mailer import Mailer
from novacart.application.ports.outbox import Outbox
from novacart.application.ports.payment_gateway import PaymentGateway
from novacart.application.ports.request_context import RequestContexts
from novacart.application.relay import EventHandler, Relay
from novacart.application.scheduled_jobs import ScheduledJob
from novacart.entrypoints.features import FEATURES
from novacart.entrypoints.logs import export_lines
from novacart.entrypoints.settings import Settings
from novacart.entrypoints.tracing import (
    TracingModule,
    trace_ports,
    traced_use_case,
    tracing_of,
)

_APPLICATION: Final = "novacart.application."
_T = TypeVar("_T")


class Container(Injector):
    """Injector that binds a use case when it is first needed.

    A list of all use cases would import them in each process. A use case is a class of the
    application layer that has no binding of its own.
    """

    def get(self, interface: type[_T], scope: ScopeDecorator | type[Scope] | None = None) -> _T:
        is_use_case = interface.__module__.startswith(_APPLICATION)
        if is_use_case and not self.binder.has_explicit_binding_for(interface):
            tracing = tracing_of(self)
            traced = interface if tracing is None else traced_use_case(interface, tracing)
            self.binder.bind(interface, to=inject(traced), scope=singleton)
        return super().get(interface, scope)


def build_container(settings: Settings, *overrides: Module) -> Injector:
    """Build the injector. `overrides` replace bindings, such as the clock in a test."""
    # Imported only where it is used, to save memory.
    from novacart.entrypoints.modules.queries import QueriesModule  # noqa: PLC0415

    return build_worker_container(settings, QueriesModule(), *overrides)


def build_worker_container(settings: Settings, *more: Module) -> Injector:
    """Build the injector of event handlers and scheduled jobs, which need no queries."""

    def bind_settings(binder: Binder) -> None:
        binder.bind(Settings, to=settings)

    modules = [feature.module() for feature in FEATURES]
    if settings.otel_exporter_otlp_endpoint:
        modules.append(TracingModule(settings))
    return Container([bind_settings, *modules, *more], auto_bind=False)


def build_relay(injector: Injector) -> Relay:
    """Build the relay with the event handlers of all features.

    The name of a handler is stored with the message, so two handlers of one event need
    different names.
    """
    tracing = tracing_of(injector)
    if tracing is not None:
        trace_ports(injector, tracing, PaymentGateway, Mailer)
        export_lines(tracing.log_line)
    event_handlers = [
        EventHandler(
            name=_name(handler),
            event=event,
            handle=handler if tracing is None else tracing.handled(handler, _name(handler)),
        )
        for feature in FEATURES
        for event, handler in feature.event_handlers(injector)
    ]
    audit_log = injector.get(AuditLog)  # type: ignore[type-abstract]
    return Relay(
        outbox=injector.get(Outbox),  # type: ignore[type-abstract]
        clock=injector.get(Clock),  # type: ignore[type-abstract]
        contexts=injector.get(RequestContexts),  # type: ignore[type-abstract]
        event_handlers=event_handlers,
        audit_sink=audit_log.add,
        complete_at_once=audit_log.complete,
        batch_context=injector.get(Mailer).shared_connection,  # type: ignore[type-abstract]
    )


def scheduled_jobs(injector: Injector) -> list[ScheduledJob]:
    """Return the scheduled jobs of all features."""
    return [job for feature in FEATURES for job in feature.scheduled_jobs(injector)]


def _name(handler: object) -> str:
    """Return the name of the handler's function, or of its class if it is an instance."""
    named = handler if hasattr(handler, "__qualname__") else type(handler)
    name: str = named.__qualname__
    return name.replace(".<locals>", "").replace("<lambda>", "lambda")

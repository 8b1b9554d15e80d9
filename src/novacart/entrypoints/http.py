"""The Flask application."""

import os
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from importlib.metadata import version

from flask import Flask, Request, Response, g, request
from injector import Injector, Module
from werkzeug.middleware.proxy_fix import ProxyFix

from novacart.adapters.persistence.replicas.replicas import Replicas
from novacart.adapters.system.request_context import ContextVarRequestContexts
from novacart.adapters.web.http import (
    auth,
    errors,
    frame,
    openapi,
    rate_limits,
    request_log,
)
from novacart.adapters.web.http.app import NovaCartFlask
from novacart.adapters.web.http.auth import Authenticate, BearerAuthenticate, Principal
from novacart.adapters.web.http.frame import CountRequest
from novacart.adapters.web.http.responses import OrjsonProvider
from novacart.adapters.web.http.shared_cache import is_for_anybody
from novacart.adapters.web.operations import metrics, pages
from novacart.adapters.web.operations.security_monitor import LogSecurityMonitor
from novacart.adapters.web.operations.shop_state import ShopStateCollector
from novacart.application.accounts.authenticate_shopper import AuthenticateShopper
from novacart.application.accounts.queries import Profile
from novacart.application.accounts.record_denied_access import (
    RecordDeniedAccess,
    RecordDeniedAccessCommand,
)
from novacart.application.authorization.throttle import Throttle
from novacart.application.back_office.operations import HealthQueries
from novacart.application.ports.clock import Clock
from novacart.application.ports.errors import Unavailable
from novacart.application.ports.image_store import ImageStore
from novacart.application.ports.payment_gateway import PaymentGateway
from novacart.application.ports.request_context import RequestContext
from novacart.entrypoints.access import undeclared_routes
from novacart.entrypoints.back_office import BackOfficeModule, register_back_office
from novacart.entrypoints.blueprints import WebModule, build_blueprints
from novacart.entrypoints.container import build_container
from novacart.entrypoints.logs import export_lines, line_writer, request_ids
from novacart.entrypoints.settings import Settings, load_settings
from novacart.entrypoints.storefront import register_storefront
from novacart.entrypoints.tracing import trace_ports, tracing_of


def create_app(settings: Settings | None = None, *overrides: Module) -> Flask:
    """Build the application. `overrides` are injector modules that replace bindings, for tests.

    The injector is in `app.extensions["novacart.injector"]`.
    """
    settings = settings or load_settings()
    injector = build_container(settings, BackOfficeModule(), WebModule(), *overrides)
    app = NovaCartFlask("novacart")
    app.json = OrjsonProvider(app)
    app.config |= {
        "SECRET_KEY": settings.signing_key,
        "DEBUG": settings.debug,
        "TRUSTED_HOSTS": None if "*" in settings.allowed_hosts else list(settings.allowed_hosts),
        "PROPAGATE_EXCEPTIONS": False,
        "TRUSTED_PROXIES": settings.trusted_proxies,
    }
    if count := settings.trusted_proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign] # Flask's documented way
            app.wsgi_app, x_for=count, x_proto=count, x_host=count
        )
    app.extensions["novacart.injector"] = injector
    app.extensions[rate_limits.EXTENSION] = injector.get(Throttle)
    app.extensions[rate_limits.SEARCHES] = (
        rate_limits.SearchLimiter(settings.search_rate_limit)
        if settings.ratelimit_enabled
        else None
    )
    contexts = injector.get(ContextVarRequestContexts)
    frame.init_app(
        app,
        allowed_origins=settings.cors_allowed_origins,
        debug=settings.debug,
        trusted_proxies=settings.trusted_proxies,
        set_context=contexts.replace,
        set_log_ids=request_ids.set,
        write_line=line_writer("novacart.request"),
        record_denial=_denial_recorder(injector),
        count=_request_counter(app, injector, settings),
        cache_seconds=settings.catalog_cache_seconds,
    )
    _allow_replicas(app, injector.get(Replicas))
    _trace_requests(app, injector)
    app.extensions[auth.EXTENSION] = _authenticate_and_set_actor(injector)
    errors.init_app(app)
    blueprints = build_blueprints(injector)
    for blueprint in blueprints:
        app.register_blueprint(blueprint)
    release = version("novacart")
    build_document = partial(openapi.build_document, app, blueprints, version=release)
    has_storefront = register_storefront(app, injector)
    pages.init_app(app, build_document, version=release, front_page=not has_storefront)
    register_back_office(app, injector)
    if undeclared := undeclared_routes(app):
        raise RuntimeError(f"These routes declare no access: {', '.join(undeclared)}.")
    return app


def _allow_replicas(app: Flask, replicas: Replicas) -> None:
    """Let requests that only read use the replicas, if there are any."""
    if not replicas:
        return

    def begin_request() -> None:
        replicas.begin_request(
            only_reads=request.method in {"GET", "HEAD"}, for_anybody=is_for_anybody(app, request)
        )

    app.before_request(begin_request)


def _trace_requests(app: Flask, injector: Injector) -> None:
    """Trace requests and provider calls if tracing is switched on."""
    tracing = tracing_of(injector)
    if tracing is None:
        return
    trace_ports(injector, tracing, PaymentGateway, ImageStore)
    export_lines(tracing.log_line)

    def begin() -> None:
        g.span = tracing.begin_request(g.server_request_id, request.headers.get("traceparent", ""))

    def end(response: Response) -> Response:
        route = request_log.route_template(request)
        g.span.end(request.method, route, response.status_code)
        return response

    app.before_request(begin)
    app.after_request(end)


def _request_counter(
    app: NovaCartFlask, injector: Injector, settings: Settings
) -> CountRequest | None:
    if not settings.metrics_enabled:
        return None
    return metrics.init_app(
        app,
        token=settings.metrics_token,
        multiprocess="PROMETHEUS_MULTIPROC_DIR" in os.environ,
        security_monitor=injector.get(LogSecurityMonitor),
        shop_state=ShopStateCollector(
            injector.get(HealthQueries),  # type: ignore[type-abstract]
            injector.get(Clock),  # type: ignore[type-abstract]
        ),
    )


def _authenticate_and_set_actor(injector: Injector) -> Authenticate:
    """Record the changes that a request makes under its user."""
    contexts = injector.get(ContextVarRequestContexts)
    authenticate = BearerAuthenticate(injector.get(AuthenticateShopper))

    def authenticate_and_set_actor(authorization: str | None, *, allow_guests: bool) -> Principal:
        principal = authenticate(authorization, allow_guests=allow_guests)
        kind = "guest" if principal.is_guest else "staff" if principal.is_staff else "user"
        contexts.replace(_context(f"{kind}:{principal.user_id}"))
        return principal

    return authenticate_and_set_actor


def _denial_recorder(injector: Injector) -> Callable[[Request], None]:
    """Return a function that records a 403 of a signed-in user, of the API or the back office."""
    contexts = injector.get(ContextVarRequestContexts)
    record = injector.get(RecordDeniedAccess)

    def record_denial(request: Request) -> None:
        principal: Principal | None = g.get("principal")
        staff: Profile | None = g.get("staff")
        user_id = principal.user_id if principal else staff.id if staff else None
        if user_id is None:
            return
        if staff is not None:
            contexts.replace(_context(f"staff:{user_id}"))
        # The request stays denied if this fails.
        with suppress(Unavailable):
            record(
                RecordDeniedAccessCommand(
                    user_id=user_id,
                    method=request.method,
                    route=request_log.route_template(request),
                )
            )

    return record_denial


def _context(actor: str) -> RequestContext:
    return RequestContext(actor=actor, request_id=g.server_request_id, address=request.remote_addr)

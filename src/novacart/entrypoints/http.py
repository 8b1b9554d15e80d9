"""The Flask application."""

import os
from contextlib import suppress
from http import HTTPStatus
from importlib.metadata import version

from flask import Flask, Response, g, request
from injector import Injector, Module
from werkzeug.middleware.proxy_fix import ProxyFix

from novacart.adapters.system.request_context import ContextVarRequestContexts
from novacart.adapters.web.http import (
    auth,
    compression,
    cors,
    endpoints,
    errors,
    openapi,
    proxies,
    rate_limits,
    request_log,
    rsgi,
    security_headers,
)
from novacart.adapters.web.http.app import NovaCartFlask
from novacart.adapters.web.http.auth import Authenticate, Principal
from novacart.adapters.web.http.responses import OrjsonProvider
from novacart.adapters.web.operations import metrics, pages
from novacart.adapters.web.operations.security_monitor import LogSecurityMonitor
from novacart.application.accounts.queries import Profile
from novacart.application.accounts.record_denied_access import (
    RecordDeniedAccess,
    RecordDeniedAccessCommand,
)
from novacart.application.authorization.throttle import Throttle
from novacart.application.ports.errors import Unavailable
from novacart.application.ports.request_context import RequestContext
from novacart.entrypoints.access import undeclared_routes
from novacart.entrypoints.container import build_container
from novacart.entrypoints.features import FEATURES
from novacart.entrypoints.modules.admin import register_admin
from novacart.entrypoints.settings import Settings, load_settings


def create_app(settings: Settings | None = None, *overrides: Module) -> Flask:
    """Build the application. `overrides` are injector modules that replace bindings, for tests.

    The injector is in `app.extensions["novacart.injector"]`.
    """
    settings = settings or load_settings()
    injector = build_container(settings, *overrides)
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
    else:
        proxies.init_app(app)
    app.extensions["novacart.injector"] = injector
    app.extensions[rate_limits.EXTENSION] = injector.get(Throttle)
    # Hooks run before a request in this order, and after it in the reverse order.
    compression.init_app(app)
    request_log.init_app(app)
    if settings.metrics_enabled:
        metrics.init_app(
            app,
            token=settings.metrics_token,
            multiprocess="PROMETHEUS_MULTIPROC_DIR" in os.environ,
            security_monitor=injector.get(LogSecurityMonitor),
        )
    security_headers.init_app(app, debug=settings.debug)
    cors.init_app(app, settings.cors_allowed_origins)
    _record_actor(app, injector)
    _record_denied_access(app, injector)
    errors.init_app(app)
    rsgi.init_app(app)
    endpoints.init_app(app)
    blueprints = [blueprint for feature in FEATURES for blueprint in feature.blueprints(injector)]
    document = openapi.register_blueprints(app, blueprints, version=version("novacart"))
    pages.init_app(app, document, version=version("novacart"))
    register_admin(app, injector)
    if undeclared := undeclared_routes(app):
        raise RuntimeError(f"These routes declare no access: {', '.join(undeclared)}.")
    return app


def _record_actor(app: Flask, injector: Injector) -> None:
    """Record the changes that a request makes under its user."""
    contexts = injector.get(ContextVarRequestContexts)
    authenticate = injector.get(Authenticate)  # type: ignore[type-abstract]

    def reset_actor() -> None:
        # A thread serves many requests: the user of the last one must not remain.
        contexts.replace(_context("anonymous"))

    def authenticate_and_record(authorization: str | None) -> Principal:
        principal = authenticate(authorization)
        kind = "staff" if principal.is_staff else "user"
        contexts.replace(_context(f"{kind}:{principal.user_id}"))
        return principal

    app.before_request(reset_actor)
    app.extensions[auth.EXTENSION] = authenticate_and_record


def _record_denied_access(app: Flask, injector: Injector) -> None:
    """Record each 403 of a signed-in user, of the API and of the back office."""
    contexts = injector.get(ContextVarRequestContexts)
    record = injector.get(RecordDeniedAccess)

    def record_denial(response: Response) -> Response:
        principal: Principal | None = g.get("principal")
        staff: Profile | None = g.get("staff")
        user_id = principal.user_id if principal else staff.id if staff else None
        if response.status_code != HTTPStatus.FORBIDDEN or user_id is None:
            return response
        if staff is not None:
            contexts.replace(_context(f"staff:{user_id}"))
        # The request stays denied if this fails.
        with suppress(Unavailable):
            record(
                RecordDeniedAccessCommand(
                    user_id=user_id, method=request.method, route=request_log.route_template()
                )
            )
        return response

    app.after_request(record_denial)


def _context(actor: str) -> RequestContext:
    return RequestContext(actor=actor, request_id=g.server_request_id, address=request.remote_addr)

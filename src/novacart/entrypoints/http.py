"""The shop as a WSGI application."""

import os
from importlib.metadata import version
from typing import Final

from flask import Flask, g
from injector import Injector, Module
from werkzeug.middleware.proxy_fix import ProxyFix

from novacart.adapters.system.request_context import ContextVarRequestContexts
from novacart.adapters.web.http import (
    access_log,
    auth,
    cors,
    errors,
    openapi,
    rate_limits,
    request_id,
    security_headers,
)
from novacart.adapters.web.http.auth import Authenticate, Principal
from novacart.adapters.web.http.responses import OrjsonProvider
from novacart.adapters.web.http.routing import NovaCartFlask
from novacart.adapters.web.operations import metrics, pages
from novacart.application.ports.rate_limiter import RateLimiter
from novacart.application.ports.request_context import RequestContext
from novacart.entrypoints.access import undeclared_routes
from novacart.entrypoints.container import build_container
from novacart.entrypoints.features import ALL
from novacart.entrypoints.modules.admin import open_back_office
from novacart.entrypoints.settings import Settings, load_settings

# Bytes. An upload's route says for itself that it takes more.
MAX_BODY: Final = 1024 * 1024


def create_app(settings: Settings | None = None, *overrides: Module) -> Flask:
    """The whole shop; `overrides` are injector modules that win over its own, for tests.

    The container stands in `app.extensions["novacart.injector"]`.
    """
    settings = settings or load_settings()
    injector = build_container(settings, *overrides)
    app = NovaCartFlask("novacart")
    app.json = OrjsonProvider(app)
    app.config |= {
        "SECRET_KEY": settings.secret_key,
        "DEBUG": settings.debug,
        "TRUSTED_HOSTS": None if "*" in settings.allowed_hosts else list(settings.allowed_hosts),
        "MAX_CONTENT_LENGTH": MAX_BODY,
        "MAX_FORM_MEMORY_SIZE": MAX_BODY,
        "SESSION_COOKIE_SECURE": not settings.debug,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "PROPAGATE_EXCEPTIONS": False,
    }
    _trust_proxies(app, settings.trusted_proxies)
    app.extensions["novacart.injector"] = injector
    app.extensions[rate_limits.EXTENSION] = _attempts(injector, settings)
    # What comes first sees a request first and its answer last.
    request_id.install(app)
    access_log.install(app)
    if settings.metrics_enabled:
        metrics.install(app, multiprocess="PROMETHEUS_MULTIPROC_DIR" in os.environ)
    security_headers.install(app, debug=settings.debug)
    cors.install(app, settings.cors_allowed_origins)
    _know_who_acts(app, injector)
    errors.install(app)
    blueprints = [blueprint for feature in ALL for blueprint in feature.blueprints(injector)]
    document = openapi.describe(app, blueprints, version=version("novacart"))
    pages.install(app, document, version=version("novacart"))
    open_back_office(app, injector)
    if undeclared := undeclared_routes(app):
        raise RuntimeError(f"Nobody has said who may use {', '.join(undeclared)}.")
    return app


def _trust_proxies(app: Flask, count: int) -> None:
    if count:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign] # Flask's documented way
            app.wsgi_app, x_for=count, x_proto=count, x_host=count
        )


def _attempts(injector: Injector, settings: Settings) -> RateLimiter | None:
    if not settings.ratelimit_enabled:
        return None
    return injector.get(RateLimiter)  # type: ignore[type-abstract]


def _know_who_acts(app: Flask, injector: Injector) -> None:
    """Every change that a request makes is recorded as its user's."""
    contexts = injector.get(ContextVarRequestContexts)
    authenticate = injector.get(Authenticate)  # type: ignore[type-abstract]

    def nobody_yet() -> None:
        # Threads serve one request after another: the last one's user must not linger.
        contexts.replace(RequestContext(actor="anonymous", request_id=g.request_id))

    def authenticate_and_note(authorization: str | None) -> Principal:
        principal = authenticate(authorization)
        kind = "staff" if principal.is_staff else "user"
        contexts.replace(
            RequestContext(actor=f"{kind}:{principal.user_id}", request_id=g.request_id)
        )
        return principal

    app.before_request(nobody_yet)
    app.extensions[auth.EXTENSION] = authenticate_and_note

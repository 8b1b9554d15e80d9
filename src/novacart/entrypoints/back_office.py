"""The pages under `/admin/`."""

from functools import partial
from typing import Final

from babel import Locale
from flask import Flask
from injector import Binder, Injector, Module, inject, provider, singleton

from novacart.adapters.admin.back_office import (
    AccountActions,
    BackOffice,
    CatalogActions,
    OrderActions,
)
from novacart.adapters.admin.sign_in.sessions import StaffSessions
from novacart.adapters.admin.site import form_limits, install, provider_endpoints
from novacart.adapters.email.formatting import money
from novacart.adapters.web.http import endpoints
from novacart.application.accounts.queries import AccountQueries
from novacart.application.accounts.staff_security import StaffSecurityPolicy
from novacart.application.authorization.limits import StaffLimits
from novacart.application.authorization.reauthentication import ReauthenticationPolicy
from novacart.application.authorization.throttle import SignInThrottle
from novacart.application.back_office.attention import AttentionQueries
from novacart.application.back_office.dashboard import DashboardQueries
from novacart.application.back_office.operations import HealthQueries
from novacart.application.back_office.queries import BackOfficeQueries
from novacart.application.back_office.retry_messages import RetryMessages
from novacart.application.catalog.collection_queries import CollectionQueries
from novacart.application.catalog.import_jobs import ImportJobQueries
from novacart.application.catalog.price_queries import PriceQueries
from novacart.application.catalog.queries import CatalogQueries
from novacart.application.payments.retry_event import RetryEvent
from novacart.application.ports.clock import Clock
from novacart.application.ports.readiness import Readiness
from novacart.application.ports.request_context import RequestContexts
from novacart.entrypoints.settings import PaymentProvider, Settings

_PROVIDER_NAMES: Final = {
    PaymentProvider.STRIPE: "Stripe",
    PaymentProvider.SANDBOX: "Built-in sandbox",
    PaymentProvider.NONE: "None: payments are disabled",
}


class BackOfficeModule(Module):
    def configure(self, binder: Binder) -> None:
        for class_ in (CatalogActions, OrderActions, AccountActions, StaffSessions):
            binder.bind(class_, to=inject(class_), scope=singleton)

    @provider
    @singleton
    def back_office(self, injector: Injector, settings: Settings) -> BackOffice:
        return BackOffice(
            sessions=injector.get(StaffSessions),
            sign_in_throttle=injector.get(SignInThrottle),
            contexts=injector.get(RequestContexts),  # type: ignore[type-abstract]
            clock=injector.get(Clock),  # type: ignore[type-abstract]
            locale=settings.shop_locale,
            zone=settings.shop_timezone,
            currency=settings.currency,
            limits=injector.get(StaffLimits),
            reauthentication=injector.get(ReauthenticationPolicy),
            staff_security=injector.get(StaffSecurityPolicy),
            account_queries=injector.get(AccountQueries),  # type: ignore[type-abstract]
            queries=injector.get(BackOfficeQueries),  # type: ignore[type-abstract]
            catalog_queries=injector.get(CatalogQueries),  # type: ignore[type-abstract]
            collections=injector.get(CollectionQueries),  # type: ignore[type-abstract]
            prices=injector.get(PriceQueries),  # type: ignore[type-abstract]
            imports=injector.get(ImportJobQueries),
            dashboard=injector.get(DashboardQueries),  # type: ignore[type-abstract]
            attention=injector.get(AttentionQueries),  # type: ignore[type-abstract]
            health=injector.get(HealthQueries),  # type: ignore[type-abstract]
            readiness=injector.get(Readiness),  # type: ignore[type-abstract]
            provider=_PROVIDER_NAMES[settings.payment_provider],
            catalog=injector.get(CatalogActions),
            orders=injector.get(OrderActions),
            accounts=injector.get(AccountActions),
            retry_messages=injector.get(RetryMessages),
            retry_event=injector.get(RetryEvent),
        )


def register_back_office(app: Flask, injector: Injector) -> None:
    """Register the pages under `/admin/`."""
    settings = injector.get(Settings)
    locale = Locale.parse(settings.shop_locale, sep="-")
    error_pages = install(
        app,
        injector.get(BackOffice),
        format_money=partial(money, locale=locale),
        secure=not settings.debug,
    )
    for endpoint, error_page in error_pages.items():
        endpoints.declare(app, endpoint, error_page=error_page)
    endpoints.declare_unknown(app, "/admin/", error_pages["admin.index"])
    for endpoint in provider_endpoints():
        endpoints.declare(app, endpoint, calls_provider=True)
    for endpoint, limit in form_limits().items():
        endpoints.declare(app, endpoint, max_upload=limit)

"""Registers the back office's views, templates and static files with Flask."""

from collections.abc import Callable, Iterator
from typing import Final

from babel import Locale
from flask import Blueprint, Flask, Response, redirect, url_for
from flask_admin import Admin
from flask_admin.theme import Bootstrap4Theme
from werkzeug.wrappers import Response as BaseResponse

from novacart.adapters.admin.accounts.views import CustomersView, StaffAccountsView
from novacart.adapters.admin.attention.views import AttentionView
from novacart.adapters.admin.audit_log.views import AuditLogView, SecurityEventsView
from novacart.adapters.admin.back_office import BackOffice
from novacart.adapters.admin.catalog.category_views import CategoriesView
from novacart.adapters.admin.catalog.collection_views import CollectionsView
from novacart.adapters.admin.catalog.product_views import ProductsView
from novacart.adapters.admin.dashboard.views import DashboardView
from novacart.adapters.admin.formatting import FORMAT_MONEY, LOCALE, TEMPLATE_FILTERS, TIMEZONE
from novacart.adapters.admin.operations.views import HealthView, OutboxView, WebhookEventsView
from novacart.adapters.admin.ordering.views import OrdersView
from novacart.adapters.admin.payments.views import PaymentsView, RefundsView
from novacart.adapters.admin.sign_in.security_views import SecurityView
from novacart.adapters.admin.sign_in.views import AccountView, SignInView
from novacart.adapters.admin.staff_view import StaffView
from novacart.domain.shared.money import Money

_COOKIE: Final = "novacart_staff"

# Endpoint: view and path under `/admin/`.
_VIEWS: Final[dict[str, tuple[type[StaffView], str]]] = {
    "admin_sign_in": (SignInView, "sign-in"),
    "admin_account": (AccountView, "account"),
    "admin_security": (SecurityView, "security"),
    "admin_attention": (AttentionView, "attention"),
    "admin_orders": (OrdersView, "orders"),
    "admin_payments": (PaymentsView, "payments"),
    "admin_refunds": (RefundsView, "refunds"),
    "admin_customers": (CustomersView, "customers"),
    "admin_products": (ProductsView, "products"),
    "admin_categories": (CategoriesView, "categories"),
    "admin_collections": (CollectionsView, "collections"),
    "admin_staff": (StaffAccountsView, "staff"),
    "admin_webhook_events": (WebhookEventsView, "webhook-events"),
    "admin_outbox": (OutboxView, "outbox"),
    "admin_audit_log": (AuditLogView, "audit"),
    "admin_security_events": (SecurityEventsView, "security-events"),
    "admin_health": (HealthView, "health"),
}


def provider_endpoints() -> Iterator[str]:
    """The endpoints that call a payment provider or an image store."""
    for endpoint, (view, _) in _VIEWS.items():
        yield from (f"{endpoint}.{name}" for name in view.provider_views)


def form_limits() -> dict[str, int]:
    """The endpoints whose forms can be larger than others, and their limits in bytes."""
    return {
        f"{endpoint}.{name}": limit
        for endpoint, (view, _) in _VIEWS.items()
        for name, limit in view.form_limits.items()
    }


def install(
    app: Flask, back_office: BackOffice, *, format_money: Callable[[Money], str], secure: bool
) -> dict[str, Callable[[int], Response]]:
    """Serve the back office under `/admin/`, and return the error page of each endpoint.

    `format_money` writes an amount as in e-mails. Nothing else uses Flask's session.

    With `secure`, browsers send the cookie over https only, and accept none of its name over http
    or from another host (RFC 6265bis, section 4.1.3.2). `__Host-` requires the path `/`; the
    sessions are read below `/admin` only.
    """
    app.config |= {
        "SESSION_COOKIE_NAME": f"__Host-{_COOKIE}" if secure else _COOKIE,
        "SESSION_COOKIE_SECURE": secure,
        "SESSION_COOKIE_PATH": "/" if secure else "/admin",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_REFRESH_EACH_REQUEST": False,
        FORMAT_MONEY: format_money,
        LOCALE: Locale.parse(back_office.locale, sep="-"),
        TIMEZONE: back_office.zone,
    }
    app.register_blueprint(_assets())
    dashboard = DashboardView(back_office, name="Dashboard", url="/admin")
    admin = Admin(
        app,
        name="NovaCart",
        url="/admin",
        index_view=dashboard,
        theme=Bootstrap4Theme(base_template="back_office/base.html"),
    )
    views: list[StaffView] = [dashboard]
    for endpoint, (view_class, path) in _VIEWS.items():
        name = getattr(view_class, "heading", endpoint)
        views.append(view_class(back_office, name=name, endpoint=endpoint, url=path))
        admin.add_view(views[-1])
    return {
        f"{view.endpoint}.{name}": view.error_page for view in views for name in view.permissions
    }


def _assets() -> Blueprint:
    """Templates, their filters, static files, and the redirect from `/admin` to `/admin/`."""
    assets = Blueprint(
        "back_office",
        __name__,
        template_folder="templates",
        static_folder="static",
        static_url_path="/admin/assets",
    )
    for name, function in TEMPLATE_FILTERS.items():
        assets.add_app_template_filter(function, name)

    def add_slash() -> BaseResponse:
        return redirect(url_for("admin.index"), 308)

    assets.add_url_rule("/admin", "add_slash", add_slash)
    return assets

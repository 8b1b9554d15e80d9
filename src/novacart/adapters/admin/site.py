"""Putting the back office together."""

from typing import Final

from flask import Blueprint, Flask, redirect, url_for
from flask_admin import Admin
from flask_admin.theme import Bootstrap4Theme
from werkzeug.wrappers import Response

from novacart.adapters.admin.accounts.views import CustomersView, StaffPeopleView
from novacart.adapters.admin.audit_log.views import AuditView, HealthView
from novacart.adapters.admin.back_office import BackOffice
from novacart.adapters.admin.catalog.category_views import CategoriesView
from novacart.adapters.admin.catalog.product_views import ProductsView
from novacart.adapters.admin.dashboard.views import DashboardView
from novacart.adapters.admin.operations.views import OutboxView, WebhookEventsView
from novacart.adapters.admin.ordering.views import OrdersView
from novacart.adapters.admin.payments.views import PaymentsView, RefundsView
from novacart.adapters.admin.sign_in.views import AccountView, SignInView

# Each under its endpoint and the last part of its address.
_VIEWS: Final = {
    "desk_sign_in": (SignInView, "sign-in"),
    "desk_account": (AccountView, "account"),
    "desk_orders": (OrdersView, "orders"),
    "desk_payments": (PaymentsView, "payments"),
    "desk_refunds": (RefundsView, "refunds"),
    "desk_customers": (CustomersView, "customers"),
    "desk_products": (ProductsView, "products"),
    "desk_categories": (CategoriesView, "categories"),
    "desk_staff": (StaffPeopleView, "staff"),
    "desk_webhook_events": (WebhookEventsView, "webhook-events"),
    "desk_outbox": (OutboxView, "outbox"),
    "desk_audit": (AuditView, "audit"),
    "desk_health": (HealthView, "health"),
}


def install(app: Flask, desk: BackOffice) -> Admin:
    """Open the back office under `/admin/`. Flask's session belongs to it alone."""
    app.config |= {
        "SESSION_COOKIE_NAME": "novacart_staff",
        "SESSION_COOKIE_PATH": "/admin",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_REFRESH_EACH_REQUEST": False,
    }
    app.register_blueprint(_own_files())
    admin = Admin(
        app,
        name="NovaCart",
        url="/admin",
        index_view=DashboardView(desk, name="Dashboard", url="/admin"),
        theme=Bootstrap4Theme(base_template="back_office/base.html"),
    )
    for endpoint, (view, place) in _VIEWS.items():
        name = getattr(view, "heading", endpoint)
        admin.add_view(view(desk, name=name, endpoint=endpoint, url=place))
    return admin


def _own_files() -> Blueprint:
    """Our templates, styles and scripts; and the way in for whoever leaves out the slash."""
    files = Blueprint(
        "back_office",
        __name__,
        template_folder="templates",
        static_folder="static",
        static_url_path="/admin/assets",
    )

    def enter() -> Response:
        return redirect(url_for("admin.index"), 308)

    files.add_url_rule("/admin", "enter", enter)
    return files

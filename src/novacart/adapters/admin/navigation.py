"""The menu: what there is, and who is shown it."""

from dataclasses import dataclass
from typing import Final

from novacart.application.authorization.permissions import allows
from novacart.domain.accounts.role import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """`endpoint` is a view's; `icon` names a drawing of `icons.html`."""

    endpoint: str
    label: str
    icon: str
    permission: str


def _place(endpoint: str, label: str, icon: str, permission: str) -> Place:
    return Place(endpoint=endpoint, label=label, icon=icon, permission=permission)


MENU: Final[tuple[tuple[str, tuple[Place, ...]], ...]] = (
    ("", (_place("admin.index", "Dashboard", "chart", "dashboard.read"),)),
    (
        "Sell",
        (
            _place("desk_orders.index_view", "Orders", "box", "orders.read"),
            _place("desk_payments.index_view", "Payments", "card", "payments.read"),
            _place("desk_refunds.index_view", "Refunds", "back", "payments.read"),
            _place("desk_customers.index_view", "Customers", "people", "customers.read"),
        ),
    ),
    (
        "Catalogue",
        (
            _place("desk_products.index_view", "Products", "tag", "products.read"),
            _place("desk_categories.index_view", "Categories", "grid", "categories.read"),
        ),
    ),
    (
        "Shop",
        (
            _place("desk_staff.index_view", "Staff", "badge", "staff.read"),
            _place("desk_webhook_events.index_view", "Webhook events", "plug", "webhooks.read"),
            _place("desk_outbox.index_view", "Outbox", "tray", "outbox.read"),
            _place("desk_audit.index_view", "Audit log", "book", "audit.read"),
            _place("desk_health.index", "Health", "pulse", "health.read"),
        ),
    ),
)


def menu_for(role: Role) -> list[tuple[str, list[Place]]]:
    """The menu without what the role may not see."""
    groups = [
        (title, [place for place in places if allows(role, place.permission)])
        for title, places in MENU
    ]
    return [(title, places) for title, places in groups if places]

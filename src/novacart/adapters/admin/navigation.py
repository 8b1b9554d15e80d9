"""The navigation menu, by role."""

from dataclasses import dataclass
from typing import Final

from novacart.application.authorization.permissions import allows
from novacart.domain.accounts.role import Role


@dataclass(frozen=True, slots=True)
class MenuItem:
    """`icon` is a name in `icons.html`."""

    endpoint: str
    label: str
    icon: str
    permission: str


MENU: Final[tuple[tuple[str, tuple[MenuItem, ...]], ...]] = (
    (
        "",
        (
            MenuItem("admin.index", "Dashboard", "chart", "dashboard.read"),
            MenuItem("admin_attention.index_view", "Needs attention", "bell", "dashboard.read"),
        ),
    ),
    (
        "Sales",
        (
            MenuItem("admin_orders.index_view", "Orders", "box", "orders.read"),
            MenuItem("admin_payments.index_view", "Payments", "card", "payments.read"),
            MenuItem("admin_refunds.index_view", "Refunds", "back", "payments.read"),
            MenuItem("admin_customers.index_view", "Customers", "people", "customers.read"),
        ),
    ),
    (
        "Catalog",
        (
            MenuItem("admin_products.index_view", "Products", "tag", "products.read"),
            MenuItem("admin_categories.index_view", "Categories", "grid", "categories.read"),
            MenuItem("admin_collections.index_view", "Collections", "tray", "categories.read"),
        ),
    ),
    (
        "System",
        (
            MenuItem("admin_staff.index_view", "Staff", "badge", "staff.read"),
            MenuItem("admin_audit_log.index_view", "Audit log", "book", "audit.read"),
            MenuItem("admin_security_events.index_view", "Security events", "shield", "audit.read"),
            MenuItem("admin_webhook_events.index_view", "Webhook events", "plug", "webhooks.read"),
            MenuItem("admin_outbox.index_view", "Outbox", "tray", "outbox.read"),
            MenuItem("admin_health.index", "System health", "pulse", "health.read"),
        ),
    ),
)


def menu_for(role: Role) -> list[tuple[str, list[MenuItem]]]:
    """Groups of the menu with the items that the role may open."""
    groups = [
        (title, [item for item in items if allows(role, item.permission)]) for title, items in MENU
    ]
    return [(title, items) for title, items in groups if items]

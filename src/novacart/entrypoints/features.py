"""The list of all features.

A feature of queries and use cases only, such as wishlists, registers nothing.
"""

from typing import Final

from novacart.entrypoints.modules import (
    accounts,
    admin,
    audit,
    cart,
    catalog,
    notifications,
    ordering,
    payments,
    platform,
)
from novacart.entrypoints.modules.feature import Feature

# A later module may replace a binding of an earlier one.
FEATURES: Final = (
    Feature(
        module=platform.PlatformModule,
        scheduled_jobs=platform.scheduled_jobs,
    ),
    Feature(
        module=accounts.AccountsModule,
        event_handlers=accounts.event_handlers,
        scheduled_jobs=accounts.scheduled_jobs,
    ),
    Feature(
        module=catalog.CatalogModule,
        scheduled_jobs=catalog.scheduled_jobs,
    ),
    Feature(module=cart.CartModule),
    Feature(
        module=ordering.OrderingModule,
        scheduled_jobs=ordering.scheduled_jobs,
    ),
    Feature(
        module=audit.AuditModule,
        scheduled_jobs=audit.scheduled_jobs,
    ),
    Feature(
        module=admin.AdminModule,
        scheduled_jobs=admin.scheduled_jobs,
    ),
    Feature(
        module=payments.PaymentsModule,
        event_handlers=payments.event_handlers,
        scheduled_jobs=payments.scheduled_jobs,
    ),
    # After payments: a requested refund is sent to the provider before the customer is notified, so
    # that one that succeeds at once has one e-mail.
    Feature(
        module=notifications.NotificationsModule,
        event_handlers=notifications.event_handlers,
    ),
)

"""The list of all features."""

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
    wishlist,
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
        use_cases=accounts.USE_CASES,
        event_handlers=accounts.event_handlers,
        scheduled_jobs=accounts.scheduled_jobs,
    ),
    Feature(
        module=catalog.CatalogModule,
        use_cases=catalog.USE_CASES,
        scheduled_jobs=catalog.scheduled_jobs,
    ),
    Feature(module=wishlist.WishlistModule, use_cases=wishlist.USE_CASES),
    Feature(module=cart.CartModule, use_cases=cart.USE_CASES),
    Feature(
        module=ordering.OrderingModule,
        use_cases=ordering.USE_CASES,
        scheduled_jobs=ordering.scheduled_jobs,
    ),
    Feature(
        module=audit.AuditModule,
        use_cases=audit.USE_CASES,
        scheduled_jobs=audit.scheduled_jobs,
    ),
    Feature(
        module=admin.AdminModule,
        use_cases=admin.USE_CASES,
        scheduled_jobs=admin.scheduled_jobs,
    ),
    Feature(
        module=payments.PaymentsModule,
        use_cases=payments.USE_CASES,
        event_handlers=payments.event_handlers,
        scheduled_jobs=payments.scheduled_jobs,
    ),
    # After payments: a requested refund is sent to the provider before the customer is notified, so
    # that one that succeeds at once has one e-mail.
    Feature(
        module=notifications.NotificationsModule,
        use_cases=notifications.USE_CASES,
        event_handlers=notifications.event_handlers,
    ),
)

"""The shop's features: the one list of them."""

from typing import Final

from injector import Module

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
from novacart.entrypoints.modules.accounts import AccountsModule
from novacart.entrypoints.modules.admin import AdminModule
from novacart.entrypoints.modules.audit import AuditModule
from novacart.entrypoints.modules.cart import CartModule
from novacart.entrypoints.modules.catalog import CatalogModule
from novacart.entrypoints.modules.feature import Feature
from novacart.entrypoints.modules.notifications import NotificationsModule
from novacart.entrypoints.modules.ordering import OrderingModule
from novacart.entrypoints.modules.payments import PaymentsModule
from novacart.entrypoints.modules.wishlist import WishlistModule

# Each beside the module that binds what it needs. The platform stands first, under all.
FEATURES: Final[tuple[tuple[type[Module], Feature], ...]] = (
    (AccountsModule, accounts),
    (CatalogModule, catalog),
    (WishlistModule, wishlist),
    (CartModule, cart),
    (OrderingModule, ordering),
    (AuditModule, audit),
    (NotificationsModule, notifications),
    (AdminModule, admin),
    (PaymentsModule, payments),  # after ordering, whose refunds of lines it makes
)

ALL: Final[tuple[Feature, ...]] = (platform, *(feature for _, feature in FEATURES))

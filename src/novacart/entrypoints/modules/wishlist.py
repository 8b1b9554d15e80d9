"""Wishlists."""

from injector import Binder, Injector, Module, inject, provider, singleton

from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.wishlist.queries import SqlWishlistQueries
from novacart.adapters.web.http.blueprint import Blueprint
from novacart.adapters.web.wishlist.routes import wishlist_blueprint
from novacart.application.wishlist.add_to_wishlist import AddToWishlist
from novacart.application.wishlist.queries import WishlistQueries
from novacart.application.wishlist.remove_from_wishlist import RemoveFromWishlist


class WishlistModule(Module):
    def configure(self, binder: Binder) -> None:
        for use_case in (AddToWishlist, RemoveFromWishlist):
            binder.bind(use_case, to=inject(use_case), scope=singleton)

    @provider
    @singleton
    def queries(self, database: Database) -> WishlistQueries:
        return SqlWishlistQueries(database)


def blueprints(injector: Injector) -> list[Blueprint]:
    """The routes of this feature."""
    return [
        wishlist_blueprint(
            add_to_wishlist=injector.get(AddToWishlist),
            remove_from_wishlist=injector.get(RemoveFromWishlist),
            queries=injector.get(WishlistQueries),  # type: ignore[type-abstract]
        )
    ]

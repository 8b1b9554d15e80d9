"""Wishlists."""

from injector import Binder, Module, inject, provider, singleton

from novacart.adapters.persistence.database import QueryDatabase
from novacart.adapters.persistence.wishlist.queries import SqlWishlistQueries
from novacart.application.wishlist.add_to_wishlist import AddToWishlist
from novacart.application.wishlist.queries import WishlistQueries
from novacart.application.wishlist.remove_from_wishlist import RemoveFromWishlist


class WishlistModule(Module):
    def configure(self, binder: Binder) -> None:
        for use_case in (AddToWishlist, RemoveFromWishlist):
            binder.bind(use_case, to=inject(use_case), scope=singleton)

    @provider
    @singleton
    def queries(self, database: QueryDatabase) -> WishlistQueries:
        return SqlWishlistQueries(database)

"""Wishlists."""

from injector import Module, provider, singleton

from novacart.adapters.persistence.database import QueryDatabase
from novacart.adapters.persistence.wishlist.queries import SqlWishlistQueries
from novacart.application.wishlist.add_to_wishlist import AddToWishlist
from novacart.application.wishlist.queries import WishlistQueries
from novacart.application.wishlist.remove_from_wishlist import RemoveFromWishlist

USE_CASES = (AddToWishlist, RemoveFromWishlist)


class WishlistModule(Module):
    @provider
    @singleton
    def queries(self, database: QueryDatabase) -> WishlistQueries:
        return SqlWishlistQueries(database)

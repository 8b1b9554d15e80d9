"""Carts."""

from injector import Module, provider, singleton

from novacart.adapters.persistence.cart.queries import SqlCartQueries
from novacart.adapters.persistence.database import QueryDatabase
from novacart.application.cart.add_to_cart import AddToCart
from novacart.application.cart.change_quantity import ChangeQuantity
from novacart.application.cart.move_to_wishlist import MoveToWishlist
from novacart.application.cart.queries import CartQueries
from novacart.application.cart.remove_lines import ClearCart, RemoveLine, RemoveLines
from novacart.domain.cart.policy import CartPolicy
from novacart.entrypoints.settings import Settings

USE_CASES = (AddToCart, ChangeQuantity, RemoveLine, RemoveLines, ClearCart, MoveToWishlist)


class CartModule(Module):
    @provider
    @singleton
    def policy(self, settings: Settings) -> CartPolicy:
        return CartPolicy(max_per_line=settings.cart_max_per_line)

    @provider
    @singleton
    def queries(self, database: QueryDatabase) -> CartQueries:
        return SqlCartQueries(database)

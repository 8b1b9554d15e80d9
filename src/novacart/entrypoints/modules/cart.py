"""Carts."""

from injector import Binder, Injector, Module, inject, provider, singleton

from novacart.adapters.persistence.cart.queries import SqlCartQueries
from novacart.adapters.persistence.database import Database
from novacart.adapters.web.cart.routes import cart_blueprint
from novacart.adapters.web.http.blueprint import Blueprint
from novacart.application.cart.add_to_cart import AddToCart
from novacart.application.cart.change_quantity import ChangeQuantity
from novacart.application.cart.move_to_wishlist import MoveToWishlist
from novacart.application.cart.policy import CartPolicy
from novacart.application.cart.queries import CartQueries
from novacart.application.cart.remove_lines import ClearCart, RemoveLine, RemoveLines
from novacart.application.ordering.estimate_delivery import EstimateDelivery
from novacart.entrypoints.settings import Settings

_USE_CASES = (AddToCart, ChangeQuantity, RemoveLine, RemoveLines, ClearCart, MoveToWishlist)


class CartModule(Module):
    def configure(self, binder: Binder) -> None:
        for use_case in _USE_CASES:
            binder.bind(use_case, to=inject(use_case), scope=singleton)

    @provider
    @singleton
    def policy(self, settings: Settings) -> CartPolicy:
        return CartPolicy(max_per_line=settings.cart_max_per_line)

    @provider
    @singleton
    def queries(self, database: Database) -> CartQueries:
        return SqlCartQueries(database)


def blueprints(injector: Injector) -> list[Blueprint]:
    """The routes of this feature."""
    return [
        cart_blueprint(
            add_to_cart=injector.get(AddToCart),
            change_quantity=injector.get(ChangeQuantity),
            remove_line=injector.get(RemoveLine),
            remove_lines=injector.get(RemoveLines),
            clear_cart=injector.get(ClearCart),
            move_to_wishlist=injector.get(MoveToWishlist),
            estimate_delivery=injector.get(EstimateDelivery),
            queries=injector.get(CartQueries),  # type: ignore[type-abstract]
        )
    ]

"""Carts."""

from injector import Module, provider, singleton

from novacart.domain.cart.policy import CartPolicy
from novacart.entrypoints.settings import Settings


class CartModule(Module):
    @provider
    @singleton
    def policy(self, settings: Settings) -> CartPolicy:
        return CartPolicy(max_per_line=settings.cart_max_per_line)

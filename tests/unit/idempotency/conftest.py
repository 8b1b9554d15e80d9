"""A shop in memory."""

from tests.support.shop_in_memory import begin, shop, store

__all__ = ["begin", "shop", "store"]

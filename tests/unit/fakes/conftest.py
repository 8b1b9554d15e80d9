"""Fake repositories over one store."""

from tests.support.shop_in_memory import begin, store

__all__ = ["begin", "store"]

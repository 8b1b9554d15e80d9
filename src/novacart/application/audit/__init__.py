"""Holding the shop to its own books."""

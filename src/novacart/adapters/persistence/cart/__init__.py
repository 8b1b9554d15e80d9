"""Persistence of carts."""

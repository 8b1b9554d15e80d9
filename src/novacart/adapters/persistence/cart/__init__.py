"""Carts in the database."""

"""Wishlists in the database."""

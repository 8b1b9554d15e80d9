"""Persistence of wishlists."""

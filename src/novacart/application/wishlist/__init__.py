"""Use cases and queries of wishlists."""

"""Use cases and queries of carts."""

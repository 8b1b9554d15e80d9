"""Use cases and queries of orders."""

"""Use cases and queries of the catalog."""

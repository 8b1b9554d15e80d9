"""Rate limits and cached results in Redis."""

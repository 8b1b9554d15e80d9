"""Rate limiting with Redis."""

"""Rate limiting in the database."""

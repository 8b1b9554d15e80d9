"""Orders in the database."""

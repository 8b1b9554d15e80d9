"""The catalogue in the database."""

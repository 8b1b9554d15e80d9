"""Ports on SQLite and PostgreSQL, with SQLAlchemy Core."""

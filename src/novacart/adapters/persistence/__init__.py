"""Every port that needs a database, in SQLAlchemy Core: SQLite and PostgreSQL alike."""

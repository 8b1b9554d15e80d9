"""The back office in a browser: Flask-Admin over use cases and read models."""

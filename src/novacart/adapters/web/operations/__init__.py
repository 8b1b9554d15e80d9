"""Health, metrics, API documentation and the front page."""

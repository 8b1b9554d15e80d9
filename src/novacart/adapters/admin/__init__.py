"""Back office under `/admin/`: Flask-Admin views over use cases and queries."""

"""HTML from other sites."""
